// Where a path of an image leads, as the machine that boots it sees it: a symlink is followed within the image, component by
// component, and never out of it. Reads links and nothing else.

import { lstatSync, readlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { Refusal } from "../refusal.ts";
import { errnoOf } from "./file-error.ts";
import { MOST_LINKS, walk } from "./walk.ts";

/**
 * What to open.
 * @param path absolute, as the booted machine sees it
 * @throws Refusal where links go on without end
 */
export function resolveInRoot(root: string, path: string): string {
  // The kernel finds the same, and at boot each look counts.
  return root === "/" ? path : join(root, locateInRoot(root, path));
}

/** As the booted machine sees it; null where it is not below the root. */
export function pathInRoot(root: string, file: string): string | null {
  const [base, path] = [resolve(root).replace(/\/$/, ""), resolve(file)];
  return path.startsWith(`${base}/`) ? path.slice(base.length) : null;
}

/** The same without the root in front, for those that open it folder by folder: free of symlinks, as far as there is something. */
export function locateInRoot(root: string, path: string): string {
  const base = resolve(root);
  try {
    const found = walk(base, path, { linkAt });
    return base === "/" ? found : found.slice(base.length) || "/";
  } catch (error) {
    throw errnoOf(error) === "ELOOP" ? endless(join(root, path), error) : error;
  }
}

/** Null: no symlink, or nothing at all. */
function linkAt(path: string): string | null {
  try {
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
    return isLink ? readlinkSync(path) : null;
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    // A part of the path is not a folder, or may not be entered: whoever opens it is told why.
    return null;
  }
}

function endless(shownPath: string, cause: unknown): Refusal {
  const what = `${shownPath} leads through more than ${MOST_LINKS} symlinks`;
  return new Refusal("config", { what, fix: `Follow them with: namei ${shownPath}` }, { cause });
}
