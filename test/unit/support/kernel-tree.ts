// A folder that stands for `/`: each path with the text that the kernel would give.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface KernelTree {
  readonly root: string;
  remove(): void;
}

export function makeKernelTree(files: Readonly<Record<string, string | Uint8Array>>): KernelTree {
  const root = mkdtempSync(join(tmpdir(), "parbake-kernel-"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}
