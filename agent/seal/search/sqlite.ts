// The values of an SQLite database, each by itself: in its bytes one stands right behind the other, and a long one is cut in two by a
// page's end. What was deleted lies in its bytes alone. https://www.sqlite.org/fileformat2.html

import type { RandomAccess } from "./random-access.ts";

const TABLE_LEAF = 13;
const INDEX_LEAF = 10;
const INDEX_INTERIOR = 2;
const HEADER_BYTES: Readonly<Record<number, number>> = { [TABLE_LEAF]: 8, [INDEX_LEAF]: 8, [INDEX_INTERIOR]: 12 };

/** More of one row nobody searches. */
const MOST_ROW_BYTES = 16 * 1024 * 1024;

/** The texts and blobs of each row. */
export function* rowValues(database: RandomAccess): Generator<readonly Buffer[]> {
  for (const row of rows(database)) yield valuesOf(row);
}

function* rows(database: RandomAccess): Generator<Buffer> {
  const head = database.read(0, 100);
  const stated = head.readUInt16BE(16);
  const pageBytes = stated === 1 ? 65_536 : stated;
  if (pageBytes < 512) return;
  const usable = pageBytes - head[20]!;
  for (let page = 0; page * pageBytes < database.size; page++) {
    const bytes = database.read(page * pageBytes, pageBytes);
    if (bytes.length === pageBytes) yield* rowsOf(database, bytes, page === 0 ? 100 : 0, usable);
  }
}

function* rowsOf(database: RandomAccess, page: Buffer, at: number, usable: number): Generator<Buffer> {
  const kind = page[at]!;
  const headerBytes = HEADER_BYTES[kind];
  if (headerBytes === undefined) return;
  const cells = page.readUInt16BE(at + 3);
  for (let cell = 0; cell < cells && at + headerBytes + cell * 2 + 2 <= page.length; cell++) {
    const start = page.readUInt16BE(at + headerBytes + cell * 2) + (kind === INDEX_INTERIOR ? 4 : 0);
    const row = rowAt(database, page, start, kind === TABLE_LEAF, usable);
    if (row !== null) yield row;
  }
}

/** A record: the length of its header, the type of each value, the values. */
function valuesOf(row: Buffer): readonly Buffer[] {
  const [headerBytes, typesAt] = readVarint(row, 0);
  const values: Buffer[] = [];
  let valueAt = headerBytes;
  for (let at = typesAt; at < Math.min(headerBytes, row.length);) {
    const [type, next] = readVarint(row, at);
    const length = type >= 12 ? Math.floor((type - 12) / 2) : (FIXED_BYTES[type] ?? 0);
    if (type >= 12) values.push(row.subarray(valueAt, valueAt + length));
    valueAt += length;
    at = next;
  }
  return values;
}

/** By type: of NULL, integers and floating point. */
const FIXED_BYTES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

/** Null: it is damaged, or larger than anybody's secret. */
function rowAt(database: RandomAccess, page: Buffer, start: number, isTable: boolean, usable: number): Buffer | null {
  const [size, afterSize] = readVarint(page, start);
  const from = isTable ? readVarint(page, afterSize)[1] : afterSize;
  const most = isTable ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
  if (size <= most) return from + size <= page.length ? page.subarray(from, from + size) : null;
  if (size > MOST_ROW_BYTES) return null;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const fitting = least + ((size - least) % (usable - 4));
  const local = fitting <= most ? fitting : least;
  if (from + local + 4 > page.length) return null;
  const parts = [page.subarray(from, from + local)];
  let next = page.readUInt32BE(from + local);
  for (let left = size - local; left > 0 && next > 0;) {
    const overflow = database.read((next - 1) * page.length, page.length);
    if (overflow.length < usable) break;
    parts.push(overflow.subarray(4, Math.min(usable, 4 + left)));
    left -= usable - 4;
    next = overflow.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

/** @returns the number, and where the next begins */
function readVarint(bytes: Buffer, at: number): [value: number, next: number] {
  let value = 0;
  for (let index = 0; index < 8; index++) {
    const byte = bytes[at + index] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, at + index + 1];
  }
  return [value * 256 + (bytes[at + 8] ?? 0), at + 9];
}
