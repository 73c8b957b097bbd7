// The one walk along a path, component by component, as the kernel would take it with `base` as its root: an absolute
// symlink starts there again, and `..` does not leave it. Never touches the disk itself.

import { dirname } from "node:path";
import { entryPath } from "./entry-path.ts";

/** As many as the kernel follows (path_resolution(7)). */
export const MOST_LINKS = 40;

interface Guide {
  /** What the symlink of that path says; null: it is no symlink. */
  readonly linkAt: (path: string) => string | null;
  /** Hears of each path that is no symlink. */
  readonly arrive?: (path: string, isLast: boolean) => void;
}

/**
 * @param base absolute and normal
 * @param path below it
 * @throws ELOOP where symlinks go on without end, and whatever the guide throws
 */
export function walk(base: string, path: string, { linkAt, arrive }: Guide): string {
  const ahead = namesOf(path).toReversed();
  let at = base;
  let links = 0;
  for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
    const next = name === ".." ? (at === base ? base : dirname(at)) : entryPath(at, name);
    const text = name === ".." ? null : linkAt(next);
    if (text === null) {
      at = next;
      arrive?.(at, ahead.length === 0);
      continue;
    }
    if (++links > MOST_LINKS) throw systemError("ELOOP");
    if (text.startsWith("/")) at = base;
    ahead.push(...namesOf(text).toReversed());
  }
  return at;
}

/** As the system would say it of a file that is opened. */
export function systemError(code: string): Error {
  return Object.assign(new Error(code), { code, syscall: "open" });
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}
