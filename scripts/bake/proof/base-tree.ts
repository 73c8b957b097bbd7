// What a bake begins with, as options of mmdebstrap: a plain Debian with sshd and sudo, and a repository of packages on its disk, so
// that the bake needs no network.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What an AMI of Debian's has, of what the bake or the boot is about. */
export const PACKAGES = [
  "ca-certificates",
  "curl",
  "dbus",
  "iproute2",
  "openssh-server",
  "sudo",
  "systemd",
  "systemd-sysv",
  "udev",
  "zstd",
];

const FILES = {
  "etc/apt/sources.list": "deb [trusted=yes] file:/var/local/packages ./\n",
  "etc/hostname": "image\n",
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
};

export interface BaseTree {
  /** What the tree has itself. */
  readonly include: readonly string[];
  /** What the bake is to install: the repository gets it with all that it depends on. */
  readonly packages: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  /** Run in the tree, at the end. */
  readonly command: string;
}

/** @param folder of the caller's, for files that go into the tree; it has to be there until mmdebstrap has ended */
export function listTreeOptions(folder: string, { include, packages, files, command }: BaseTree): string[] {
  writeFiles(folder, { ...FILES, ...files });
  return [
    "--variant=minbase",
    `--include=${include.join(",")}`,
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    // By this machine's apt, which knows the way to Debian's packages.
    `--customize-hook=APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get -y --no-install-recommends --download-only install ${packages.join(" ")}`,
    inTree("mkdir -p /var/local/packages && mv /var/cache/apt/archives/*.deb /var/local/packages/"),
    `--customize-hook=cd "$1/var/local/packages" && dpkg-scanpackages --multiversion . >Packages`,
    `--customize-hook=cp -r --no-preserve=ownership "${folder}/." "$1/"`,
    inTree(`systemctl enable ssh ssh-host-keys; ${command}`),
  ];
}

function inTree(command: string): string {
  return `--customize-hook=chroot "$1" sh -ec '${command}'`;
}

export function writeFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}
