// How much memory the kernel and everything that is no app keep. Pure; rises with the memory, more slowly than it.

import type { ReserveRule } from "../config/config.ts";
import { GIB, MIB } from "../size.ts";

/**
 * The kernel, journald, sshd and an SSM agent take 120 to 180 MiB before any app starts, part of it on every machine.
 */
const LEAST_BYTES = 128 * MIB;

interface Tier {
  readonly upToBytes: number;
  readonly percent: number;
}

/**
 * The kernel's own tables, its free pages (vm.min_free_kbytes), socket buffers and the cost of more users and processes grow
 * with the memory, ever more slowly. The tiers are those of GKE's node reserve, which keeps 25, 20, 10, 6 and 2 % of them
 * for a kubelet and a container runtime too: a machine without them needs about a quarter of that.
 */
const TIERS: readonly Tier[] = [
  { upToBytes: 4 * GIB, percent: 6 },
  { upToBytes: 16 * GIB, percent: 4 },
  { upToBytes: 128 * GIB, percent: 2 },
  { upToBytes: Infinity, percent: 1 },
];

/** Can exceed the memory of a tiny machine. */
export function computeReserveBytes(rule: ReserveRule, memLimitBytes: number): number {
  switch (rule.kind) {
    case "tiers":
      return LEAST_BYTES + sumTiers(memLimitBytes);
    case "share":
      return Math.min(Math.max(takeShare(rule.share, memLimitBytes), rule.minBytes), rule.maxBytes);
  }
}

/** What of the reserve is for the kernel: what is left beside the programs of the system. */
export function kernelPartBytes(rule: ReserveRule, memLimitBytes: number): number {
  return Math.max(0, Math.min(memLimitBytes, computeReserveBytes(rule, memLimitBytes)) - LEAST_BYTES);
}

/** In words, for an explanation. */
export function describeReserve(rule: ReserveRule): string {
  switch (rule.kind) {
    case "tiers":
      return `${LEAST_BYTES / MIB} MiB and ${TIERS.map(describeTier).join(", ")}`;
    case "share":
      return "reserve.memory of the config";
  }
}

function describeTier({ upToBytes, percent }: Tier, index: number): string {
  if (upToBytes === Infinity) return `${percent} % of what is above`;
  const fromBytes = TIERS[index - 1]?.upToBytes ?? 0;
  return `${percent} % of the ${index === 0 ? "first" : "next"} ${(upToBytes - fromBytes) / GIB} GiB`;
}

function sumTiers(memLimitBytes: number): number {
  let fromBytes = 0;
  let sumBytes = 0;
  for (const { upToBytes, percent } of TIERS) {
    const withinBytes = Math.max(0, Math.min(memLimitBytes, upToBytes) - fromBytes);
    sumBytes += Math.floor((withinBytes * percent) / 100);
    fromBytes = upToBytes;
  }
  return sumBytes;
}

function takeShare(share: number, memLimitBytes: number): number {
  // A billionth of the share, in whole numbers: a product of floats could rise by two bytes where memory rises by one.
  return Number((BigInt(memLimitBytes) * BigInt(Math.round(share * 1e9))) / 1_000_000_000n);
}
