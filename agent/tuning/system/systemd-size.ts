// How systemd's resource control spells memory and counts it. Pure.

import { GIB, KIB, MIB } from "../../size.ts";

/** systemd.resource-control(5), which documents all that limits a unit. */
export const CONTROL = "systemd.resource-control(5)";

/** The most that kernel.pid_max can be. */
export const MOST_TASKS = 4_194_304;

/** What the kernel counts for a thread when it sets kernel.threads-max. */
export const THREAD_BYTES = 8 * 16 * KIB;

const PAGE_BYTES = 4 * KIB;

/** The kernel rounds down to whole pages, so `systemctl show` gives the same number. */
export function wholePages(sizeBytes: number): number {
  return Math.floor(sizeBytes / PAGE_BYTES) * PAGE_BYTES;
}

/** The largest unit that divides the size, so that nothing is rounded; systemd counts K, M and G in 1024s. */
export function formatSystemdSize(value: number): string {
  if (value === 0) return "0";
  if (value % GIB === 0) return `${value / GIB}G`;
  if (value % MIB === 0) return `${value / MIB}M`;
  return value % KIB === 0 ? `${value / KIB}K` : String(value);
}
