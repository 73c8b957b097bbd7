// Whether a file is as a package of the distribution brought it: then it is in every such image of the world, and no credential of
// this one. Asked of files in which something was found, so it may take its time.

import type { Digests } from "./digests.ts";
import { readDpkg } from "./dpkg-digests.ts";
import { readRpm } from "./rpm-digests.ts";

export interface Shipped {
  /** @param path from the root, without a slash in front @param digestOf of what lies there, by the algorithm's name */
  readonly isAsShipped: (path: string, digestOf: (algorithm: string) => string) => boolean;
}

export function openShipped(root: string): Shipped {
  let digests: Digests | null = null;
  const digestAt = (path: string): string | undefined => {
    digests ??= new Map([...readDpkg(root), ...readRpm(root)]);
    // A merged /usr has at usr/lib what the package has at lib.
    return digests.get(path) ?? (path.startsWith("usr/") ? digests.get(path.slice(4)) : undefined);
  };
  const isAsShipped: Shipped["isAsShipped"] = (path, digestOf) => {
    const digest = digestAt(path);
    if (digest !== undefined) return digest === `${algorithmOf(digest)}:${digestOf(algorithmOf(digest))}`;
    // Compiled when its package was installed, of a source that the package brought.
    const source = /^(.*\/)__pycache__\/([^/]+)\.[\w-]+(?:\.opt-\d)?\.pyc$/.exec(path);
    return source !== null && digestAt(`${source[1]}${source[2]}.py`) !== undefined;
  };
  return { isAsShipped };
}

function algorithmOf(digest: string): string {
  return digest.slice(0, digest.indexOf(":"));
}
