// Notes in a run's record which image its machine started from, and refuses or warns where that is too old.

import { formatAge } from "../age.ts";
import { wasLockTaken } from "../apply/state/lock.ts";
import { imageAgeMs, tooOld } from "../bake/image-age.ts";
import type { Baked } from "../bake/manifest.ts";
import { readBaked, UNREADABLE } from "../bake/read-manifest.ts";
import type { ImageAgeLimit } from "../config/config.ts";
import type { Facts } from "../facts/facts.ts";
import type { Log } from "../log.ts";
import { Refusal } from "../refusal.ts";
import type { RunRecord } from "../report/run-record.ts";

/**
 * Of an image that was never sealed nothing is said.
 * @throws Refusal `config` where it is too old and the config forbids that. A machine that has been served in this boot is only
 * warned: it gets older while it runs, and its secrets are rotated all the same.
 */
export function noteImage(limit: ImageAgeLimit | null, root: string, record: RunRecord, log: Log): void {
  const read = readBaked(root);
  if (read.kind === "unreadable") record.warn([UNREADABLE], log);
  if (read.kind !== "read") return;
  const { parbake, ...told } = read.document;
  const nowMs = Date.now();
  record.image = { ...told, ageMs: imageAgeMs(told, nowMs), amiId: null };
  log("info", `the image was baked ${formatAge(record.image.ageMs)} ago, by parbake ${parbake.version}`);
  const problem = tooOld(told, limit, nowMs);
  if (problem === null) return;
  if (limit?.policy === "fail" && !wasLockTaken(root)) throw new Refusal("config", problem);
  record.warn([problem], log);
}

/** What `facts` has of it. Null: it was never sealed, or its manifest can't be read, which `status` says. */
export function tellImage(root: string): (Baked & { readonly ageMs: number }) | null {
  const read = readBaked(root);
  return read.kind === "read" ? { ...read.document, ageMs: imageAgeMs(read.document, Date.now()) } : null;
}

export function noteAmi(record: RunRecord, { amiId }: Facts): void {
  if (record.image !== null) record.image = { ...record.image, amiId };
}
