// Tunes memcached: items get what connections, threads, first slab pages and a hash table that never has to grow leave.

import type { Problem } from "../../refusal.ts";
import { formatBytes, GIB, KIB, MIB, TIB } from "../../size.ts";
import { byGiven, bytes, count, text } from "../profile/build-setting.ts";
import type { Allotment, Bound, OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { numberOption, optionalNumber } from "../profile/read-option.ts";
import {
  CONNECTION_BYTES,
  type Division,
  divideMemcachedMemory,
  itemsIn,
  LEAST_ITEM_BYTES,
  LEAST_POWER,
  leastForItem,
  leastMemcachedBytes,
  MOST_CONNECTIONS,
  MOST_POWER,
  MOST_THREADS,
  mostMemcachedBytes,
  tableBytes,
} from "./memcached-memory.ts";

const MEMCACHED = "memcached/memcached, memcached.c, settings_init";
const CONNECTIONS = "docs.aws.amazon.com, ElastiCache, Memcached specific parameters, max_simultaneous_connections";
const HASH = "memcached/memcached, assoc.c";

const LEAST_USEFUL_BYTES = 64 * MIB;

const OPTIONS = {
  memory: { kind: "size", default: null, min: 2 * MIB, max: 32 * TIB, about: "-m, in whole MiB; by the memory" },
  connections: {
    kind: "integer",
    default: null,
    min: 1,
    max: 1_000_000,
    about: "-c; 1024, down to 64 where memory is short and up to 65000 where there is much, if not given",
  },
  threads: { kind: "integer", default: null, min: 1, max: 256, about: "-t; by the CPUs if not given" },
  itemSize: { kind: "size", default: MIB, min: KIB, max: GIB, about: "-I: the largest item; half of -m at most" },
} satisfies OptionRules;

export const memcached: Profile = {
  name: "memcached",
  about: "a memcached server, 1.6 or newer",
  options: OPTIONS,
  takesMemory: true,
  usualWeight: 1,
  useful: () => ({ memory: { least: LEAST_USEFUL_BYTES, because: "memcached itself begins with 64 MiB" } }),
  ladder: ["connections"],
  toShrink: "lower the options memory, connections, threads or itemSize",
  checkOptions: checkItemSize,
  floorBytes: leastMemcachedBytes,
  capBytes: (options) => (optionalNumber(options, "memory") === null ? Infinity : mostMemcachedBytes(options)),
  tune(allotment, options) {
    const division = divideMemcachedMemory(allotment.memoryBytes, options);
    const settings = {
      memory: tuneItems(allotment, division, options),
      connections: tuneConnections(division),
      threads: tuneThreads(allotment, division, options),
      itemSizeMax: tuneItemSize(options),
      hashpower: tuneHashpower(division),
    };
    return { ...settings, options: joinOptions(settings) };
  },
};

function checkItemSize(options: Options): readonly Problem[] {
  const memory = optionalNumber(options, "memory");
  if (memory === null || Math.floor(memory / MIB) * MIB >= leastForItem(options)) return [];
  const itemSize = formatBytes(numberOption(options, "itemSize"));
  return [
    {
      what: `memcached's largest item of ${itemSize} is more than half of its memory of ${formatBytes(memory)}`,
      fix: "Lower the option itemSize, or raise memory: memcached would not start.",
    },
  ];
}

function tuneItems({ memoryBytes }: Allotment, division: Division, options: Options): Setting {
  const { itemsBytes, tableAndItemsBytes, hashpower } = division;
  const written = String(itemsBytes / MIB);
  const given = optionalNumber(options, "memory");
  if (given !== null) return bytes(itemsBytes, written, byGiven("memory", given, "the option"));
  const besideBytes = memoryBytes - Math.floor(tableAndItemsBytes);
  const left = "memoryBytes - besideBytes - tableBytes";
  const inputs = { memoryBytes, besideBytes, tableBytes: tableBytes(hashpower) };
  const inTableBytes = itemsIn(hashpower);
  if (itemsBytes < inTableBytes)
    return bytes(itemsBytes, written, { formula: left, inputs, source: "parbake: what the share leaves" });
  return bytes(itemsBytes, written, {
    formula: `min(${left}, inTableBytes)`,
    inputs: { ...inputs, inTableBytes },
    source: "parbake: what the share leaves",
    note: "the hash table holds so many of the smallest items: a table of twice the size would take more memory than it adds",
  });
}

function tuneConnections({ connections, connectionsBoundBy }: Division): Setting {
  if (connectionsBoundBy === "user") return count(connections, byGiven("connections", connections, "the option"));
  return count(connections, {
    formula: "clamp(forConnectionsBytes / connectionBytes, 64, mostConnections)",
    inputs: {
      forConnectionsBytes: connections * CONNECTION_BYTES,
      connectionBytes: CONNECTION_BYTES,
      mostConnections: MOST_CONNECTIONS,
    },
    source: CONNECTIONS,
    boundBy: connectionsBoundBy,
    note:
      connectionsBoundBy === "ladder"
        ? "memcached's 1024 would not fit with all of them busy"
        : "memcached's default is 1024; a connection beyond the limit waits until another one closes",
  });
}

function tuneThreads({ vcpus }: Allotment, { bearableThreads }: Division, options: Options): Setting {
  const given = optionalNumber(options, "threads");
  if (given !== null) return count(given, byGiven("threads", given, "the option"));
  const value = Math.min(vcpus, bearableThreads);
  return count(value, {
    formula: "min(vcpus, bearableThreads)",
    inputs: { vcpus, bearableThreads },
    source: "memcached/memcached, memcached.c, -t: the number of cores or less",
    boundBy: value === vcpus ? null : value === MOST_THREADS ? "cap" : "share",
  });
}

function tuneItemSize(options: Options): Setting {
  const itemSize = numberOption(options, "itemSize");
  const boundBy = itemSize === MIB ? null : "user";
  const written = itemSize % MIB === 0 ? `${itemSize / MIB}m` : String(itemSize);
  return bytes(itemSize, written, { formula: "the option itemSize", inputs: { itemSize }, source: MEMCACHED, boundBy });
}

function tuneHashpower({ itemsBytes, hashpower }: Division): Setting {
  return count(hashpower, {
    formula: `clamp(log2(itemsBytes / leastItemBytes / 1.5), ${LEAST_POWER}, ${MOST_POWER}), rounded up`,
    inputs: { itemsBytes, leastItemBytes: LEAST_ITEM_BYTES },
    source: HASH,
    boundBy: boundPower(itemsBytes),
    note: "memcached starts with 16, and holds two tables while it grows to a larger one: here it starts with the largest",
  });
}

function boundPower(itemsBytes: number): Bound {
  if (itemsBytes <= itemsIn(LEAST_POWER - 1)) return "floor";
  return itemsBytes > 2 * itemsIn(MOST_POWER - 1) ? "cap" : null;
}

type FlagSettings = Readonly<Record<"memory" | "connections" | "threads" | "itemSizeMax" | "hashpower", Setting>>;

function joinOptions({ memory, connections, threads, itemSizeMax, hashpower }: FlagSettings): Setting {
  const flags = [
    `-m ${memory.text}`,
    `-c ${connections.text}`,
    `-t ${threads.text}`,
    `-I ${itemSizeMax.text}`,
    `-o hashpower=${hashpower.text}`,
  ];
  return text(flags.join(" "), { formula: "all of the above as arguments", source: "memcached(1)" });
}
