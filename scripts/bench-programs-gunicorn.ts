// Gunicorn: each process has as much as a process is said to take, its part of the master included.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GIB, MIB } from "../agent/tuning/size.ts";
import type { Machine } from "../test/e2e/machine.ts";
import type { Programs } from "../test/real/open-programs.ts";
import { withService } from "../test/real/service.ts";
import { numberOf, type Size, type Tuned, textOf } from "../test/real/tune.ts";
import type { Load } from "./bench-programs-loads.ts";

const SOCKET = "/srv/gunicorn.sock";

/** What the application itself takes of the 256 MiB: the rest is Python's, Gunicorn's and the part of the master. */
const APPLICATION_MIB = 220;

/** Each reads its application when it starts. */
const SETTLE_MS = 8000;

const APPLICATION = `
held = bytearray(b"x") * (${APPLICATION_MIB} << 20)
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(len(held) >> 20).encode()]
`;

export const gunicornLoads: readonly Load[] = [
  load({ memory: "512MiB", vcpus: 2 }, 512 * MIB),
  load({ memory: "2GiB", vcpus: 2 }, 2 * GIB),
  load({ memory: "16GiB", vcpus: 8 }, 16 * GIB),
];

function load(size: Size, shareBytes: number): Load {
  return { title: "Gunicorn 20", profile: "python", options: [], size, shareBytes, processes: ["gunicorn"], run };
}

async function run({ machine, root }: Programs, tuned: Tuned): Promise<string> {
  await writeFile(join(root, "srv/bench.py"), APPLICATION);
  const bind = ["--chdir=/srv", `--bind=unix:${SOCKET}`, "bench:app"];
  const workers = numberOf(tuned, "workers");
  const argv = ["gunicorn", ...textOf(tuned, "options").split(" "), ...bind];
  const isReady = async (): Promise<boolean> => (await countWorkers(machine)) === workers;
  await withService(machine, { name: "gunicorn", argv, isReady }, () => sleep(SETTLE_MS));
  return `${workers} processes whose application holds ${APPLICATION_MIB} MiB each`;
}

async function countWorkers(machine: Machine): Promise<number> {
  const { stdout } = await machine.attempt(["pgrep", "--count", "gunicorn"]);
  return Number(stdout) - 1;
}
