// Tunes Varnish: a cache in memory that fits with what its objects, its threads, its log and all that is not cached take beside it.

import { GIB, KIB, MIB } from "../../size.ts";
import { byGiven, byOption, bytes, count, type Reason, text } from "../profile/build-setting.ts";
import type { Allotment, OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { numberOption, optionalNumber } from "../profile/read-option.ts";
import {
  BASE_BYTES,
  divideVarnishMemory,
  LEAST_THREADS,
  leastVarnishBytes,
  OBJECT_BYTES,
  POOLS,
  THREAD_BYTES,
  type VarnishMemory,
} from "./varnish-memory.ts";

const SIZING = "varnish-cache.org, users-guide, sizing your cache: about 1 KB beside each object";
const STORAGE = "varnish-cache.org, users-guide, storage backends, Transient";
const PARAMETERS = "varnish-cache.org, reference, varnishd, parameters";

/** What varnishd takes where nobody says a size. */
const USEFUL_CACHE_BYTES = 100 * MIB;

const OPTIONS = {
  // With it a fifth of the cache's memory is for what Varnish keeps of its objects, as its users have long set it.
  objectSize: {
    kind: "size",
    default: 4 * KIB,
    min: 256,
    max: GIB,
    about: "how large a cached object is on average: each takes 1 KiB more",
  },
  transient: {
    kind: "size",
    default: null,
    min: 4 * MIB,
    max: 1024 * GIB,
    about: "storage of what is passed on or short-lived; 16MiB, and an eighth of what threads leave, if not given",
  },
  threads: {
    kind: "integer",
    default: null,
    min: LEAST_THREADS,
    max: 5000,
    about: "thread_pool_max, of each of two pools; 5000, and down to 100 where memory is short, if not given",
  },
  log: { kind: "size", default: 80 * MIB, min: MIB, max: 4 * GIB, about: "vsl_space: the log in shared memory" },
} satisfies OptionRules;

export const varnish: Profile = {
  name: "varnish",
  about: "a Varnish cache in memory",
  options: OPTIONS,
  takesMemory: true,
  usualWeight: 1,
  useful: () => ({
    malloc: {
      least: USEFUL_CACHE_BYTES,
      because: "varnishd itself takes 100 MiB where nobody says a size",
      instead: "lower the options log, transient or threads",
    },
  }),
  // Fewer threads than varnishd would allow itself are still more than most sites ever need.
  ladder: [],
  toShrink: "lower the options threads, transient or log",
  floorBytes: leastVarnishBytes,
  capBytes: () => Infinity,
  tune(allotment, options) {
    const memory = divideVarnishMemory(allotment.memoryBytes, options);
    const settings = {
      malloc: tuneCache(allotment, memory, options),
      transient: tuneTransient(memory, options),
      thread_pool_max: tuneThreads(memory),
      vsl_space: tuneLog(options),
    };
    return { ...settings, options: joinOptions(settings) };
  },
};

function tuneCache({ memoryBytes }: Allotment, memory: VarnishMemory, options: Options): Setting {
  return inMib(memory.cacheBytes, {
    formula:
      "(memoryBytes - baseBytes - logBytes - forThreadsBytes - transientBytes) * objectSizeBytes / (objectSizeBytes + besideBytes)",
    inputs: {
      memoryBytes,
      baseBytes: BASE_BYTES,
      logBytes: numberOption(options, "log"),
      forThreadsBytes: Math.round(memory.forThreadsBytes),
      transientBytes: Math.round(memory.transientBytes),
      objectSizeBytes: numberOption(options, "objectSize"),
      besideBytes: OBJECT_BYTES,
    },
    source: SIZING,
  });
}

function tuneTransient({ transientBytes, spareForTransientBytes }: VarnishMemory, options: Options): Setting {
  const given = optionalNumber(options, "transient");
  if (given !== null) return inMib(transientBytes, byGiven("transient", given, STORAGE));
  return inMib(transientBytes, {
    formula: "16 MiB + spareBytes / 8",
    inputs: { spareBytes: Math.round(spareForTransientBytes) },
    source: STORAGE,
    note: "varnishd sets no limit, so that a few large answers that are passed on could take all memory; what does not fit here fails",
  });
}

function tuneThreads({ threads, threadsBoundBy, spareForThreadsBytes }: VarnishMemory): Setting {
  if (threadsBoundBy === "user") return count(threads, byGiven("threads", threads, PARAMETERS));
  return count(threads, {
    formula: "min(100 + spareBytes / 8 / pools / threadBytes, 5000)",
    inputs: { spareBytes: Math.round(spareForThreadsBytes), pools: POOLS, threadBytes: THREAD_BYTES },
    source: PARAMETERS,
    boundBy: threadsBoundBy,
    ...(threadsBoundBy === "share" ? { note: "varnishd has 5000 in each pool, which at worst take 1.7 GiB" } : {}),
  });
}

function tuneLog(options: Options): Setting {
  const log = numberOption(options, "log");
  const wholeKib = Math.floor(log / KIB);
  return bytes(wholeKib * KIB, `${wholeKib}k`, byOption("log", log, OPTIONS.log, PARAMETERS));
}

function inMib(exactBytes: number, reason: Reason): Setting {
  const wholeMib = Math.floor(exactBytes / MIB);
  return bytes(wholeMib * MIB, `${wholeMib}m`, reason);
}

type FlagSettings = Readonly<Record<"malloc" | "transient" | "thread_pool_max" | "vsl_space", Setting>>;

function joinOptions({ malloc, transient, thread_pool_max, vsl_space }: FlagSettings): Setting {
  const storage = `-s malloc,${malloc.text} -s Transient=malloc,${transient.text}`;
  return text(`${storage} -p thread_pool_max=${thread_pool_max.text} -p vsl_space=${vsl_space.text}`, {
    formula: "all of the above as arguments",
    source: "varnishd(1)",
  });
}
