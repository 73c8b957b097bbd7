// A Debian root booted by a kernel of its own, with its own systemd as PID 1: what tests boot that need cgroups of version 2, whatever
// this host has. The root is the initramfs: Debian's kernel has no file system of a disk built in.

import { chmod, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "./command.ts";

/** For reading: the page cache of nothing else can be taken back. */
export const DISK = "/dev/nvme0n1";
const DISK_BYTES = 192 * 2 ** 20;

const SCENARIO = `[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/sh /scenario
ExecStopPost=/usr/bin/systemctl poweroff --force --force
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
Environment=PATH=/usr/sbin:/usr/bin LC_ALL=C.UTF-8
[Install]
WantedBy=multi-user.target
`;

/**
 * Boots `root`, runs `script` once the boot is over, and switches off. Leaves the script in the root.
 * @returns what was said on the console
 */
export async function bootRoot(kernel: string, root: string, script: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "parbake-qemu-"));
  const [initrd, log, disk] = [join(folder, "initrd"), join(folder, "console"), join(folder, "disk")];
  try {
    await put(root, "scenario", script);
    await put(root, "etc/systemd/system/scenario.service", SCENARIO);
    await run(["systemctl", `--root=${root}`, "enable", "scenario.service"]);
    for (const bulk of ["var/lib/apt/lists", "var/cache/apt", "usr/share/doc", "usr/share/locale"])
      await rm(join(root, bulk), { recursive: true, force: true });
    await run(["sh", "-c", 'cd "$1" && find . -xdev | cpio --quiet -o -H newc >"$2"', "sh", root, initrd]);
    await writeFile(disk, "");
    await truncate(disk, DISK_BYTES);
    await run(qemu(kernel, initrd, disk, log), { timeoutMs: 420_000 });
    return await readFile(log, "utf8");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function put(root: string, name: string, text: string): Promise<void> {
  const path = join(root, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  await chmod(path, 0o644);
}

function qemu(kernel: string, initrd: string, disk: string, log: string): string[] {
  const machine = [
    "-accel",
    "tcg",
    "-cpu",
    "max",
    "-smp",
    "2",
    "-m",
    "3072",
    "-M",
    "q35",
    "-nodefaults",
    "-display",
    "none",
    "-no-reboot",
  ];
  const append = "console=ttyS0 quiet panic=-1 rdinit=/usr/lib/systemd/systemd systemd.show_status=0";
  const boot = ["-kernel", kernel, "-initrd", initrd, "-append", append, "-serial", `file:${log}`];
  const drive = ["-drive", `file=${disk},format=raw,if=none,id=disk`, "-device", "nvme,drive=disk,serial=1"];
  return ["qemu-system-x86_64", ...machine, ...boot, ...drive];
}
