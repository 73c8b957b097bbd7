// Scratch folders that go again, whatever becomes of the test that made them: see hooks.ts.

import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

/** By path: what it was made for. */
const made = new Map<string, Lifetime>();

/** `run`: for what a `before` makes and several tests use; it goes at the end of all tests, unless it was removed earlier. */
type Lifetime = "test" | "run";

export function makeFolder(parent: string, name: string, lifetime: Lifetime): string {
  const folder = mkdtempSync(join(parent, `parbake-${name}-`));
  made.set(folder, lifetime);
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  made.delete(folder);
}

/** Left out: all. */
export function removeFolders(lifetime?: Lifetime): void {
  for (const [folder, each] of made) if (lifetime === undefined || each === lifetime) removeFolder(folder);
}
