// Plain trees of the distributions, made by mmdebstrap and kept as archives below a cache. They hold nothing of parbake.

import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { write } from "./layer.ts";
import { run } from "./program.ts";

interface Recipe {
  readonly suite: string;
  readonly packages: readonly string[];
  readonly from?: "ubuntu";
  /** Files that are there before the packages are configured. */
  readonly early?: Readonly<Record<string, string>>;
}

const BASE = ["systemd", "systemd-sysv", "dbus", "iproute2", "udev", "kmod", "netbase"];
/** All of the ways to a network that an image may have; each boot switches the others off. */
const NETWORKS = [...BASE, "systemd-resolved", "network-manager", "cloud-init", "ca-certificates"];

export const TREES = {
  "debian-12": { suite: "bookworm", packages: BASE },
  "debian-12-kernel": {
    suite: "bookworm",
    packages: [...BASE, "initramfs-tools", "linux-image-cloud-amd64", "zstd"],
    // What qemu has, and no search for what the machine has that makes it.
    early: {
      "etc/initramfs-tools/conf.d/small": "MODULES=list\nCOMPRESS=zstd\nRESUME=none\n",
      "etc/initramfs-tools/modules": "virtio_blk\nvirtio_pci\nvirtio_net\next4\n",
    },
  },
  "debian-12-networks": { suite: "bookworm", packages: [...NETWORKS, "isc-dhcp-client"] },
  "debian-13-networks": { suite: "trixie", packages: [...NETWORKS, "dhcpcd-base"] },
  "ubuntu-24.04-networks": {
    suite: "noble",
    // apt, with what every Ubuntu has by it: Node needs libstdc++.
    packages: [...NETWORKS, "dhcpcd-base", "apt"],
    from: "ubuntu",
  },
} as const satisfies Readonly<Record<string, Recipe>>;

export type TreeName = keyof typeof TREES;

/** The archive; it is made now if the cache does not have it. */
export async function makeTree(name: TreeName, cache: string): Promise<string> {
  const recipe: Recipe = TREES[name];
  const hash = createHash("sha256").update(JSON.stringify([recipe, process.arch]));
  const archive = join(cache, `tree-${name}-${hash.digest("hex").slice(0, 12)}.tar.zst`);
  if (existsSync(archive)) return archive;
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), "parbake-tree-"));
  chmodSync(folder, 0o755); // apt reads the keys as another user.
  const partial = join(cache, `partial-${process.pid}-${name}.tar.zst`);
  try {
    await run(["mmdebstrap", ...(await listParameters(recipe, folder, partial))], { timeoutMs: 1_200_000 });
    renameSync(partial, archive);
  } finally {
    rmSync(partial, { force: true });
    rmSync(folder, { recursive: true });
  }
  return archive;
}

/** Into a folder that is empty. */
export function unpack(archive: string, folder: string): Promise<string> {
  return run(["tar", "--extract", "--zstd", "--numeric-owner", "--same-permissions", "-f", archive, "-C", folder]);
}

async function listParameters(
  { suite, packages, from, early = {} }: Recipe,
  folder: string,
  target: string,
): Promise<string[]> {
  const files = join(folder, "early");
  write(files, { files: early });
  return [
    "--variant=minbase",
    `--include=${packages.join(",")}`,
    ...["man", "doc", "locale"].map((kind) => `--dpkgopt=path-exclude=/usr/share/${kind}/*`),
    ...(Object.keys(early).length > 0 ? [`--essential-hook=cp -r --no-preserve=ownership "${files}/." "$1/"`] : []),
    ...(from === "ubuntu" ? ["--components=main,universe", `--keyring=${await fetchUbuntuKeys(folder)}`] : []),
    suite,
    target,
    ...(from === "ubuntu" ? ["http://archive.ubuntu.com/ubuntu"] : []),
  ];
}

/** Debian has no package of them. */
const UBUNTU_KEYS = {
  url: "http://archive.ubuntu.com/ubuntu/pool/main/u/ubuntu-keyring/ubuntu-keyring_2023.11.28.1_all.deb",
  sha256: "36de43b15853ccae0028e9a767613770c704833f82586f28eb262f0311adb8a8",
} as const;

async function fetchUbuntuKeys(folder: string): Promise<string> {
  const response = await fetch(UBUNTU_KEYS.url);
  const bytes = Buffer.from(await response.arrayBuffer());
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== UBUNTU_KEYS.sha256) throw new Error(`${UBUNTU_KEYS.url} is not what it was: ${found}`);
  const deb = join(folder, "keys.deb");
  writeFileSync(deb, bytes);
  await run(["dpkg-deb", "--extract", deb, join(folder, "keys")]);
  return join(folder, "keys/usr/share/keyrings/ubuntu-archive-keyring.gpg");
}
