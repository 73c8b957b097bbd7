// Sets what the machine's apps ask of the kernel, the strictest ask of each setting. If no app asks, the kernel keeps its
// own.

import { GIB, KIB, MIB } from "../../size.ts";
import { count, fromOption, type Reason } from "../profile/build-setting.ts";
import type { Allotment, Neighbour, Options, Setting } from "../profile/profile.ts";
import { optionalNumber } from "../profile/read-option.ts";
import {
  type AppAsk,
  DIRTY_BACKGROUND_BYTES,
  DIRTY_BYTES,
  FREE_PERCENT,
  listAsks,
  nameApps,
  OVERCOMMIT_MEMORY,
  SWAPPINESS,
} from "./kernel-asks.ts";

const FREE_KEY = "vm.min_free_kbytes";
const KHUGEPAGED = "linux, mm/khugepaged.c, set_recommended_min_free_kbytes";

/** tuned's throughput-performance: less swapping of what is in use than the kernel's 60. */
const SWAPPINESS_OF_ANY = 10;

/** The kernel's own with transparent huge pages: two of them free in each of three zones, and room to move others. */
const KERNELS_FREE_BYTES = 67_584 * KIB;
/** The kernel's own is never more than this part of the memory. */
const KERNELS_FREE_PERCENT = 5;
/** ENA's example. Keeping more of a large memory free does nothing for the network. */
const MOST_FREE_BYTES = GIB;

/** The kernel's own, in percent of the memory: on a small machine less than apps ask for. */
const DIRTY_BACKGROUND_PERCENT = 10;
const DIRTY_PERCENT = 20;

/** If no app asks, the kernel's own values; 0 dirty bytes mean that the kernel takes its percents. */
export function tuneAsked({ memoryBytes, neighbours }: Allotment, options: Options): ReadonlyMap<string, Setting> {
  return new Map([
    ["vm.overcommit_memory", tuneOvercommit(neighbours, options)],
    [
      "vm.dirty_background_bytes",
      tuneDirty(listAsks(DIRTY_BACKGROUND_BYTES, neighbours), memoryBytes, DIRTY_BACKGROUND_PERCENT),
    ],
    ["vm.dirty_bytes", tuneDirty(listAsks(DIRTY_BYTES, neighbours), memoryBytes, DIRTY_PERCENT)],
    [FREE_KEY, tuneFree(listAsks(FREE_PERCENT, neighbours), memoryBytes)],
  ]);
}

/** The file leaves out the kernel's own values. */
export function isMoreThanKernels([key, { value }]: readonly [key: string, setting: Setting]): boolean {
  return Number(value) > (key === FREE_KEY ? KERNELS_FREE_BYTES / KIB : 0);
}

export function tuneSwappiness(neighbours: readonly Neighbour[], options: Options): Setting {
  const given = optionalNumber(options, "swappiness");
  if (given !== null) return count(given, fromOption("swappiness", given));
  const [least] = sortAsks(listAsks(SWAPPINESS, neighbours));
  if (!least)
    return count(SWAPPINESS_OF_ANY, {
      formula: "10",
      source: "redhat-performance/tuned, profiles/throughput-performance",
    });
  return count(least.value, reasonOf(least, [least]));
}

function tuneOvercommit(neighbours: readonly Neighbour[], options: Options): Setting {
  const given = optionalNumber(options, "overcommitMemory");
  if (given !== null) return count(given, fromOption("overcommitMemory", given));
  const asks = listAsks(OVERCOMMIT_MEMORY, neighbours);
  const [first] = asks;
  if (!first) return count(0, NOT_ASKED);
  return count(first.value, reasonOf(first, asks));
}

function tuneDirty(asks: readonly AppAsk<number>[], memoryBytes: number, kernelsPercent: number): Setting {
  const [least] = sortAsks(asks);
  if (!least) return count(0, NOT_ASKED);
  const kernelsBytes = Math.floor((memoryBytes * kernelsPercent) / 100);
  return count(Math.min(least.value, kernelsBytes), {
    formula: `min(${least.value / MIB} MiB, memoryBytes * ${kernelsPercent}%), asked for by apps`,
    inputs: { memoryBytes, ...nameApps([least]) },
    source: least.source,
    boundBy: least.value > kernelsBytes ? "cap" : null,
  });
}

function tuneFree(asks: readonly AppAsk<number>[], memoryBytes: number): Setting {
  const kernelsBytes = Math.min(KERNELS_FREE_BYTES, (memoryBytes * KERNELS_FREE_PERCENT) / 100);
  const kernels = "min(66 MiB, memoryBytes * 5%)";
  const [most] = sortAsks(asks).toReversed();
  if (!most)
    return count(Math.floor(kernelsBytes / KIB), {
      formula: `${kernels} / 1 KiB, as no app asks: the kernel keeps its own`,
      inputs: { memoryBytes },
      source: KHUGEPAGED,
    });
  const askedBytes = Math.min((memoryBytes * most.value) / 100, MOST_FREE_BYTES);
  return count(Math.floor(Math.max(askedBytes, kernelsBytes) / KIB), {
    formula: `max(min(memoryBytes * ${most.value}%, 1 GiB), ${kernels}) / 1 KiB, asked for by apps`,
    inputs: { memoryBytes, ...nameApps(asks) },
    source: `${most.source}; ${KHUGEPAGED}`,
    boundBy: askedBytes < kernelsBytes ? "floor" : askedBytes === MOST_FREE_BYTES ? "cap" : null,
  });
}

const NOT_ASKED: Reason = {
  formula: "0, as no app asks: the kernel keeps its own",
  source: "linux, Documentation/admin-guide/sysctl/vm.rst",
};

/** @param asks all that ask for the same */
function reasonOf({ value, source }: AppAsk<number>, asks: readonly AppAsk<number>[]): Reason {
  return { formula: `${value}, asked for by apps`, inputs: nameApps(asks), source };
}

/** The least first. */
function sortAsks(asks: readonly AppAsk<number>[]): readonly AppAsk<number>[] {
  return asks.toSorted((a, b) => a.value - b.value);
}
