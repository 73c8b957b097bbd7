// Every plain file of an image, each once: on the mount of its root alone, no symlink followed, no device or pipe opened.

import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  statfsSync,
  statSync,
  type Dirent,
} from "node:fs";
import { attempt } from "../../host/attempt.ts";
import { errnoOf } from "../../host/file-error.ts";
import { findMountsIn } from "../../host/mounts.ts";

export type Walked =
  /** Open; whoever walks closes it. */
  | { readonly kind: "file"; readonly path: string; readonly fd: number; readonly sizeBytes: number }
  /** Another file system is mounted there. */
  | { readonly kind: "mount"; readonly path: string }
  | { readonly kind: "unreadable"; readonly path: string; readonly errno: string };

/** The kernel's own, in an image as on a machine. */
const KERNEL = new Set(["proc", "sys", "dev"]);

const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Paths are from the root, without a slash in front, a byte a character: names need not be UTF-8. */
export function* walkImage(root: string): Generator<Walked> {
  const image = { root, device: statSync(root).dev, mounts: findMountsIn(root), seen: new Set<string>() };
  yield* walkFolder(image, "");
}

interface Image {
  readonly root: string;
  readonly device: number;
  readonly mounts: ReadonlySet<string>;
  /** Files with more names than one. */
  readonly seen: Set<string>;
}

function* walkFolder(image: Image, folder: string): Generator<Walked> {
  let entries: Dirent<Buffer>[];
  try {
    entries = readdirSync(locate(image.root, folder), { withFileTypes: true, encoding: "buffer" });
  } catch (error) {
    yield unreadable(folder, error);
    return;
  }
  for (const entry of entries) {
    const name = entry.name.toString("latin1");
    const path = folder === "" ? name : `${folder}/${name}`;
    if (entry.isFile()) yield* openOne(image, path);
    else if (entry.isDirectory() && !KERNEL.has(path)) yield* enter(image, path);
  }
}

function* enter(image: Image, path: string): Generator<Walked> {
  const found = lstatSync(locate(image.root, path), { throwIfNoEntry: false });
  if (found === undefined) return;
  const isOwnDevice = found.dev === image.device;
  if (isOwnDevice && !isMount(image, path)) yield* walkFolder(image, path);
  else if (isOwnDevice || !isMemory(locate(image.root, path))) yield { kind: "mount", path };
}

function isMount({ mounts }: Image, path: string): boolean {
  return mounts.size > 0 && mounts.has(Buffer.from(path, "latin1").toString("utf8"));
}

/** tmpfs and ramfs: gone before an image is made of the disk. */
const MEMORY_TYPES = [0x01021994, 0x858458f6];

function isMemory(path: Buffer): boolean {
  return attempt(false, () => MEMORY_TYPES.includes(statfsSync(path).type));
}

function* openOne(image: Image, path: string): Generator<Walked> {
  if (isMount(image, path)) {
    yield { kind: "mount", path };
    return;
  }
  let fd: number;
  try {
    fd = openSync(locate(image.root, path), FLAGS);
  } catch (error) {
    // Gone meanwhile: there is nothing in it.
    if (errnoOf(error) !== "ENOENT") yield unreadable(path, error);
    return;
  }
  try {
    const { nlink, dev, ino, size } = fstatSync(fd);
    const identity = `${dev}:${ino}`;
    if (nlink > 1 && image.seen.has(identity)) return;
    if (nlink > 1) image.seen.add(identity);
    yield { kind: "file", path, fd, sizeBytes: size };
  } finally {
    closeSync(fd);
  }
}

function unreadable(path: string, error: unknown): Walked {
  const errno = errnoOf(error);
  if (errno === null) throw error;
  return { kind: "unreadable", path, errno };
}

function locate(root: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${root.replace(/\/+$/, "")}/`), Buffer.from(path, "latin1")]);
}
