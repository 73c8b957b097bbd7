// What a file is, by its first bytes. Pure.

import { isTar } from "./tar.ts";

export type Form = "plain" | "gzip" | "zstd" | "zip" | "tar" | "sqlite" | "unsearchable";

const starts = (head: Buffer, ...bytes: number[]): boolean => bytes.every((byte, index) => head[index] === byte);

export function sniffForm(head: Buffer): Form {
  if (starts(head, 0x1f, 0x8b, 0x08)) return "gzip";
  if (starts(head, 0x28, 0xb5, 0x2f, 0xfd)) return "zstd";
  if (starts(head, 0x50, 0x4b, 0x03, 0x04)) return "zip";
  if (head.toString("latin1", 0, 16) === "SQLite format 3\0") return "sqlite";
  if (nameUnsearchable(head) !== null) return "unsearchable";
  return isTar(head) ? "tar" : "plain";
}

/** `xz`, where it is compressed in a way that Node cannot undo; null: it is not. */
export function nameUnsearchable(head: Buffer): string | null {
  if (starts(head, 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) return "xz";
  if (starts(head, 0x42, 0x5a, 0x68) && starts(head.subarray(4), 0x31, 0x41, 0x59, 0x26)) return "bzip2";
  if (starts(head, 0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c)) return "7z";
  if (starts(head, 0x04, 0x22, 0x4d, 0x18)) return "lz4";
  if (starts(head, 0x52, 0x61, 0x72, 0x21, 0x1a, 0x07)) return "rar";
  if (starts(head, 0x68, 0x73, 0x71, 0x73)) return "squashfs";
  return head.toString("latin1", 0, 8) === "!<arch>\n" && head.toString("latin1", 8, 21) === "debian-binary"
    ? "deb"
    : null;
}
