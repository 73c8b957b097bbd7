// Bakes the image of credentials-image/ into a root: services that get their secrets in every way there is.

import { cp, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.ts";
import { installParbake } from "./image.ts";

const FOLDER = new URL("../credentials-image/", import.meta.url).pathname;

export const UNITS = ["api.service", "legacy.service", "plain.service", "store.service", "worker.service"];

/** @param deadline of a run at boot, for whoever will not wait for as long as a machine does */
export async function bakeCredentialsImage(root: string, deadline: string): Promise<void> {
  // Nothing of them is in this image's config.
  await run(["systemctl", `--root=${root}`, "mask", "nginx.service", "postgresql.service"]);
  await run(["systemd-sysusers", `--root=${root}`, "--inline", "u api -"]);
  for (const name of await readdir(join(FOLDER, "units")))
    await cp(join(FOLDER, "units", name), join(root, "etc/systemd/system", name));
  await run(["systemctl", `--root=${root}`, "enable", ...UNITS]);
  for (const name of ["parbake.yaml", "templates", "environment"])
    await cp(join(FOLDER, name), join(root, "etc/parbake", name), { recursive: true });
  // It reads the config, for what the units may do.
  await installParbake(root, UNITS);
  await put(root, "parbake.service.d/deadline.conf", ["[Service]", "ExecStart=", execStart(deadline)]);
  await mkdir(join(root, "var/log/journal"), { recursive: true });
}

/** A drop-in, which systemd sees at the next boot or daemon-reload. */
async function put(root: string, name: string, lines: readonly string[]): Promise<void> {
  const file = join(root, "etc/systemd/system", name);
  await mkdir(join(file, ".."), { recursive: true });
  await writeFile(file, `${lines.join("\n")}\n`);
}

function execStart(deadline: string): string {
  return `ExecStart=/usr/bin/parbake apply --deadline ${deadline}`;
}
