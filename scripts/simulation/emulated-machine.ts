// A machine that qemu emulates: a kernel, memory and a disk of its own. Its disk is packed from the image under its layer.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { end, hasEnded } from "./child.ts";
import { write } from "./layer.ts";
import type { Machine } from "./machine.ts";
import { CLOUD_END } from "./network.ts";
import { attempt, run } from "./program.ts";
import { openShell, SHELL_LAYER } from "./serial-shell.ts";

export interface EmulatedOptions {
  /** The image under its layer. */
  readonly root: string;
  /** Where the disk is, or is made. */
  readonly work: string;
  readonly memoryMiB: number;
  readonly type: string;
  /** `/` can only be read, and what must be written to is in memory. */
  readonly isReadOnly: boolean;
  /** `kvm` where the processor has it. */
  readonly accelerator: string;
}

const DISK_SIZE = "4G";
const POWER_OFF_LIMIT_MS = 180_000;

export async function startEmulatedMachine(options: EmulatedOptions): Promise<Machine> {
  const [disk, log, socket] = ["disk.raw", "console", "shell"].map((name) => join(options.work, name)) as [
    string,
    string,
    string,
  ];
  if (!existsSync(disk)) await packDisk(options, disk);
  await attempt(["ip", "tuntap", "add", "dev", CLOUD_END, "mode", "tap"]);
  const qemu = [
    ...listParameters(options, disk),
    "-serial",
    `file:${log}`,
    "-serial",
    `unix:${socket},server=on,wait=off`,
  ];
  const child = spawn("setpriv", ["--pdeathsig=KILL", "--", "qemu-system-x86_64", ...qemu], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const shell = await openShell(socket, () => {
    if (hasEnded(child)) throw new Error(`qemu has ended: ${said}`);
  });
  return {
    attempt: (argv) => shell.attempt(argv),
    console: () => readFileSync(log, "utf8"),
    powerOff: async () => {
      if (hasEnded(child)) return;
      void shell.attempt(["systemctl", "poweroff", "--no-block"]).catch(() => {});
      await Promise.race([once(child, "exit"), sleep(POWER_OFF_LIMIT_MS, undefined, { ref: false })]);
      await end(child);
    },
    cutPower: () => end(child),
  };
}

async function packDisk({ root, isReadOnly }: EmulatedOptions, disk: string): Promise<void> {
  const inMemory = ["/var", "/tmp"].map((path) => `tmpfs ${path} tmpfs defaults 0 0\n`).join("");
  const fstab = isReadOnly ? `/dev/vda / ext4 ro 0 1\n${inMemory}` : "/dev/vda / ext4 defaults 0 1\n";
  write(root, SHELL_LAYER);
  write(root, { files: { "etc/fstab": fstab } });
  await run(["mke2fs", "-q", "-t", "ext4", "-L", "root", "-d", root, disk, DISK_SIZE], { timeoutMs: 600_000 });
}

function listParameters({ root, memoryMiB, type, isReadOnly, accelerator }: EmulatedOptions, disk: string): string[] {
  const given = {
    "-accel": accelerator,
    "-cpu": "max",
    "-smp": "2",
    "-M": "q35",
    "-m": String(memoryMiB),
    "-display": "none",
    "-kernel": findBoot(root, "vmlinuz"),
    "-initrd": findBoot(root, "initr"),
    "-append": `root=/dev/vda ${isReadOnly ? "ro" : "rw"} console=ttyS0 quiet panic=-1`,
    "-drive": `if=virtio,file=${disk},format=raw`,
    "-nic": `tap,model=virtio-net-pci,ifname=${CLOUD_END},script=no,downscript=no`,
    "-device": "virtio-rng-pci",
    "-smbios": `type=1,manufacturer=Amazon EC2,product=${type}`,
  };
  return ["-nodefaults", "-no-reboot", ...Object.entries(given).flat()];
}

/** The newest by name. */
function findBoot(root: string, start: string): string {
  const names = existsSync(join(root, "boot")) ? readdirSync(join(root, "boot")) : [];
  const name = names
    .filter((each) => each.startsWith(start))
    .toSorted()
    .at(-1);
  if (name === undefined) throw new Error(`the image has no kernel to emulate a machine with: no /boot/${start}*`);
  return join(root, "boot", name);
}
