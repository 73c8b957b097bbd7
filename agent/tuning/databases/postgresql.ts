// Tunes PostgreSQL 12 to 18 by pgtune's rules. If pgtune's values exceed the share, the share wins.

import { KIB, MIB } from "../../size.ts";
import { bytes, count, type Reason, text } from "../profile/build-setting.ts";
import type { OptionRules, Options, Profile, Setting, Settings } from "../profile/profile.ts";
import { choiceOption, optionalNumber, textOption } from "../profile/read-option.ts";
import { sumHugePages } from "../system/hugepages.ts";
import { PGTUNE, type PostgresKind, reason, tuneMemory, tuneWorkers } from "./postgresql-memory-settings.ts";
import {
  DEFAULT_WORK_MEM_KB,
  dividePostgresMemory,
  leastShareKb,
  LEAST_CONNECTIONS,
  type PostgresMemory,
} from "./postgresql-memory.ts";
import {
  DATA_SIZES,
  type DataSize,
  formatPostgresSize,
  STORAGES,
  WORKLOADS,
  type Workload,
} from "./postgresql-workload.ts";

const OPTIONS = {
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
    about: "max_connections; by the workload, and down to 20 where memory is short, if not given",
  },
  dataSize: {
    kind: "choice",
    default: "like-memory",
    choices: Object.keys(DATA_SIZES),
    about: "how much data there is next to the memory",
  },
  ioMethod: {
    kind: "choice",
    default: "worker",
    choices: ["io_uring", "worker"],
    about: "io_method, from version 18; io_uring needs a kernel that allows it and LimitMEMLOCK=infinity in the unit",
  },
} satisfies OptionRules;

export const postgresql: Profile = {
  name: "postgresql",
  about: "a PostgreSQL server",
  options: OPTIONS,
  takesMemory: true,
  readsPageCache: true,
  // Debian's unit has -900, the community's -1000, and both give 0 to the processes of sessions (PG_OOM_ADJUST_FILE): one
  // without the other would protect none or all of them.
  keepsOomScore: true,
  // A database is what its machine is there for.
  usualWeight: 1,
  useful: (options) => ({
    work_mem: {
      least: DEFAULT_WORK_MEM_KB * KIB,
      because: "PostgreSQL's own default is 4MB, and larger sorts go to the disk",
      instead: "lower the option connections",
    },
    // On a desktop they are small on purpose: its owner uses the machine for other things.
    ...(textOption(options, "workload") === "desktop" ? {} : { shared_buffers: LEAST_BUFFERS }),
  }),
  ladder: ["max_connections"],
  toShrink: "lower the option connections",
  floorBytes: (options) =>
    leastShareKb(workloadOf(options), optionalNumber(options, "connections") ?? LEAST_CONNECTIONS) * KIB,
  // The page cache holds data, too, so the server can always use more.
  capBytes: () => Infinity,
  tune({ memoryBytes, vcpus, neighbours }, options) {
    const kind: PostgresKind = {
      memoryBytes,
      vcpus,
      workload: workloadOf(options),
      dataSize: dataSizeOf(options),
      hugePagesBytes: sumHugePages(neighbours),
    };
    const given = optionalNumber(options, "connections");
    const memory = dividePostgresMemory({
      ...kind,
      shareKb: Math.floor(memoryBytes / KIB),
      connections: given ?? kind.workload.connections,
      mayCutConnections: given === null,
    });
    return {
      max_connections: tuneConnections(memory, kind.workload, given),
      ...tuneMemory(memory, kind),
      ...tuneWorkers(memory, kind),
      ...tuneWal(options),
      ...tunePlanner(options),
      ...tuneIo(vcpus, options),
    };
  },
};

const LEAST_BUFFERS = { least: 128 * MIB, because: "PostgreSQL itself starts with 128MB" };

function tuneConnections({ connections, roomKb }: PostgresMemory, workload: Workload, given: number | null): Setting {
  const formula = String(workload.connections);
  if (given !== null)
    return count(given, { ...reason("connections", { connections: given }), source: "the option", boundBy: "user" });
  if (connections === workload.connections) return count(connections, { formula, source: PGTUNE });
  return count(connections, {
    ...reason(`clamp(roomBytes / 5 MiB - 8, ${LEAST_CONNECTIONS}, ${formula})`, { roomBytes: roomKb * KIB }),
    boundBy: "ladder",
    note: "pgtune's would not fit with PostgreSQL's default work_mem in every one",
  });
}

function tuneWal(options: Options): Settings {
  const { minWalBytes, maxWalBytes } = workloadOf(options);
  const byWorkload = reason("by workload", { workload: textOption(options, "workload") });
  const settings = {
    min_wal_size: bytes(minWalBytes, formatPostgresSize(minWalBytes), byWorkload),
    max_wal_size: bytes(maxWalBytes, formatPostgresSize(maxWalBytes), byWorkload),
    checkpoint_completion_target: count(0.9, reason("0.9")),
    wal_compression: text(
      versionOf(options) >= 15 ? "lz4" : "on",
      reason("lz4 if version >= 15, else on", { version: versionOf(options) }),
    ),
  };
  if (textOption(options, "workload") !== "desktop") return settings;
  return { ...settings, wal_level: text("minimal", byWorkload), max_wal_senders: count(0, byWorkload) };
}

function tunePlanner(options: Options): Settings {
  const { statisticsTarget, jit, scans } = workloadOf(options);
  const dataSize = textOption(options, "dataSize");
  const workload = textOption(options, "workload");
  const storage = textOption(options, "storage");
  const byData = dataSizeOf(options).randomPageCost;
  const cost = byData ?? (scans ? 4 : storageOf(options).randomPageCost);
  return {
    default_statistics_target: count(statisticsTarget, reason("by workload", { workload })),
    random_page_cost: count(cost, reason("by dataSize, workload and storage", { dataSize, workload, storage })),
    jit: text(jit, reason("off if workload is web, oltp or mixed, else on", { workload })),
  };
}

function tuneIo(vcpus: number, options: Options): Settings {
  const concurrency = count(
    storageOf(options).ioConcurrency,
    reason("by storage", { storage: textOption(options, "storage") }),
  );
  if (versionOf(options) < 18) return { effective_io_concurrency: concurrency };
  const method = textOption(options, "ioMethod");
  if (method === "io_uring") return { effective_io_concurrency: concurrency, io_method: text(method, IO_URING) };
  const workers = Math.min(32, Math.max(3, Math.floor(vcpus / 4)));
  return {
    effective_io_concurrency: concurrency,
    io_method: text(method, { formula: "the server's default", source: IO_METHOD }),
    io_workers: count(workers, {
      ...reason("clamp(vcpus / 4, 3, 32)", { vcpus }),
      boundBy: vcpus < 12 ? "floor" : vcpus >= 132 ? "cap" : null,
    }),
  };
}

const IO_METHOD = "postgresql.org/docs/18, runtime-config-resource: io_method";

// Some kernels count each backend's ring as locked memory; with systemd's limit of 8 MiB the server then does not start.
const IO_URING: Reason = {
  formula: "ioMethod",
  inputs: { ioMethod: "io_uring" },
  source: "the option",
  boundBy: "user",
  note: "the server does not start where the kernel forbids io_uring, or where the unit lacks LimitMEMLOCK=infinity",
};

function workloadOf(options: Options): Workload {
  return WORKLOADS[choiceOption(options, "workload", WORKLOADS)];
}

function dataSizeOf(options: Options): DataSize {
  return DATA_SIZES[choiceOption(options, "dataSize", DATA_SIZES)];
}

function storageOf(options: Options): (typeof STORAGES)[keyof typeof STORAGES] {
  return STORAGES[choiceOption(options, "storage", STORAGES)];
}

function versionOf(options: Options): number {
  return Number(textOption(options, "version"));
}
