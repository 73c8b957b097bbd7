// Removes what `clean-list.ts` names, and says each thing that it removed. Follows no symlink, and leaves
// alone what another file system is mounted at, or in.

import { readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { explainingErrors } from "../../host/file-error.ts";
import { findMountsIn } from "../../host/mounts.ts";
import type { Action } from "../finding.ts";
import { CLEANINGS, type Cleaning } from "./clean-list.ts";
import { findPaths, list, look } from "./find-paths.ts";

/** @throws Refusal where something cannot be removed */
export function cleanImage(root: string): readonly Action[] {
  const mounts = findMountsIn(root);
  const image: Image = {
    root,
    isMount: (path) => mounts.has(path),
    holdsMount: (path) => [...mounts].some((mount) => `${mount}/`.startsWith(`${path}/`)),
  };
  return CLEANINGS.flatMap((cleaning) => {
    if (cleaning.ifThere?.every((path) => look(join(root, path)) === null)) return [];
    const paths = cleaning.paths.flatMap((pattern) => findPaths(root, pattern));
    return paths
      .filter((path) => !cleaning.except?.test(basename(path)))
      .flatMap((path) => cleanOne(image, path, cleaning));
  });
}

interface Image {
  readonly root: string;
  readonly isMount: (path: string) => boolean;
  /** At this path or below it: what is there belongs to somebody else. */
  readonly holdsMount: (path: string) => boolean;
}

function cleanOne(image: Image, path: string, { way, why }: Cleaning): Action[] {
  const at = join(image.root, path);
  if (way === "logs" ? image.isMount(path) : image.holdsMount(path)) return [];
  switch (way) {
    case "remove":
      explainingErrors(at, () => rmSync(at, { recursive: true, force: true }));
      return [{ did: "removed", path: `/${path}`, why }];
    case "empty":
      return emptyFile(image.root, path, why);
    case "logs":
      return cleanLogs(image, path, why);
    case "packer-keys":
      return removePackerKeys(image.root, path, why);
  }
}

function emptyFile(root: string, path: string, why: string): Action[] {
  const at = join(root, path);
  if ((look(at)?.size ?? 0) === 0) return [];
  explainingErrors(at, () => truncateSync(at));
  return [{ did: "emptied", path: `/${path}`, why }];
}

const ROTATED = /\.(?:gz|xz|zst|bz2|old|\d+)$|-\d{8}$/;

/** The journal's own folder is removed by itself. */
function cleanLogs(image: Image, folder: string, why: string): Action[] {
  return list(join(image.root, folder)).flatMap((name): Action[] => {
    const path = join(folder, name);
    const stats = look(join(image.root, path));
    if (stats?.isDirectory())
      return path === "var/log/journal" || image.isMount(path) ? [] : cleanLogs(image, path, why);
    if (!stats?.isFile()) return [];
    return cleanOne(image, path, { paths: [], way: ROTATED.test(name) ? "remove" : "empty", why });
  });
}

/** As Packer names its key pair, and cloud-init writes it. */
const PACKER_KEY = /\bpacker[_ -][0-9a-f-]{8,}/i;

function removePackerKeys(root: string, path: string, why: string): Action[] {
  const at = join(root, path);
  if (!look(at)?.isFile()) return [];
  return explainingErrors(at, (): Action[] => {
    const lines = readFileSync(at, "utf8").split("\n");
    const kept = lines.filter((line) => !PACKER_KEY.test(line));
    if (kept.length === lines.length) return [];
    if (kept.every((line) => line.trim() === "")) rmSync(at);
    else writeFileSync(at, kept.join("\n"));
    return [{ did: "removed", path: `/${path}`, why }];
  });
}
