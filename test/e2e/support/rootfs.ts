// A plain Debian with the packages that a test names, made once by mmdebstrap and kept in .cache; each test gets a fresh
// copy of it. Holds nothing of parbake.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { unpack } from "../../../scripts/simulation/trees.ts";
import { attempt } from "./command.ts";

const CACHE = new URL("../../../.cache/", import.meta.url).pathname;

/** Enough to boot. */
const BASE = ["systemd", "systemd-sysv", "dbus", "iproute2"];

type Rootfs =
  | { readonly kind: "archive"; readonly path: string }
  | { readonly kind: "unavailable"; readonly reason: string };

/** `unavailable` where Debian's packages cannot be had; any other failure rejects. */
/** @param suite of Debian */
export function buildRootfs(packages: readonly string[], suite = "bookworm"): Promise<Rootfs> {
  const parameters = listParameters(packages, suite);
  return buildTree(parameters, () => parameters);
}

/** @param key what the tree depends on: another one is another tree @param list the parameters of mmdebstrap, but for the archive */
export async function buildTree(key: unknown, list: () => readonly string[]): Promise<Rootfs> {
  const hash = createHash("sha256")
    .update(JSON.stringify([key, process.arch]))
    .digest("hex")
    .slice(0, 12);
  const path = join(CACHE, `rootfs-${hash}.tar.zst`);
  if (existsSync(path)) return { kind: "archive", path };
  await mkdir(CACHE, { recursive: true });
  const partial = join(CACHE, `partial-${process.pid}.tar.zst`);
  try {
    const { status, stderr } = await attempt(["mmdebstrap", ...list(), partial], { timeoutMs: 600_000 });
    if (status !== 0) return explainFailure(stderr);
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
  return { kind: "archive", path };
}

/** Unpacks the archive into `folder`, which must be empty and on a disk: the tests look there for what should not be on one. */
export async function restoreRootfs(archive: string, folder: string): Promise<void> {
  await unpack(archive, folder);
}

function listParameters(packages: readonly string[], suite: string): readonly string[] {
  return [
    "--variant=minbase",
    `--include=${[...BASE, ...packages].join(",")}`,
    ...["man", "doc", "locale"].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
    suite,
  ];
}

function explainFailure(stderr: string): Rootfs {
  const unreachable = /resolve|connect|network|fetch|timed? ?out/i.exec(stderr);
  if (!unreachable) throw new Error(`mmdebstrap failed:\n${stderr}`);
  return { kind: "unavailable", reason: "Debian's packages cannot be fetched" };
}
