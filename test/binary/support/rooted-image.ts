// A scratch image that is the root itself for the time of a run, in a mount namespace of the run's own: validators run then, and a
// process outside of the namespace, another user's, reaches the same folders below `root`.

import { spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Emulator } from "../../../scripts/emulator/emulator.ts";
import { BINARY, makeScratchImage, runProgram, type Outcome, type ScratchImage } from "./scratch-image.ts";

export const NOBODY = 65534;

const MOUNTED = ["etc", "run", "var/lib", "mnt"];

export interface RootedImage extends ScratchImage {
  apply(emulator: Emulator): Promise<Outcome>;
}

/** With /mnt/app, which nobody owns. */
export function makeRootedImage(config: string): RootedImage {
  const image = makeScratchImage(config);
  for (const folder of [...MOUNTED, "mnt/app"]) mkdirSync(join(image.root, folder), { recursive: true });
  image.write("etc/passwd", `root:x:0:0::/:/bin/false\nnobody:x:${NOBODY}:${NOBODY}::/:/bin/false\n`);
  image.write("etc/group", `root:x:0:\nnobody:x:${NOBODY}:\n`);
  image.write("etc/parbake/templates/a.hbs", "new\n");
  chmodSync(image.root, 0o755);
  chownSync(join(image.root, "mnt/app"), NOBODY, NOBODY);
  const mounts = MOUNTED.map((folder) => `mount --bind ${folder} /${folder}`).join("; ");
  const namespace = [
    "unshare",
    "--mount",
    "--propagation",
    "private",
    "sh",
    "-ec",
    `cd "$0"; ${mounts}; cd /; exec "$@"`,
  ];
  return {
    ...image,
    apply: (emulator) => runProgram(emulator, [...namespace, image.root, BINARY, "apply"]),
  };
}

interface Intruder {
  end(): Promise<void>;
}

/** The script, line by line JavaScript, run by nobody in that folder again and again, from now on. */
export async function startIntruder(folder: string, script: string): Promise<Intruder> {
  const loop = `import * as fs from "node:fs"; console.log("here");
    const again = () => { try { ${script} } catch {} setImmediate(again); }; again();`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", loop], {
    cwd: folder,
    uid: NOBODY,
    gid: NOBODY,
    env: {},
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return {
    end() {
      child.kill("SIGKILL");
      return ended;
    },
  };
}

/** Why this machine cannot do it; null: it can. */
export function findRootObstacle(): string | null {
  if (process.geteuid!() !== 0) return "not root";
  const { status } = spawnSync("unshare", ["--mount", "--propagation", "private", "true"]);
  return status === 0 ? null : "no mount namespaces here";
}
