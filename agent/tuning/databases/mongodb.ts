// Tunes MongoDB: WiredTiger's cache as mongod itself would size it, index builds and connections in what that leaves.

import { MIB, TIB } from "../../size.ts";
import { byGiven, bytes, count } from "../profile/build-setting.ts";
import type { Allotment, Bound, OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { optionalNumber } from "../profile/read-option.ts";

const CACHE = "mongodb/mongo, wiredtiger_util.cpp, getCacheSizeMB";
const CONNECTIONS = "mongodb.com, manual, tuning the connection pool";
const INDEX_BUILDS = "mongodb.com, manual, maxIndexBuildMemoryUsageMegabytes";
const FILES = "mongodb.com, manual, UNIX ulimit settings";

// Everything is in whole MiB, as in mongod.

/** mongod's own code, threads and catalog before there are data or clients; an estimate on the safe side. */
const BASE_MIB = 128;

const LEAST_CACHE_MIB = 256;
const MOST_CACHE_MIB = 10_000_000;

/** What mongod leaves alone before it takes half of the rest. */
const KEPT_MIB = 1024;

/** mongod's default, and the least that it accepts. */
const INDEX_BUILDS_MIB = 200;
const LEAST_INDEX_BUILDS_MIB = 50;

/** The stack of a connection's thread. */
const CONNECTION_MIB = 1;

/** A few clients with their pools, the other members of the set, monitoring. */
const LEAST_CONNECTIONS = 64;

/** maxPoolSize of the drivers. */
const DRIVER_POOL = 100;

/** The open files that the manual asks for; mongod gives four fifths of them to connections. */
const FILES_ASKED = 64_000;
const MOST_CONNECTIONS = (FILES_ASKED * 4) / 5;

const OPTIONS = {
  cacheSizeGB: {
    kind: "size",
    default: null,
    min: LEAST_CACHE_MIB * MIB,
    max: 8 * TIB,
    about: "storage.wiredTiger.engineConfig.cacheSizeGB; half of all above 1 GiB if not given",
  },
  maxIncomingConnections: {
    kind: "integer",
    default: null,
    min: 5,
    max: 1_000_000,
    about: "net.maxIncomingConnections; by the memory if not given",
  },
  maxIndexBuildMemoryUsageMegabytes: {
    kind: "size",
    default: null,
    min: LEAST_INDEX_BUILDS_MIB * MIB,
    max: TIB,
    about: "memory of one createIndexes; 200 MiB where there is room",
  },
} satisfies OptionRules;

// Sets no tickets: if they are set, MongoDB 7 and later stop adjusting them to the load.
export const mongodb: Profile = {
  name: "mongodb",
  about: "a MongoDB server (mongod)",
  options: OPTIONS,
  takesMemory: true,
  readsPageCache: true,
  usualWeight: 1,
  useful: () => ({
    maxIncomingConnections: { least: DRIVER_POOL, because: "the pool of a single client opens up to 100" },
  }),
  ladder: ["maxIndexBuildMemoryUsageMegabytes"],
  toShrink: "lower the options cacheSizeGB or maxIncomingConnections",
  floorBytes: (options) => floorMib(options) * MIB,
  // The cache leaves page cache, and room for sorts and aggregations.
  capBytes: () => Infinity,
  tune(allotment, options) {
    const indexBuilds = tuneIndexBuilds(allotment, options);
    const cacheSizeGB = tuneCache(allotment, toMib(indexBuilds), options);
    const taken = BASE_MIB + toMib(indexBuilds) + toMib(cacheSizeGB);
    const connections = tuneConnections(allotment, taken, options);
    return {
      cacheSizeGB,
      maxIncomingConnections: connections,
      maxIndexBuildMemoryUsageMegabytes: indexBuilds,
      LimitNOFILE: tuneFiles(Number(connections.value)),
    };
  },
};

function toMib({ value }: Setting): number {
  return Number(value) / MIB;
}

/** Null: not given. */
function givenMib(options: Options, name: string): number | null {
  const given = optionalNumber(options, name);
  return given === null ? null : Math.floor(given / MIB);
}

function leastConnections(options: Options): number {
  return optionalNumber(options, "maxIncomingConnections") ?? LEAST_CONNECTIONS;
}

function floorMib(options: Options): number {
  const cacheMib = givenMib(options, "cacheSizeGB") ?? LEAST_CACHE_MIB;
  const indexMib = givenMib(options, "maxIndexBuildMemoryUsageMegabytes") ?? LEAST_INDEX_BUILDS_MIB;
  return BASE_MIB + cacheMib + indexMib + leastConnections(options) * CONNECTION_MIB;
}

function tuneIndexBuilds({ memoryBytes }: Allotment, options: Options): Setting {
  const given = givenMib(options, "maxIndexBuildMemoryUsageMegabytes");
  if (given !== null) return userSize("maxIndexBuildMemoryUsageMegabytes", given * MIB, String(given), INDEX_BUILDS);
  const spareMib = Math.floor(memoryBytes / MIB) - floorMib(options);
  const value = Math.min(INDEX_BUILDS_MIB, LEAST_INDEX_BUILDS_MIB + spareMib);
  return bytes(value * MIB, String(value), {
    formula: "min(leastBytes + spareBytes, mostBytes)",
    inputs: {
      leastBytes: LEAST_INDEX_BUILDS_MIB * MIB,
      spareBytes: spareMib * MIB,
      mostBytes: INDEX_BUILDS_MIB * MIB,
    },
    source: INDEX_BUILDS,
    boundBy: value < INDEX_BUILDS_MIB ? "ladder" : null,
  });
}

function tuneCache({ memoryBytes }: Allotment, indexMib: number, options: Options): Setting {
  const given = givenMib(options, "cacheSizeGB");
  if (given !== null) return userSize("cacheSizeGB", given * MIB, formatGib(given), CACHE);
  const memoryMib = Math.floor(memoryBytes / MIB);
  const halfMib = Math.floor((memoryMib - KEPT_MIB) / 2);
  const wantedMib = Math.min(Math.max(halfMib, LEAST_CACHE_MIB), MOST_CACHE_MIB);
  const leftMib = memoryMib - BASE_MIB - indexMib - leastConnections(options) * CONNECTION_MIB;
  const value = Math.min(wantedMib, leftMib);
  return bytes(value * MIB, formatGib(value), {
    formula: "min(max((memoryBytes - keptBytes) / 2, leastBytes), mostBytes, leftBytes), in whole MiB",
    inputs: {
      memoryBytes,
      keptBytes: KEPT_MIB * MIB,
      leastBytes: LEAST_CACHE_MIB * MIB,
      mostBytes: MOST_CACHE_MIB * MIB,
      leftBytes: leftMib * MIB,
    },
    source: CACHE,
    boundBy: boundOf(value, halfMib, wantedMib),
    ...(value < wantedMib ? { note: "the connections that the option gives leave less than mongod would take" } : {}),
  });
}

function boundOf(value: number, halfMib: number, wantedMib: number): Bound {
  if (value < wantedMib) return "share";
  if (value > halfMib) return "floor";
  return value < halfMib ? "cap" : null;
}

/** Half of what is left, or all of it up to a client's pool; sorts, aggregations and the page cache have the rest. */
function tuneConnections({ memoryBytes }: Allotment, takenMib: number, options: Options): Setting {
  const given = optionalNumber(options, "maxIncomingConnections");
  if (given !== null) {
    const formula = "the option maxIncomingConnections";
    const inputs = { maxIncomingConnections: given };
    return count(given, { formula, inputs, source: CONNECTIONS, boundBy: "user" });
  }
  // The floor has room for the least connections, so at least as many fit.
  const leftMib = Math.floor(memoryBytes / MIB) - takenMib;
  const bearable = Math.floor(leftMib / 2 / CONNECTION_MIB);
  const few = Math.min(Math.floor(leftMib / CONNECTION_MIB), DRIVER_POOL);
  const value = Math.min(Math.max(bearable, few), MOST_CONNECTIONS);
  return count(value, {
    formula: "min(max(leftBytes / 2, min(leftBytes, poolBytes)) / connectionBytes, mostConnections)",
    inputs: {
      leftBytes: leftMib * MIB,
      poolBytes: DRIVER_POOL * CONNECTION_MIB * MIB,
      connectionBytes: CONNECTION_MIB * MIB,
      mostConnections: MOST_CONNECTIONS,
    },
    source: CONNECTIONS,
    boundBy: value > bearable ? "floor" : value < bearable ? "cap" : null,
    note: "mongod counts only open files, and would accept more connections than the memory bears",
  });
}

function tuneFiles(maxIncomingConnections: number): Setting {
  return count(Math.max(FILES_ASKED, Math.ceil((maxIncomingConnections * 5) / 4)), {
    formula: "max(filesAsked, maxIncomingConnections * 5 / 4), rounded up",
    inputs: { filesAsked: FILES_ASKED, maxIncomingConnections },
    source: FILES,
  });
}

function userSize(name: string, value: number, written: string, source: string): Setting {
  return bytes(value, written, byGiven(name, value, source));
}

/** Exact: a number of MiB over 1024 has a finite decimal expansion. */
function formatGib(mib: number): string {
  return String(mib / 1024);
}
