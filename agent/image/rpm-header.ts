// A package's header as rpm keeps it in its database → name, version and architecture. The form is that of rpm's manual, "Package
// file format", without the magic that a file has: two counts, an index of 16 bytes an entry, and the data it points into. All
// numbers are big-endian. Pure.

import type { Package } from "./package.ts";

const TAGS = { name: 1000, version: 1001, release: 1002, epoch: 1003, arch: 1022 } as const;

const INT32 = 4;
const STRING = 6;

const COUNTS_BYTES = 8;
const ENTRY_BYTES = 16;

/** Null: this is no header. */
export function parseRpmHeader(blob: Uint8Array): Package | null {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  if (view.byteLength < COUNTS_BYTES) return null;
  const dataAt = COUNTS_BYTES + view.getUint32(0) * ENTRY_BYTES;
  if (dataAt + view.getUint32(4) > view.byteLength) return null;
  const read = (tag: number): string | null => readValue(blob, view, dataAt, tag);
  const [name, version, release] = [read(TAGS.name), read(TAGS.version), read(TAGS.release)];
  if (name === null || version === null || release === null) return null;
  const epoch = read(TAGS.epoch);
  const full = `${epoch === null ? "" : `${epoch}:`}${version}-${release}`;
  // Only imported keys have none.
  return { name, version: full, arch: read(TAGS.arch) ?? "noarch" };
}

/** Null: the header has no such tag, or its value is not where it should be. */
function readValue(blob: Uint8Array, view: DataView, dataAt: number, wanted: number): string | null {
  for (let at = COUNTS_BYTES; at < dataAt; at += ENTRY_BYTES) {
    if (view.getUint32(at) !== wanted) continue;
    const [type, valueAt] = [view.getUint32(at + 4), dataAt + view.getUint32(at + 8)];
    if (valueAt >= view.byteLength) return null;
    if (type === INT32) return valueAt + 4 > view.byteLength ? null : String(view.getUint32(valueAt));
    const end = blob.indexOf(0, valueAt);
    return type === STRING && end !== -1 ? new TextDecoder().decode(blob.subarray(valueAt, end)) : null;
  }
  return null;
}
