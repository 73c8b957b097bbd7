// Tunes Redis and Valkey alike: maxmemory with ElastiCache's reserve, held to what the share bears while the server forks to
// save; buffers and threads. Does not decide whether the server saves.

import { GIB, KIB, MIB, TIB } from "../../size.ts";
import { byOption, bytes, count, fromOption, type Reason, text } from "../profile/build-setting.ts";
import type { Allotment, OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { numberOption, optionalNumber, textOption } from "../profile/read-option.ts";
import {
  BASE_BYTES,
  CLIENTS_PERCENT,
  LEAST_MAXMEMORY_BYTES,
  memoryFor,
  REPLICA_PERCENT,
  wholePercent,
} from "./redis-memory.ts";

const RESERVE = "docs.aws.amazon.com, ElastiCache, reserved-memory-percent";
const NODE_TYPES = "docs.aws.amazon.com, ElastiCache, Redis OSS node-type specific parameters";

/** 5 % of it, for all clients, is what a hundred of them take with 16 KiB each to read and to write. */
const LEAST_USEFUL_BYTES = 64 * MIB;

/** The servers' own limit of a subscriber's buffer; a small share has less. The soft limits are a quarter. */
const MOST_PUBSUB_BYTES = 32 * MIB;
const PUBSUB_PART = 64;
const SOFT_PART = 4;
const SOFT_SECONDS = 60;

/** What a replica may miss before it copies everything: the servers' defaults of 1 or 10 MiB last a busy one for seconds. */
const BACKLOG_PART = 128;
const MOST_BACKLOG_BYTES = 256 * MIB;

/** redis.conf: threads from 4 cores on, with at least one core to spare, at most 8. */
const FEWEST_VCPUS_FOR_THREADS = 4;
const MOST_IO_THREADS = 8;

const POLICIES = ["noeviction", "allkeys-lru", "allkeys-lfu", "allkeys-random"];
const VOLATILE_POLICIES = ["volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl"];

const OPTIONS = {
  maxmemory: {
    kind: "size",
    default: null,
    min: MIB,
    max: 32 * TIB,
    about: "data at most; by the memory if not given",
  },
  policy: {
    kind: "choice",
    default: "noeviction",
    choices: [...POLICIES, ...VOLATILE_POLICIES],
    about: "maxmemory-policy: what the server evicts when it is full",
  },
  reservedPercent: { kind: "integer", default: 25, min: 0, max: 75, about: "of the memory, kept free beside the data" },
  persistence: { kind: "boolean", default: true, about: "it forks: to save, to rewrite its log, or for a new replica" },
  // What ElastiCache's reserve leaves for it if everything else takes its most.
  rewrittenPercent: {
    kind: "integer",
    default: 10,
    min: 0,
    max: 100,
    about: "the part of the data that clients rewrite while a fork saves, which then exists twice; 100: all",
  },
  ioThreads: {
    kind: "integer",
    default: null,
    min: 1,
    max: 128,
    about: "io-threads; by the CPUs; 1 for TLS in Redis 7",
  },
} satisfies OptionRules;

/** @param manual documents the server's settings */
export function redisProfile(name: string, about: string, manual: string): Profile {
  return {
    name,
    about,
    options: OPTIONS,
    takesMemory: true,
    usualWeight: 1,
    useful: () => ({
      maxmemory: {
        least: LEAST_USEFUL_BYTES,
        because: "the clients may take 5 % of it, and a hundred of them do",
      },
    }),
    ladder: [],
    toShrink: "lower the options maxmemory or rewrittenPercent",
    floorBytes: (options) => memoryFor(optionalNumber(options, "maxmemory") ?? LEAST_MAXMEMORY_BYTES, options),
    capBytes(options) {
      const given = optionalNumber(options, "maxmemory");
      return given === null ? Infinity : memoryFor(given, options);
    },
    tune(allotment, options) {
      const maxmemory = tuneMaxmemory(allotment, options);
      return {
        maxmemory,
        maxmemory_policy: tunePolicy(options, manual),
        maxmemory_clients: tuneClients(Number(maxmemory.value), manual),
        repl_backlog_size: tuneBacklog(allotment, manual),
        client_output_buffer_limit: tuneOutput(allotment, Number(maxmemory.value)),
        io_threads: tuneThreads(allotment, options, manual),
      };
    },
  };
}

function tuneMaxmemory({ memoryBytes }: Allotment, options: Options): Setting {
  const given = optionalNumber(options, "maxmemory");
  if (given !== null) return sized(given, fromOption("maxmemory", given));
  const reservedPercent = numberOption(options, "reservedPercent");
  const byReserve = (memoryBytes * (100 - reservedPercent)) / 100;
  const percent = wholePercent(options);
  const bearable = ((memoryBytes - BASE_BYTES) * 100) / percent;
  return sized(Math.floor(Math.min(byReserve, bearable) / MIB) * MIB, {
    formula:
      "min(memoryBytes * (100 - reservedPercent) / 100, (memoryBytes - baseBytes) * 100 / wholePercent), in whole MiB",
    inputs: { memoryBytes, reservedPercent, baseBytes: BASE_BYTES, wholePercent: percent },
    source: RESERVE,
    boundBy: bearable < byReserve ? "share" : null,
    ...(bearable < byReserve
      ? { note: "ElastiCache's reserve would not hold the server, its buffers and what exists twice while it saves" }
      : {}),
  });
}

function tunePolicy(options: Options, source: string): Setting {
  const policy = textOption(options, "policy");
  return text(policy, byOption("policy", policy, OPTIONS.policy, source));
}

function tuneClients(maxmemoryBytes: number, source: string): Setting {
  return sized(Math.floor((maxmemoryBytes * CLIENTS_PERCENT) / 100 / KIB) * KIB, {
    formula: "maxmemoryBytes * 5%",
    inputs: { maxmemoryBytes },
    source,
    note: "the server's default is no limit: one slow reader could take all memory",
  });
}

// The server counts the backlog as data, so it is a part of maxmemory.
function tuneBacklog({ memoryBytes }: Allotment, source: string): Setting {
  const byMemory = Math.floor(memoryBytes / BACKLOG_PART / MIB) * MIB;
  return sized(Math.min(Math.max(byMemory, MIB), MOST_BACKLOG_BYTES), {
    formula: "clamp(memoryBytes / 128, 1 MiB, 256 MiB)",
    inputs: { memoryBytes },
    source,
    boundBy: byMemory < MIB ? "floor" : byMemory > MOST_BACKLOG_BYTES ? "cap" : null,
    note: "with the server's smaller default, a replica that is away for seconds copies everything",
  });
}

// In the words of CONFIG GET, which says slave for a replica; the servers read either.
function tuneOutput({ memoryBytes }: Allotment, maxmemoryBytes: number): Setting {
  const replica = Math.floor((maxmemoryBytes * REPLICA_PERCENT) / 100);
  const pubsub = Math.floor(Math.min(memoryBytes / PUBSUB_PART, MOST_PUBSUB_BYTES) / KIB) * KIB;
  const limits = [
    "normal 0 0 0",
    formatLimit("slave", replica, replica),
    formatLimit("pubsub", pubsub, pubsub / SOFT_PART),
  ];
  return text(limits.join(" "), {
    formula: "replica: maxmemoryBytes * 10%; pubsub: min(memoryBytes / 64, 32 MiB), and a quarter of it for 60 s",
    inputs: { maxmemoryBytes, memoryBytes },
    source: NODE_TYPES,
    boundBy: pubsub < MOST_PUBSUB_BYTES ? "share" : null,
    note: "the servers give a replica 256 MiB, and 64 MiB for 60 s, whatever their data",
  });
}

function formatLimit(kind: string, hardBytes: number, softBytes: number): string {
  return `${kind} ${hardBytes} ${softBytes} ${SOFT_SECONDS}`;
}

function tuneThreads({ vcpus }: Allotment, options: Options, source: string): Setting {
  const ioThreads = optionalNumber(options, "ioThreads");
  if (ioThreads !== null) return count(ioThreads, fromOption("ioThreads", ioThreads));
  const byCpus = vcpus < FEWEST_VCPUS_FOR_THREADS ? 1 : Math.floor((vcpus * 3) / 4);
  return count(Math.min(byCpus, MOST_IO_THREADS), {
    formula: "vcpus < 4 ? 1 : min(vcpus * 3 / 4, 8)",
    inputs: { vcpus },
    source,
    boundBy: byCpus > MOST_IO_THREADS ? "cap" : null,
  });
}

function sized(value: number, reason: Reason): Setting {
  return bytes(value, formatRedisSize(value), reason);
}

/** In the units that are powers of 1024: its `m` without `b` is a million. */
function formatRedisSize(sizeBytes: number): string {
  if (sizeBytes % GIB === 0) return `${sizeBytes / GIB}gb`;
  if (sizeBytes % MIB === 0) return `${sizeBytes / MIB}mb`;
  return sizeBytes % KIB === 0 ? `${sizeBytes / KIB}kb` : String(sizeBytes);
}
