// PostgreSQL 12 to 18 by pgtune's rules, in PostgreSQL's names and units. Where pgtune breaks the share, the share wins.

import { bytes, count, text, type Reason } from "./build-setting.ts";
import {
  computeAutovacuumWorkers,
  dividePostgresMemory,
  leastShareKb,
  PARALLEL_VCPUS,
  type PostgresMemory,
} from "./postgresql-memory.ts";
import { formatPostgresSize, STORAGES, WORKLOADS, type Workload } from "./postgresql-workload.ts";
import { optionalNumber, textOption } from "./read-option.ts";
import type { Allotment, OptionRule, Options, Profile, Setting, Settings } from "./setting.ts";
import { GIB, KIB } from "./size.ts";

const PGTUNE = "le0pard/pgtune, configurationSlice.js";
const POSTGRESQL = "postgresql.org/docs, runtime-config";

const OPTIONS: Readonly<Record<string, OptionRule>> = {
  version: {
    kind: "choice",
    default: "16",
    choices: ["12", "13", "14", "15", "16", "17", "18"],
    about: "major version",
  },
  workload: { kind: "choice", default: "web", choices: Object.keys(WORKLOADS), about: "kind of queries" },
  storage: { kind: "choice", default: "ssd", choices: Object.keys(STORAGES), about: "kind of disk" },
  // superuser_reserved_connections is 3 and must be fewer; 262,143 is PostgreSQL's own limit.
  connections: {
    kind: "integer",
    default: null,
    min: 4,
    max: 262_143,
    about: "max_connections; by the workload if not given",
  },
};

export const postgresql: Profile = {
  name: "postgresql",
  about: "a PostgreSQL server",
  options: OPTIONS,
  takesMemory: true,
  ladder: [],
  toShrink: "lower the option connections",
  floorBytes: (options) => leastShareKb(workloadOf(options), connectionsOf(options)) * KIB,
  capBytes: () => Infinity,
  tune(allotment, options) {
    const memory = dividePostgresMemory({
      shareKb: Math.floor(allotment.memoryBytes / KIB),
      workload: workloadOf(options),
      connections: connectionsOf(options),
      autovacuumWorkers: computeAutovacuumWorkers(allotment.vcpus),
      vcpus: allotment.vcpus,
    });
    return {
      max_connections: tuneConnections(options),
      ...tuneMemory(memory, workloadOf(options)),
      ...tuneWorkers(allotment, memory, workloadOf(options)),
      ...tuneWal(options),
      ...tunePlanner(options),
      ...tuneIo(allotment, options),
    };
  },
};

function tuneConnections(options: Options): Setting {
  const boundBy = options["connections"] === null ? null : "user";
  return count(connectionsOf(options), { formula: "by the workload", source: PGTUNE, boundBy });
}

function tuneMemory(memory: PostgresMemory, workload: Workload): Settings {
  const { sharedBuffersDivisor, cacheShare, maintenanceDivisor, workMemDivisor } = workload;
  const half = workMemDivisor === 1 ? "" : ` / ${workMemDivisor}`;
  const perNode = `(memory - shared_buffers) / ((max_connections + workers) * 3)${half}`;
  const { sharedBuffersKb, effectiveCacheKb, maintenanceKb, autovacuumKb, walBuffersKb, workMemKb, workMemBound } =
    memory;
  const autovacuum = "maintenance_work_mem, at most 2GB and 3/16 of the memory for all workers";
  return {
    shared_buffers: kilobytes(sharedBuffersKb, reason(`memory / ${sharedBuffersDivisor}`)),
    effective_cache_size: kilobytes(effectiveCacheKb, reason(`memory * ${cacheShare}: of its own share`)),
    maintenance_work_mem: kilobytes(maintenanceKb, reason(`memory / ${maintenanceDivisor}, at most 8GB`)),
    autovacuum_work_mem: kilobytes(autovacuumKb, reason(autovacuum)),
    wal_buffers: kilobytes(walBuffersKb, reason("shared_buffers * 3 %, 32kB to 16MB")),
    work_mem: kilobytes(workMemKb, { ...reason(`${perNode}, at least 4MB, within the share`), boundBy: workMemBound }),
    // As `try` the server starts without them, too; as `on` it would not.
    huge_pages: text(sharedBuffersKb * KIB >= 2 * GIB ? "try" : "off", reason("try from shared_buffers of 2GB")),
  };
}

function tuneWorkers({ vcpus }: Allotment, { parallelWorkers }: PostgresMemory, { scans }: Workload): Settings {
  // Fewer than 4 CPUs get what 4 get, where pgtune leaves 8 processes: with its rule a fourth CPU would take workers away.
  const half = Math.ceil(Math.max(vcpus, PARALLEL_VCPUS) / 2);
  const perGather = Math.min(scans ? half : Math.min(4, half), parallelWorkers);
  const processes: Reason = {
    ...reason("vcpus, at least 4, within the share"),
    boundBy: vcpus < PARALLEL_VCPUS ? "floor" : parallelWorkers < vcpus ? "share" : null,
  };
  return {
    max_worker_processes: count(parallelWorkers, processes),
    max_parallel_workers: count(parallelWorkers, processes),
    max_parallel_workers_per_gather: count(perGather, reason(scans ? "vcpus / 2" : "vcpus / 2, at most 4")),
    max_parallel_maintenance_workers: count(Math.min(4, half), reason("vcpus / 2, at most 4")),
    autovacuum_max_workers: count(computeAutovacuumWorkers(vcpus), reason("3; 4 from 16 vcpus, 5 from 32")),
  };
}

function tuneWal(options: Options): Settings {
  const { minWalBytes, maxWalBytes } = workloadOf(options);
  const byWorkload = reason("by the workload");
  const settings = {
    min_wal_size: bytes(minWalBytes, formatPostgresSize(minWalBytes), byWorkload),
    max_wal_size: bytes(maxWalBytes, formatPostgresSize(maxWalBytes), byWorkload),
    checkpoint_completion_target: count(0.9, reason("constant")),
    wal_compression: text(versionOf(options) >= 15 ? "lz4" : "on", reason("lz4 from version 15")),
  };
  if (textOption(options, "workload") !== "desktop") return settings;
  return { ...settings, wal_level: text("minimal", byWorkload), max_wal_senders: count(0, byWorkload) };
}

function tunePlanner(options: Options): Settings {
  const { statisticsTarget, jit, scans } = workloadOf(options);
  const { randomPageCost } = storageOf(options);
  return {
    default_statistics_target: count(statisticsTarget, reason("by the workload")),
    random_page_cost: count(scans ? 4 : randomPageCost, reason("by storage and workload")),
    jit: text(jit, reason("off for short queries")),
  };
}

function tuneIo({ vcpus }: Allotment, options: Options): Settings {
  const concurrency = count(storageOf(options).ioConcurrency, reason("by the storage"));
  if (versionOf(options) < 18) return { effective_io_concurrency: concurrency };
  const workers = Math.min(32, Math.max(3, Math.floor(vcpus / 4)));
  return {
    effective_io_concurrency: concurrency,
    // pgtune has io_uring: a server built without it, or on a kernel that forbids it, would not start.
    io_method: text("worker", { formula: "constant", source: POSTGRESQL }),
    io_workers: count(workers, {
      ...reason("vcpus / 4, 3 to 32"),
      boundBy: vcpus < 12 ? "floor" : vcpus >= 132 ? "cap" : null,
    }),
  };
}

function kilobytes(kb: number, why: Reason): Setting {
  return bytes(kb * KIB, formatPostgresSize(kb * KIB), why);
}

function reason(formula: string): Reason {
  return { formula, source: PGTUNE };
}

function workloadOf(options: Options): Workload {
  return WORKLOADS[textOption(options, "workload")]!;
}

function storageOf(options: Options): (typeof STORAGES)[string] {
  return STORAGES[textOption(options, "storage")]!;
}

function versionOf(options: Options): number {
  return Number(textOption(options, "version"));
}

function connectionsOf(options: Options): number {
  return optionalNumber(options, "connections") ?? workloadOf(options).connections;
}
