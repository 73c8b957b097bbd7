// The disk that the bake begins with: a plain Debian with sshd, its own kernel beside it, and a repository of packages on the disk,
// so that the bake needs no network. Needs root, for mmdebstrap.

import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./program.ts";

export interface BaseDisk {
  readonly disk: string;
  readonly kernel: string;
  readonly initrd: string;
}

const PACKAGES = [
  "ca-certificates",
  "curl",
  "dbus",
  "initramfs-tools",
  "iproute2",
  "linux-image-cloud-amd64",
  "openssh-server",
  "sudo",
  "systemd",
  "systemd-resolved",
  "systemd-sysv",
  "udev",
  "zstd",
];

/** A small initramfs, and without a search for the devices of the machine that makes it. */
const INITRAMFS = {
  "etc/initramfs-tools/conf.d/small": "MODULES=list\nCOMPRESS=zstd\nRESUME=none\n",
  "etc/initramfs-tools/modules": "virtio_blk\nvirtio_pci\nvirtio_net\next4\n",
};

const FILES = {
  "etc/apt/sources.list": "deb [trusted=yes] file:/var/local/packages ./\n",
  "etc/hostname": "image\n",
  "etc/fstab": "/dev/vda / ext4 defaults 0 1\n",
  "etc/systemd/network/10-any.network": "[Match]\nType=ether\n\n[Network]\nDHCP=ipv4\n",
  // An image has no host keys: each machine makes its own.
  "etc/systemd/system/ssh-host-keys.service": `[Unit]
Description=Make the host keys that are missing
Before=ssh.service

[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -A

[Install]
RequiredBy=ssh.service
`,
  "etc/ssh/sshd_config.d/10-root.conf": "PermitRootLogin prohibit-password\n",
};

/** @param packages what the bake is to install, which the repository gets with all that it depends on */
export async function makeBaseDisk(folder: string, packages: readonly string[], publicKey: string): Promise<BaseDisk> {
  const root = join(folder, "root");
  const files = join(folder, "files");
  write(files, { ...INITRAMFS, ...FILES, "root/.ssh/authorized_keys": publicKey });
  const inRoot = (command: string) => `--customize-hook=chroot "$1" sh -ec '${command}'`;
  await run([
    "mmdebstrap",
    "--variant=minbase",
    `--include=${PACKAGES.join(",")}`,
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    `--essential-hook=cp -r --no-preserve=ownership "${files}/etc/initramfs-tools" "$1/etc/"`,
    // By this machine's apt, which knows the way to Debian's packages.
    `--customize-hook=APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get -y --no-install-recommends --download-only install ${packages.join(" ")}`,
    inRoot("mkdir -p /var/local/packages && mv /var/cache/apt/archives/*.deb /var/local/packages/"),
    `--customize-hook=cd "$1/var/local/packages" && dpkg-scanpackages --multiversion . >Packages`,
    `--customize-hook=cp -r --no-preserve=ownership "${files}/." "$1/"`,
    inRoot("systemctl enable systemd-networkd systemd-resolved ssh ssh-host-keys; systemctl mask serial-getty@ttyS0"),
    "bookworm",
    root,
  ]);
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

function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}
