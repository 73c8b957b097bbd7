// Gunicorn: each process has as much as a process is said to take, its part of the master included.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Machine } from "../../test/e2e/support/machine.ts";
import type { Programs } from "../../test/real/support/open-programs.ts";
import { withService } from "../../test/real/support/service.ts";
import { numberOf, type Tuned, textOf } from "../../test/real/support/tune.ts";
import { atEachShare } from "./load.ts";

const SOCKET = "/srv/gunicorn.sock";

/** The application's part of the 256 MiB; the rest is for Python, Gunicorn and its part of the master. */
const APPLICATION_MIB = 220;

/** Each reads its application when it starts. */
const SETTLE_MS = 8000;

const APPLICATION = `
held = bytearray(b"x") * (${APPLICATION_MIB} << 20)
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(len(held) >> 20).encode()]
`;

export const gunicornLoads = atEachShare({
  title: "Gunicorn 20",
  profile: "python",
  options: [],
  processes: ["gunicorn"],
  run,
});

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
