// What is booted: a folder, or the disk of a machine. Neither is ever written to.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { attempt, run } from "./program.ts";

export type Source =
  | { readonly kind: "folder"; readonly path: string }
  /** `raw` is the disk's own content, whatever format the image has it in. */
  | { readonly kind: "disk"; readonly raw: string };

const SECTOR_BYTES = 512;
/** What boots the machine, and what it swaps to: never its root. */
const NO_ROOT = /^(?:C12A7328|21686148|BC13C2FF|0657FD6D|0x(?:ef|82|5|f)$)/i;

/** The folder of it, which can be read alone. */
export async function openSource(source: Source, work: string): Promise<string> {
  if (source.kind === "folder") return source.path;
  const folder = join(work, "image");
  mkdirSync(folder);
  const { start, size } = await findRoot(source.raw);
  const part = start === 0 ? "" : `,offset=${start * SECTOR_BYTES},sizelimit=${size * SECTOR_BYTES}`;
  await run(["mount", "-o", `ro,loop${part}`, source.raw, folder]);
  return folder;
}

interface Extent {
  readonly start: number;
  readonly size: number;
}

/** The largest partition that can be a root, in sectors; a disk without partitions is one itself. */
async function findRoot(raw: string): Promise<Extent> {
  const { stdout } = await attempt(["partx", "--raw", "--noheadings", "--output=START,SECTORS,TYPE", raw]);
  const partitions = stdout.split("\n").map((line) => line.split(" "));
  const roots = partitions.filter(([, , type]) => type !== undefined && !NO_ROOT.test(type));
  const extents = roots.map(([start, size]) => ({ start: Number(start), size: Number(size) }));
  return extents.toSorted((one, other) => other.size - one.size)[0] ?? { start: 0, size: 0 };
}
