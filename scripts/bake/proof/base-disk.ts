// The disk that the bake begins with: a plain Debian of base-tree.ts, its own kernel beside it. Needs root, for mmdebstrap.

import { readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { listTreeOptions, PACKAGES } from "./base-tree.ts";
import { run } from "./program.ts";

export interface BaseDisk {
  readonly disk: string;
  readonly kernel: string;
  readonly initrd: string;
}

const KERNEL = ["initramfs-tools", "linux-image-cloud-amd64", "systemd-resolved"];

/** A small initramfs, and without a search for the devices of the machine that makes it. */
const INITRAMFS = {
  "etc/initramfs-tools/conf.d/small": "MODULES=list\nCOMPRESS=zstd\nRESUME=none\n",
  "etc/initramfs-tools/modules": "virtio_blk\nvirtio_pci\nvirtio_net\next4\n",
};

const FILES = {
  "etc/fstab": "/dev/vda / ext4 defaults 0 1\n",
  "etc/systemd/network/10-any.network": "[Match]\nType=ether\n\n[Network]\nDHCP=ipv4\n",
  "etc/ssh/sshd_config.d/10-root.conf": "PermitRootLogin prohibit-password\n",
};

/** @param packages what the bake is to install */
export async function makeBaseDisk(folder: string, packages: readonly string[], publicKey: string): Promise<BaseDisk> {
  const root = join(folder, "root");
  const files = join(folder, "files");
  const options = listTreeOptions(files, {
    include: [...PACKAGES, ...KERNEL],
    packages,
    files: { ...INITRAMFS, ...FILES, "root/.ssh/authorized_keys": publicKey },
    command: "systemctl enable systemd-networkd systemd-resolved; systemctl mask serial-getty@ttyS0",
  });
  const early = `--essential-hook=cp -r --no-preserve=ownership "${files}/etc/initramfs-tools" "$1/etc/"`;
  await run(["mmdebstrap", ...options, early, "bookworm", root]);
  const disk = join(folder, "debian-12.raw");
  await run(["mke2fs", "-q", "-t", "ext4", "-L", "root", "-d", root, disk, "3G"]);
  const [kernel, initrd] = ["vmlinuz", "initrd.img"].map((name) => keepBoot(root, folder, name));
  rmSync(root, { recursive: true });
  return { disk, kernel: kernel!, initrd: initrd! };
}

function keepBoot(root: string, folder: string, kind: string): string {
  const name = readdirSync(join(root, "boot")).find((file) => file.startsWith(`${kind}-`));
  if (name === undefined) throw new Error(`the root has no /boot/${kind}-*`);
  renameSync(join(root, "boot", name), join(folder, kind));
  return join(folder, kind);
}
