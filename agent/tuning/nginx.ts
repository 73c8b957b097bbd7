// nginx: a worker per CPU and as many connections as its share can hold, all of them busy at once.

import { count } from "./build-setting.ts";
import { numberOption, optionalNumber } from "./read-option.ts";
import type { Allotment, OptionRule, Options, Profile, Setting, Settings } from "./setting.ts";
import { KIB, MIB } from "./size.ts";

const CORE_MODULE = "nginx.org, ngx_core_module";
const RLIMIT = "nginx.org, ngx_core_module, worker_rlimit_nofile";

/** The master process, and what a worker has before its first connection. Estimates: a config of many sites takes more. */
const MASTER_BYTES = 8 * MIB;
const WORKER_BYTES = 8 * MIB;

/** nginx's default: a worker with fewer does no good. */
const LEAST_CONNECTIONS = 512;

/** Files that a worker has open besides its connections: logs, listeners, the channel to the master. */
const OTHER_FILES = 64;

/** The kernel's default of fs.nr_open: no process can have more files than this. */
const MOST_FILES = 1_048_576;

const OPTIONS: Readonly<Record<string, OptionRule>> = {
  // As many as one address has ports, for each end that is proxied to.
  connections: {
    kind: "integer",
    default: 65_536,
    min: 512,
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
  ladder: [],
  toShrink: "lower the options workers or connectionMemory",
  floorBytes: (options) => MASTER_BYTES + (optionalNumber(options, "workers") ?? 1) * leastWorkerBytes(options),
  capBytes(options) {
    const connections = Math.max(numberOption(options, "connections"), workersWanted(options) * LEAST_CONNECTIONS);
    return (
      MASTER_BYTES + workersWanted(options) * WORKER_BYTES + connections * numberOption(options, "connectionMemory")
    );
  },
  tune(allotment, options) {
    const target = optionalNumber(options, "workers") ?? Math.min(allotment.vcpus, workersWanted(options));
    return {
      worker_processes: countWorkers(allotment, options, target),
      ...countConnections(allotment, options, target),
    };
  },
};

// Memory first buys workers of the least size, one for each CPU, and only then larger ones: either way more memory
// never means fewer of anything.
function countWorkers({ memoryBytes, vcpus }: Allotment, options: Options, target: number): Setting {
  const workers = Math.min(target, Math.floor((memoryBytes - MASTER_BYTES) / leastWorkerBytes(options)));
  const byMachine = workers < target ? "share" : workers < vcpus ? "cap" : null;
  const boundBy = options["workers"] === null ? byMachine : "user";
  return count(workers, { formula: "vcpus, within the share", source: CORE_MODULE, boundBy });
}

function countConnections({ memoryBytes }: Allotment, options: Options, target: number): Settings {
  const workerBytes = Math.floor((memoryBytes - MASTER_BYTES) / target) - WORKER_BYTES;
  const bearable = Math.floor(workerBytes / numberOption(options, "connectionMemory"));
  const wanted = Math.min(numberOption(options, "connections") / target, (MOST_FILES - OTHER_FILES) / 2);
  const connections = Math.max(LEAST_CONNECTIONS, Math.min(bearable, Math.floor(wanted)));
  const boundBy = bearable <= LEAST_CONNECTIONS ? "floor" : connections < bearable ? "cap" : null;
  const formula = "(memory / workers - worker) / connectionMemory, at most connections / workers";
  return {
    worker_connections: count(connections, { formula, source: CORE_MODULE, boundBy }),
    // A connection may come with a file: a cached answer, a body on its way to the disk.
    worker_rlimit_nofile: count(2 * connections + OTHER_FILES, {
      formula: "worker_connections * 2 + 64",
      source: RLIMIT,
    }),
  };
}

function leastWorkerBytes(options: Options): number {
  return WORKER_BYTES + LEAST_CONNECTIONS * numberOption(options, "connectionMemory");
}

function workersWanted(options: Options): number {
  const byConnections = Math.floor(numberOption(options, "connections") / LEAST_CONNECTIONS);
  return optionalNumber(options, "workers") ?? byConnections;
}
