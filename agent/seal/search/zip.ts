// The members of a zip archive (jar, war, whl, apk too), as its directory lists them. Zip64 too.

import { createInflateRaw } from "node:zlib";
import { expand } from "./expand.ts";
import { chunksOf, type RandomAccess } from "./random-access.ts";
import type { Member } from "./tar.ts";

const END = 0x06054b50;
const END_64 = 0x06064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
/** The end record and the longest comment. */
const TAIL_BYTES = 22 + 0xffff;
const MOST_DIRECTORY_BYTES = 64 * 1024 * 1024;

const STORED = 0;
const DEFLATED = 8;

/** @param skipped hears of each member that is encrypted, or compressed in a way that is not known */
export function* zipMembers(archive: RandomAccess, skipped: (name: string) => void): Generator<Member> {
  const directory = readDirectory(archive);
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === ENTRY;) {
    const [nameBytes, extraBytes] = [directory.readUInt16LE(at + 28), directory.readUInt16LE(at + 30)];
    const name = directory.toString("utf8", at + 46, at + 46 + nameBytes);
    const extra = directory.subarray(at + 46 + nameBytes, at + 46 + nameBytes + extraBytes);
    const [isEncrypted, method] = [(directory.readUInt16LE(at + 8) & 1) === 1, directory.readUInt16LE(at + 10)];
    const place = placeOf(directory, at, extra);
    at += 46 + nameBytes + extraBytes + directory.readUInt16LE(at + 32);
    if (name.endsWith("/")) continue;
    if (isEncrypted || (method !== STORED && method !== DEFLATED)) skipped(name);
    else yield { name, chunks: bodyOf(archive, place, method) };
  }
}

interface BodyPlace {
  readonly headerAt: number;
  readonly bytes: number;
}

async function* bodyOf(archive: RandomAccess, { headerAt, bytes }: BodyPlace, method: number): Member["chunks"] {
  const header = archive.read(headerAt, 30);
  if (header.length < 30 || header.readUInt32LE(0) !== LOCAL) throw new Error("no zip member there");
  const from = headerAt + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const packed = chunksOf(archive, from, Math.min(archive.size, from + bytes));
  yield* method === STORED ? packed : expand(packed, createInflateRaw());
}

function placeOf(directory: Buffer, at: number, extra: Buffer): BodyPlace {
  const place = { headerAt: directory.readUInt32LE(at + 42), bytes: directory.readUInt32LE(at + 20) };
  const isLong = place.headerAt === 0xffffffff || place.bytes === 0xffffffff;
  return isLong ? placeOf64(directory.readUInt32LE(at + 24), place, extra) : place;
}

/** In the extra field 1 stand, one after another, those of the three that did not fit. */
function placeOf64(unpacked: number, place: BodyPlace, extra: Buffer): BodyPlace {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let next = at + 4;
    const take = (short: number): number => {
      if (short !== 0xffffffff || next + 8 > extra.length) return short;
      next += 8;
      return Number(extra.readBigUInt64LE(next - 8));
    };
    take(unpacked);
    const bytes = take(place.bytes);
    return { bytes, headerAt: take(place.headerAt) };
  }
  return place;
}

function readDirectory(archive: RandomAccess): Buffer {
  const tailAt = Math.max(0, archive.size - TAIL_BYTES);
  const tail = archive.read(tailAt, TAIL_BYTES);
  let end = tail.length - 22;
  while (end >= 0 && tail.readUInt32LE(end) !== END) end--;
  if (end < 0) throw new Error("no zip directory");
  const [bytes, at] = [tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
  const end64 = at === 0xffffffff ? archive.read(tailAt + end - 20 - 56, 56) : null;
  const is64 = end64 !== null && end64.length === 56 && end64.readUInt32LE(0) === END_64;
  const [from, count] = is64 ? [Number(end64.readBigUInt64LE(48)), Number(end64.readBigUInt64LE(40))] : [at, bytes];
  if (count > MOST_DIRECTORY_BYTES) throw new Error("too large a zip directory");
  return archive.read(from, count);
}
