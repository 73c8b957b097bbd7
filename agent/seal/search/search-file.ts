// One file of the image, and whatever is packed in it → findings. Holds one block of a file at a time, and of an archive what its
// format needs; what is too deep, too large or damaged is told as not searched.

import { readSync } from "node:fs";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { digestOpen } from "../../host/digest-open.ts";
import type { Finding } from "../finding.ts";
import { placesAt } from "../places/known-places.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import { ChunkReader, type Chunks } from "./chunk-reader.ts";
import { expand } from "./expand.ts";
import { toFindings, type DigestOf } from "./found.ts";
import { accessBuffer, accessFile, chunksOf, type RandomAccess } from "./random-access.ts";
import { newBlock, Scanner } from "./scanner.ts";
import type { Shipped } from "./shipped.ts";
import { nameUnsearchable, sniffForm } from "./sniff.ts";
import { inOneLine, memberOf, unpackedPath, type Spot } from "./spot.ts";
import { rowValues } from "./sqlite.ts";
import { tarMembers, type Member } from "./tar.ts";
import { zipMembers } from "./zip.ts";

/** Archives in archives, and what comes out of one file: a bomb ends here. */
const DEEPEST = 5;
export const MOST_UNPACKED_BYTES = 2 * 1024 ** 3;
const MOST_MEMBERS = 500_000;
/** A zip or a database within an archive is read at many places. */
const MOST_KEPT_BYTES = 64 * 1024 ** 2;
const HEAD_BYTES = 1_024;
const NOTHING = Buffer.alloc(0);
/** Between values that have nothing to do with each other. */
const LINE_END = Buffer.from("\n");

export interface SearchTools {
  readonly set: RuleSet;
  readonly shipped: Shipped;
  readonly digestOf: DigestOf;
  /** Of one file, with all that is in it. */
  readonly mostUnpackedBytes: number;
  /** Lets signals and the deadline be heard; throws where the run is to end. */
  readonly breathe: () => Promise<void>;
}

export class FileSearch {
  readonly #tools: SearchTools;
  readonly #block = newBlock();
  #findings: Finding[] = [];
  #unpackedBytes = 0;
  #members = 0;

  constructor(tools: SearchTools) {
    this.#tools = tools;
  }

  /** @param path from the root, a byte a character */
  async search(path: string, fd: number, sizeBytes: number): Promise<readonly Finding[]> {
    [this.#findings, this.#unpackedBytes, this.#members] = [[], 0, 0];
    const file = `/${Buffer.from(path, "latin1").toString("utf8")}`;
    const spot = { place: { file }, path: inOneLine(path), depth: 0 };
    const isShipped = () => this.#tools.shipped.isAsShipped(path, (algorithm) => digestOpen(fd, algorithm).digest);
    const scanner = new Scanner(this.#tools.set, spot.path, this.#block);
    const head = readHead(scanner, fd);
    const form = sniffForm(head);
    if (form === "plain" || form === "sqlite") {
      await this.#scanFile(scanner, fd, head, spot);
      if (form === "sqlite") await this.#searchRows(accessFile(fd, sizeBytes), spot);
      return this.#findings.length > 0 && isShipped() ? [] : this.#findings;
    }
    if (isShipped()) return [];
    this.#findings.push(...this.#placed(head, spot));
    // A dump, say, is what it is, whatever is in it.
    if (this.#findings.length > 0) return this.#findings;
    const access = accessFile(fd, sizeBytes);
    await this.#searchArchive(form, Buffer.from(head.subarray(0, HEAD_BYTES)), access, () => chunksOf(access), spot);
    return this.#findings;
  }

  async #scanFile(scanner: Scanner, fd: number, head: Buffer, spot: Spot): Promise<void> {
    // What the places see is there only until the block moves on.
    const places = placesAt(spot.path);
    const kept = places.length > 0 ? Buffer.from(head) : NOTHING;
    for (let got = head.length; got > 0 && head.length === this.#block.length;) {
      const room = scanner.room();
      got = readSync(fd, room, 0, room.length, null);
      scanner.take(got);
      if (got > 0) await this.#tools.breathe();
    }
    this.#tell(scanner, places, kept, spot);
  }

  #tell(scanner: Scanner, places: ReturnType<typeof placesAt>, head: Buffer, { place }: Spot): void {
    const found = { places, matches: scanner.end(), rules: this.#tools.set.rules };
    this.#findings.push(...toFindings(place, head, found, this.#tools.digestOf));
  }

  #placed(head: Buffer, { place, path }: Spot): Finding[] {
    return toFindings(place, head, { places: placesAt(path), matches: [], rules: [] }, this.#tools.digestOf);
  }

  async #searchArchive(
    form: Exclude<ReturnType<typeof sniffForm>, "plain">,
    head: Buffer,
    access: RandomAccess | null,
    chunks: () => Chunks,
    spot: Spot,
  ): Promise<void> {
    if (spot.depth >= DEEPEST) return this.#leave(spot, `archives lie in it ${DEEPEST} deep`);
    try {
      switch (form) {
        case "gzip":
        case "zstd": {
          const unpacker = form === "gzip" ? createGunzip() : createZstdDecompress();
          const inside = { ...spot, path: unpackedPath(spot.path), depth: spot.depth + 1 };
          return await this.#searchChunks(expand(chunks(), unpacker), inside);
        }
        case "tar":
          return await this.#searchMembers(tarMembers(chunks()), spot);
        case "zip":
        case "sqlite":
          return await this.#searchKept(form, access ?? (await keep(chunks())), spot);
        case "unsearchable":
          return this.#leave(spot, `it is compressed by ${nameUnsearchable(head)}, which parbake does not read`);
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#leave(spot, "the archive is damaged, or larger than parbake unpacks");
    }
  }

  async #searchKept(form: "zip" | "sqlite", access: RandomAccess | null, spot: Spot): Promise<void> {
    if (access === null) return this.#leave(spot, "it is too large to be read within its archive");
    if (form === "zip") {
      const skipped = (name: string) =>
        this.#leave(memberOf(spot, name), "it is encrypted, or compressed in a way that parbake does not read");
      return this.#searchMembers(zipMembers(access, skipped), spot);
    }
    await this.#scan(chunksOf(access), spot);
    await this.#searchRows(access, spot);
  }

  async #searchMembers(members: AsyncIterable<Member> | Iterable<Member>, spot: Spot): Promise<void> {
    for await (const { name, chunks } of members) {
      if (++this.#members > MOST_MEMBERS) throw new TooLarge();
      await this.#searchChunks(chunks, memberOf(spot, name));
    }
  }

  async #searchChunks(chunks: Chunks, spot: Spot): Promise<void> {
    const reader = new ChunkReader(chunks);
    try {
      const head = await reader.read(HEAD_BYTES);
      const form = sniffForm(head);
      const all = () => this.#counted(head, reader);
      if (form === "plain") await this.#scan(all(), spot);
      else await this.#searchArchive(form, head, null, all, spot);
    } finally {
      await reader.close();
    }
  }

  async *#counted(head: Buffer, reader: ChunkReader): Chunks {
    yield head;
    for await (const chunk of reader.part(Infinity)) {
      this.#unpackedBytes += chunk.length;
      if (this.#unpackedBytes > this.#tools.mostUnpackedBytes) throw new TooLarge();
      await this.#tools.breathe();
      yield chunk;
    }
  }

  async #scan(chunks: Chunks, spot: Spot): Promise<void> {
    const scanner = new Scanner(this.#tools.set, spot.path, this.#block);
    const places = placesAt(spot.path);
    const parts: Uint8Array[] = [];
    let kept = 0;
    try {
      for await (const chunk of chunks) {
        scanner.push(chunk);
        if (places.length === 0 || kept > this.#block.length) continue;
        parts.push(Buffer.from(chunk));
        kept += chunk.length;
      }
    } finally {
      // Of a damaged archive what came out of it counts.
      this.#tell(scanner, places, Buffer.concat(parts), spot);
    }
  }

  /** What its bytes have told already is not told again. */
  async #searchRows(database: RandomAccess, spot: Spot): Promise<void> {
    const known = new Set(this.#findings.map(({ digest }) => digest));
    const scanner = new Scanner(this.#tools.set, spot.path, this.#block);
    for (const values of rowValues(database)) {
      for (const value of values) {
        scanner.push(value);
        scanner.push(LINE_END);
      }
      await this.#tools.breathe();
    }
    const matches = scanner.end().map(({ rule, secret, at }) => ({ rule, secret, at }));
    const found = { places: [], matches, rules: this.#tools.set.rules };
    const findings = toFindings(spot.place, NOTHING, found, this.#tools.digestOf);
    this.#findings.push(...findings.filter(({ digest }) => !known.has(digest)));
  }

  #leave({ place }: Spot, why: string): void {
    this.#findings.push({
      kind: "not-searched",
      severity: "warn",
      place,
      what: `what could not be searched: ${why}`,
      fix: "Remove it if nothing needs it, or make sure yourself that it holds no credential.",
    });
  }
}

/** More than a bomb is worth. */
class TooLarge extends Error {}

/** zlib's errors have a code, those of the formats are plain; a Refusal or a bug is neither. */
function isDamage(error: unknown): boolean {
  if (error instanceof TooLarge || error instanceof RangeError) return true;
  if (!(error instanceof Error)) return false;
  return ("code" in error && /^(?:Z_|ZSTD_|ERR_)/.test(String(error.code))) || error.constructor === Error;
}

/** Null: too large. */
async function keep(chunks: Chunks): Promise<RandomAccess | null> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > MOST_KEPT_BYTES) return null;
    parts.push(Buffer.from(chunk));
  }
  return accessBuffer(Buffer.concat(parts));
}

/** Fills the block as far as the file goes, so that a small file is read in one go. */
function readHead(scanner: Scanner, fd: number): Buffer {
  const room = scanner.room();
  let filled = 0;
  for (let got = -1; got !== 0 && filled < room.length; filled += got)
    got = readSync(fd, room, filled, room.length - filled, null);
  scanner.take(filled);
  return room.subarray(0, filled);
}
