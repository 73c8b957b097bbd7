// Debian 12's kernel of its own, emulated by qemu, and a root of a few files for it: what tests boot that need another kernel
// than this machine's. The kernel and busybox are fetched once, and kept in .cache.

import { existsSync } from "node:fs";
import {
  chmod,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { attempt, run } from "./command.ts";

const CACHE = new URL("../../../.cache/kernel-6.1/", import.meta.url).pathname;
const PARBAKE = new URL("../../../dist/parbake", import.meta.url).pathname;

type Kernel =
  | { readonly kind: "kernel"; readonly image: string; readonly busybox: string }
  | { readonly kind: "unavailable"; readonly reason: string };

export async function findKernel(): Promise<Kernel> {
  const kernel = { kind: "kernel", image: join(CACHE, "vmlinuz"), busybox: join(CACHE, "busybox") } as const;
  if (existsSync(kernel.image) && existsSync(kernel.busybox)) return kernel;
  const named = await run([
    "apt-cache",
    "search",
    "--names-only",
    String.raw`^linux-image-6\.1\.0-[0-9]+-cloud-amd64$`,
  ]);
  const newest = named
    .split("\n")
    .map((line) => line.split(" ")[0]!)
    .toSorted()
    .at(-1)!;
  const folder = await mkdtemp(join(tmpdir(), "parbake-kernel-"));
  try {
    const { status } = await attempt(["apt-get", "download", newest, "busybox-static"], { cwd: folder });
    if (newest === "" || status !== 0) return { kind: "unavailable", reason: "Debian's kernel cannot be fetched" };
    for (const name of await readdir(folder)) await run(["dpkg", "-x", join(folder, name), folder]);
    const image = (await readdir(join(folder, "boot"))).find((name) => name.startsWith("vmlinuz"))!;
    await mkdir(CACHE, { recursive: true });
    await keep(join(folder, "bin/busybox"), kernel.busybox);
    await keep(join(folder, "boot", image), kernel.image);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return kernel;
}

async function keep(from: string, to: string): Promise<void> {
  await copyFile(from, `${to}.new`);
  await rename(`${to}.new`, to);
}

const PROGRAMS = ["sh", "mount", "umount", "cat", "echo", "mkswap", "swapon", "swapoff", "poweroff"];

/** A disk for swap: Debian's kernel has NVMe built in, where all else is a module. */
export const SWAP_DISK = "/dev/nvme0n1";
const SWAP_BYTES = 64 * 2 ** 20;
const INIT = `#!/bin/sh
mount -t proc proc /proc
mount -t devtmpfs dev /dev
mount -t tmpfs -o mode=0755 run /run
export PATH=/bin
`;

/**
 * Boots it with parbake and `programs` in /bin, runs `script`, and switches off.
 * @returns what was said on the console
 */
export async function bootOldKernel(
  kernel: Extract<Kernel, { kind: "kernel" }>,
  script: string,
  files: Readonly<Record<string, string>>,
  programs: readonly string[] = [],
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "parbake-qemu-"));
  const [root, initrd, log, disk] = ["root", "initrd", "console", "disk"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ];
  try {
    for (const name of ["bin", "proc", "sys", "dev", "run", "tmp"]) await mkdir(join(root, name), { recursive: true });
    await copyFile(kernel.busybox, join(root, "bin/busybox"));
    for (const name of PROGRAMS) await symlink("busybox", join(root, "bin", name));
    for (const program of [PARBAKE, ...programs]) await copyProgram(program, root);
    const all = { ...files, init: `${INIT}${script}\npoweroff -f\n` };
    for (const [name, text] of Object.entries(all)) {
      await mkdir(dirname(join(root, name)), { recursive: true });
      await writeFile(join(root, name), text);
    }
    await chmod(join(root, "init"), 0o755);
    await run(["sh", "-c", 'cd "$1" && find . | cpio --quiet -o -H newc >"$2"', "sh", root, initrd]);
    await writeFile(disk, "");
    await truncate(disk, SWAP_BYTES);
    await run([...qemu(kernel.image, initrd, disk), "-serial", `file:${log}`], { timeoutMs: 110_000 });
    return await readFile(log, "utf8");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** With the libraries that it needs. */
async function copyProgram(program: string, root: string): Promise<void> {
  await copyFile(program, join(root, "bin", basename(program)));
  const libraries = (await run(["ldd", program])).match(/\/\S+/g) ?? [];
  for (const library of libraries) await cp(library, join(root, library), { dereference: true });
}

function qemu(image: string, initrd: string, disk: string): string[] {
  // icount: its clock runs by the instructions that it does and skips what it would sleep, so that a busy host makes no deadline pass.
  const machine = [
    "-accel",
    "tcg",
    "-icount",
    "shift=0,sleep=off",
    "-cpu",
    "max",
    "-smp",
    "1",
    "-m",
    "1024",
    "-M",
    "q35",
    "-nodefaults",
  ];
  const boot = ["-kernel", image, "-initrd", initrd, "-append", "console=ttyS0 quiet panic=-1"];
  const drive = ["-drive", `file=${disk},format=raw,if=none,id=disk`, "-device", "nvme,drive=disk,serial=1"];
  return ["qemu-system-x86_64", ...machine, "-display", "none", "-no-reboot", ...boot, ...drive];
}
