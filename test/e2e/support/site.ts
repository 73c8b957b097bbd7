// All that one boot test needs, set up and taken down together: a folder, a namespace, a baked root and the cloud's programs.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findTools, type Tools } from "./cloud.ts";
import { bakeImage } from "./image.ts";
import { createNamespace, type Namespace } from "./namespace.ts";
import { skipSuite, type Requirements } from "./requirements.ts";
import { buildRootfs, restoreRootfs } from "./rootfs.ts";

export interface Site {
  readonly folder: string;
  /** The image, baked. */
  readonly root: string;
  readonly namespace: Namespace;
  readonly tools: Tools;
  remove(): Promise<void>;
}

export const SITE_REQUIREMENTS: Requirements = {
  root: true,
  debian: true,
  programs: ["ip", "ss", "mmdebstrap", "nsenter", "systemd-nspawn", "zstd"],
};

/** Puts parbake and an image's own files into a root. */
type Bake = (root: string) => Promise<void>;

/** What the sample image's config tunes. */
const SERVICES = ["nginx-light", "postgresql-15"];

/** From a suite's `before`, which it skips where something cannot be fetched. */
export async function openSite(context: Mocha.Context, bake: Bake = bakeImage): Promise<Site> {
  const tools = await findTools();
  if ("reason" in tools) skipSuite(context, tools.reason);
  const root = await openBakedRoot(context, bake);
  const namespace = await createNamespace({ imds: true }).catch(async (error: unknown) => {
    await root.remove();
    throw error;
  });
  const remove = async (): Promise<void> => {
    await namespace.remove();
    await root.remove();
  };
  return { ...root, namespace, tools, remove };
}

export interface BakedRoot {
  readonly folder: string;
  readonly root: string;
  remove(): Promise<void>;
}

export async function openBakedRoot(context: Mocha.Context, bake: Bake = bakeImage): Promise<BakedRoot> {
  const rootfs = await buildRootfs(SERVICES);
  if (rootfs.kind === "unavailable") skipSuite(context, rootfs.reason);
  const folder = await mkdtemp(join(tmpdir(), "parbake-e2e-"));
  const root = join(folder, "root");
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await mkdir(root);
    await restoreRootfs(rootfs.path, root);
    await bake(root);
  } catch (error) {
    await remove();
    throw error;
  }
  return { folder, root, remove };
}
