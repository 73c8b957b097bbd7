// The members of a tar archive (POSIX, with pax and GNU's long names), one after another as its bytes come.

import { ChunkReader, type Chunks } from "./chunk-reader.ts";

export interface Member {
  readonly name: string;
  readonly chunks: Chunks;
}

const RECORD_BYTES = 512;
/** Long names and pax headers; more is no header. */
const MOST_HEADER_BYTES = 1024 * 1024;

export function isTar(head: Buffer): boolean {
  return head.toString("latin1", 257, 262) === "ustar" && isSummed(head.subarray(0, RECORD_BYTES));
}

export async function* tarMembers(chunks: Chunks): AsyncGenerator<Member> {
  const reader = new ChunkReader(chunks);
  let longName: string | null = null;
  for (;;) {
    const header = await reader.read(RECORD_BYTES);
    if (header.length < RECORD_BYTES || header.every((byte) => byte === 0)) break;
    if (!isSummed(header)) throw new Error("not a tar header");
    const [size, type] = [sizeOf(header), String.fromCharCode(header[156]!)];
    const padding = (RECORD_BYTES - (size % RECORD_BYTES)) % RECORD_BYTES;
    if (type === "L" || type === "x") {
      const body = (await reader.read(Math.min(size, MOST_HEADER_BYTES))).toString("utf8");
      await reader.skip(Math.max(0, size - MOST_HEADER_BYTES) + padding);
      longName = type === "L" ? body.replace(/\0.*/s, "") : (/^\d+ path=(.*)$/m.exec(body)?.[1] ?? longName);
      continue;
    }
    let left = size;
    const counted = async function* (): Chunks {
      for await (const piece of reader.part(size)) {
        left -= piece.length;
        yield piece;
      }
    };
    if (type === "0" || type === "\0" || type === "7") yield { name: longName ?? nameOf(header), chunks: counted() };
    await reader.skip(left + padding);
    longName = null;
  }
  await reader.close();
}

function nameOf(header: Buffer): string {
  const [name, prefix] = [textAt(header, 0, 100), textAt(header, 345, 155)];
  return prefix === "" || header.toString("latin1", 257, 263) === "ustar " ? name : `${prefix}/${name}`;
}

function textAt(header: Buffer, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end < 0 ? length : end);
}

/** Octal; to the base of 256 where the first bit is set. */
function sizeOf(header: Buffer): number {
  if ((header[124]! & 0x80) !== 0) return Number(header.readBigUInt64BE(128));
  return Number.parseInt(textAt(header, 124, 12).trim() || "0", 8) || 0;
}

function isSummed(header: Buffer): boolean {
  const stated = Number.parseInt(textAt(header, 148, 8).trim(), 8);
  let sum = 8 * 0x20;
  for (let at = 0; at < RECORD_BYTES; at++) if (at < 148 || at >= 156) sum += header[at] ?? 0;
  return sum === stated;
}
