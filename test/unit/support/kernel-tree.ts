// A folder that stands for `/`: each path with the text that the kernel would give.

import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { makeFolder, removeFolder } from "../../support/folders.ts";

export interface KernelTree {
  readonly root: string;
  remove(): void;
}

export function makeKernelTree(files: Readonly<Record<string, string | Uint8Array>>): KernelTree {
  const root = makeFolder(tmpdir(), "kernel", "run");
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return { root, remove: () => removeFolder(root) };
}
