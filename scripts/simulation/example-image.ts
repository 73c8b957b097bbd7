// Bakes the example into a plain tree: parbake, and services that stand in for those of an image.

import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NAME_SERVER } from "./network.ts";
import { run } from "./program.ts";

const IMAGE = join(import.meta.dirname, "image");
const BINARY = join(import.meta.dirname, "../../dist", process.arch === "arm64" ? "parbake-linux-arm64" : "parbake");
/** The one that needs nothing of parbake. */
const BYSTANDER = "bystander.service";

export async function bakeExample(root: string): Promise<void> {
  if (!existsSync(BINARY)) throw new Error(`${BINARY} does not exist. Build it: scripts/build`);
  const units = readdirSync(join(IMAGE, "units"));
  cpSync(join(IMAGE, "units"), join(root, "etc/systemd/system"), { recursive: true });
  await run(["systemctl", `--root=${root}`, "enable", ...units]);
  for (const name of ["parbake.yaml", "templates"])
    cpSync(join(IMAGE, name), join(root, "etc/parbake", name), { recursive: true });
  // After the config: it lets parbake write only where that has files.
  const held = units.filter((unit) => unit !== BYSTANDER).flatMap((unit) => ["--unit", unit]);
  await run([BINARY, "install", "--root", root, "--binary", BINARY, ...held]);
  await connect(root);
}

/** By systemd-networkd; a row may have another way. */
async function connect(root: string): Promise<void> {
  const folder = join(root, "etc/systemd/network");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "10-instance.network"), "[Match]\nType=ether\n\n[Network]\nDHCP=ipv4\n");
  await run(["systemctl", `--root=${root}`, "enable", "systemd-networkd.service"]);
  // Where systemd-resolved is, it is a symlink of that one's; else the tree has that of the machine that made it.
  const names = join(root, "etc/resolv.conf");
  if (lstatSync(names, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  writeFileSync(names, `nameserver ${NAME_SERVER}\n`);
}
