// nginx: a worker per CPU and as many connections as its share can hold, all of them busy at once.

import { count } from "./build-setting.ts";
import { numberOption, optionalNumber } from "./read-option.ts";
import type { Allotment, OptionRule, Options, Profile, Setting } from "./setting.ts";
import { KIB, MIB } from "./size.ts";

const CORE_MODULE = "nginx.org, ngx_core_module";
const RLIMIT = "nginx.org, ngx_core_module, worker_rlimit_nofile";

/** The master process, and what a worker has before its first connection. Estimates: a config of many sites takes more. */
const MASTER_BYTES = 8 * MIB;
const WORKER_BYTES = 8 * MIB;

/** nginx's default: rather fewer workers than any with less. */
const DEFAULT_CONNECTIONS = 512;
/** What a small site gets by with, where memory is short. */
const LEAST_CONNECTIONS = 128;

/** Files that a worker has open besides its connections: logs, listeners, the channel to the master. */
const OTHER_FILES = 64;

/** The kernel's default of fs.nr_open: no process can have more files than this. */
const MOST_FILES = 1_048_576;

const OPTIONS: Readonly<Record<string, OptionRule>> = {
  // As many as one address has ports, for each end that is proxied to.
  connections: {
    kind: "integer",
    default: 65_536,
    min: DEFAULT_CONNECTIONS,
    max: 10_000_000,
    about: "connections of all workers, upstream ones included",
  },
  workers: { kind: "integer", default: null, min: 1, max: 1024, about: "worker_processes; one per CPU if not given" },
  // large_client_header_buffers 4 x 8k, ssl_buffer_size 16k, client_header_buffer_size 1k, pools and connection 5k.
  connectionMemory: {
    kind: "size",
    default: 64 * KIB,
    min: KIB,
    max: 64 * MIB,
    about: "the most that one connection takes: headers, TLS, proxy buffers",
  },
};

export const nginx: Profile = {
  name: "nginx",
  about: "an nginx server or proxy",
  options: OPTIONS,
  takesMemory: true,
  usualWeight: 1,
  useful: () => ({}),
  ladder: ["worker_processes", "worker_connections"],
  toShrink: "lower the options workers or connectionMemory",
  floorBytes: (options) =>
    MASTER_BYTES + (optionalNumber(options, "workers") ?? 1) * workerBytes(options, LEAST_CONNECTIONS),
  capBytes(options) {
    const connections = Math.max(numberOption(options, "connections"), workersWanted(options) * DEFAULT_CONNECTIONS);
    const connectionsBytes = connections * numberOption(options, "connectionMemory");
    return MASTER_BYTES + workersWanted(options) * WORKER_BYTES + connectionsBytes;
  },
  tune(allotment, options) {
    const target = optionalNumber(options, "workers") ?? Math.min(allotment.vcpus, workersWanted(options));
    const connections = tuneConnections(allotment, options, target);
    return {
      worker_processes: tuneWorkers(allotment, options, target),
      worker_connections: connections,
      // A connection may come with a file: a cached answer, a body on its way to the disk.
      worker_rlimit_nofile: count(2 * Number(connections.value) + OTHER_FILES, {
        formula: "worker_connections * 2 + 64",
        inputs: { worker_connections: Number(connections.value) },
        source: RLIMIT,
      }),
    };
  },
};

// Memory first buys the connections of one worker, then workers of that size, one for each CPU, and only then larger
// ones: either way more memory never means fewer of anything.
function tuneWorkers({ memoryBytes, vcpus }: Allotment, options: Options, target: number): Setting {
  const given = optionalNumber(options, "workers");
  if (given !== null)
    return count(given, { formula: "workers", inputs: { workers: given }, source: "the option", boundBy: "user" });
  const perWorkerBytes = workerBytes(options, DEFAULT_CONNECTIONS);
  const bearable = Math.max(1, Math.floor((memoryBytes - MASTER_BYTES) / perWorkerBytes));
  const isShort = bearable < target;
  return count(Math.min(target, bearable), {
    formula: "min(vcpus, connections / 512, (memoryBytes - masterBytes) / workerBytes)",
    inputs: {
      vcpus,
      connections: numberOption(options, "connections"),
      memoryBytes,
      masterBytes: MASTER_BYTES,
      workerBytes: perWorkerBytes,
    },
    source: CORE_MODULE,
    boundBy: isShort ? "ladder" : target < vcpus ? "cap" : null,
    ...(isShort ? { note: "fewer than nginx's auto, one per CPU: each holds 512 connections, all busy at once" } : {}),
  });
}

function tuneConnections({ memoryBytes }: Allotment, options: Options, target: number): Setting {
  const connectionBytes = numberOption(options, "connectionMemory");
  const connections = numberOption(options, "connections");
  const bearable = connectionsIn(memoryBytes, target, connectionBytes);
  const fewest = optionalNumber(options, "workers") ?? 1;
  const ofFewest = connectionsIn(memoryBytes, fewest, connectionBytes);
  const wanted = Math.floor(Math.min(connections / target, (MOST_FILES - OTHER_FILES) / 2));
  const isShort = ofFewest < DEFAULT_CONNECTIONS;
  const value = isShort ? ofFewest : Math.max(DEFAULT_CONNECTIONS, Math.min(bearable, wanted));
  const isFloor = bearable <= DEFAULT_CONNECTIONS || wanted < DEFAULT_CONNECTIONS;
  return count(value, {
    formula: "min(((memoryBytes - masterBytes) / workers - 8 MiB) / connectionBytes, connections / workers)",
    inputs: {
      memoryBytes,
      masterBytes: MASTER_BYTES,
      workers: isShort ? fewest : target,
      connectionBytes,
      connections,
    },
    source: CORE_MODULE,
    boundBy: isShort ? "ladder" : isFloor ? "floor" : value < bearable ? "cap" : null,
    ...(isShort ? { note: "fewer than nginx's 512, all of which would not fit" } : {}),
  });
}

function connectionsIn(memoryBytes: number, workers: number, connectionBytes: number): number {
  return Math.floor((Math.floor((memoryBytes - MASTER_BYTES) / workers) - WORKER_BYTES) / connectionBytes);
}

function workerBytes(options: Options, connections: number): number {
  return WORKER_BYTES + connections * numberOption(options, "connectionMemory");
}

function workersWanted(options: Options): number {
  const byConnections = Math.floor(numberOption(options, "connections") / DEFAULT_CONNECTIONS);
  return optionalNumber(options, "workers") ?? byConnections;
}
