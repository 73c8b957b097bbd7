// Which image a row boots: the user's, or the example in a tree of the distribution that the row is about.

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { bakeExample } from "./example-image.ts";
import { run } from "./program.ts";
import type { Row } from "./row.ts";
import type { Source } from "./source.ts";
import { makeTree, unpack, type TreeName } from "./trees.ts";

export interface Images {
  /** Made once, however many ask for it. */
  of(row: Row): Promise<Source>;
}

/** @param folder where they may have files; @param cache where the trees are kept */
export function openImages(path: string | null, folder: string, cache: string): Images {
  const own = path === null ? null : openOwn(path, folder);
  const examples = new Map<TreeName, Promise<Source>>();
  return {
    of: (row) => {
      if (own) return own;
      const tree = row.tree ?? (row.machine === "emulated" ? "debian-12-kernel" : "debian-12");
      const example = examples.get(tree) ?? makeExample(tree, folder, cache);
      examples.set(tree, example);
      return example;
    },
  };
}

async function openOwn(path: string, folder: string): Promise<Source> {
  if (!existsSync(path)) throw new Error(`${path} does not exist`);
  if (existsSync(join(path, "etc"))) return { kind: "folder", path };
  const { format } = JSON.parse(await run(["qemu-img", "info", "--output=json", path])) as { format: string };
  if (format === "raw") return { kind: "disk", raw: path };
  const raw = join(folder, "disk.raw");
  await run(["qemu-img", "convert", "-O", "raw", path, raw], { timeoutMs: 1_200_000 });
  return { kind: "disk", raw };
}

async function makeExample(tree: TreeName, folder: string, cache: string): Promise<Source> {
  const path = join(folder, tree);
  const archive = await makeTree(tree, cache);
  mkdirSync(path);
  await unpack(archive, path);
  await bakeExample(path);
  return { kind: "folder", path };
}
