// Who got the memory that some apps can't use, in words. Pure.

import { formatBytes, MIB } from "../../size.ts";
import type { AppAmount, BudgetPlan } from "../../tuning/tuning.ts";
import { joinWords } from "../text.ts";

export type Division = Pick<BudgetPlan, "spare" | "gained" | "unallocatedBytes" | "unallocatedReason">;

/** `of 1.2 GiB that web can't use, db got 800 MiB, the page cache 400 MiB`; null where no app leaves anything of note. */
export function describeSpare({ spare, gained, unallocatedBytes, unallocatedReason }: Division): string | null {
  const spareBytes = spare.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  if (spareBytes < MIB) return null;
  const restBytes = unallocatedReason === null ? 0 : unallocatedBytes;
  const takers: readonly AppAmount[] = [...gained, { app: "the page cache", memoryBytes: restBytes }];
  const given = takers
    .filter(({ memoryBytes }) => memoryBytes > 0)
    .map(({ app, memoryBytes }, index) => `${app} ${index === 0 ? "got " : ""}${formatBytes(memoryBytes)}`);
  const names = joinWords(spare.map(({ app }) => app));
  return `of ${formatBytes(spareBytes)} that ${names} can't use, ${given.join(", ")}`;
}

/** @param where ` on m7g.large`; empty: the reader knows */
export function describeLeftOut(app: string, where = ""): string {
  return `${app} is left out${where}: too little memory; the others have their floors`;
}

/** Why memory is left to the page cache; null: only a few bytes are, or the words on apps that are left out explain it. */
export function describeRest({ unallocatedReason }: Division): string | null {
  switch (unallocatedReason) {
    case null:
    case "left out":
      return null;
    case "caps":
      return "no app can use more";
    case "no apps":
      return "no app takes memory";
  }
}
