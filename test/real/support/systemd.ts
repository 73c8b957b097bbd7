import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RealProgram } from "./program.ts";
import { textOf } from "./tune.ts";

const UNIT = "parbake-tuned.service";
const UNIT_PATH = `/etc/systemd/system/${UNIT}`;

/** `systemd-analyze verify` accepts the drop-in and prints nothing; `systemctl show` says what the manager made of it. */
export const systemd: RealProgram = {
  title: "systemd 252 (systemd-analyze verify, systemctl show)",
  profile: "systemd",
  options: ["swap=1GiB"],
  async ask({ machine, root }, tuned) {
    await mkdir(join(root, `${UNIT_PATH}.d`), { recursive: true });
    await writeFile(join(root, UNIT_PATH), "[Service]\nExecStart=/usr/bin/sleep infinity\n");
    await writeFile(join(root, `${UNIT_PATH}.d/limits.conf`), `${textOf(tuned, "conf")}\n`);
    const { status, stdout, stderr } = await machine.attempt(["systemd-analyze", "verify", UNIT_PATH]);
    if (status !== 0 || stdout + stderr !== "") throw new Error(`status ${status}: ${stdout}${stderr}`);
    await machine.run(["systemctl", "daemon-reload"]);
    const shown = await machine.run(["systemctl", "show", `--property=${Object.keys(tuned).join(",")}`, UNIT]);
    return {
      said: Object.fromEntries(shown.split("\n").map((line) => line.split("=", 2) as [string, string])),
      unsaid: { conf: "what is given to it: all of the others", section: "the heading of the settings" },
    };
  },
};
