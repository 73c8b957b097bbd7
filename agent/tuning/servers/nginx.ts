// Tunes nginx: a worker per CPU, connections that are mostly idle, and how many of them may be busy at once.

import { KIB, MIB } from "../../size.ts";
import { byOption, count, fromOption } from "../profile/build-setting.ts";
import type { Allotment, OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { numberOption, optionalNumber } from "../profile/read-option.ts";

const CORE_MODULE = "nginx.org, ngx_core_module";
const RLIMIT = "nginx.org, ngx_core_module, worker_rlimit_nofile";
const BUFFERS = "nginx.org, ngx_http_core_module and ngx_http_proxy_module: buffers of a connection";

/** The master process, and a worker before its first connection. Estimates: a config of many sites takes more. */
const MASTER_BYTES = 8 * MIB;
const WORKER_BYTES = 8 * MIB;

/**
 * Measured on 1.22: a worker takes 432 bytes for each connection that it may have, from its start on, and 540 more for one
 * that is kept alive without TLS. With TLS it takes 14 KiB: four of these take as much as a busy connection.
 */
const IDLE_BYTES = KIB;

/** nginx's default of worker_connections: each worker comes with so many busy ones. */
const BUSY_OF_A_WORKER = 512;
/** Enough for a small site if memory is short. */
const LEAST_BUSY = 64;
/** With fewer, the pages of all but the first visitors wait. */
const USEFUL_BUSY = 128;

/** Files that a worker has open besides its connections: logs, listeners, the channel to the master. */
const OTHER_FILES = 64;

/** The kernel's default of fs.nr_open: no process can have more files than this. */
const MOST_FILES = 1_048_576;

const OPTIONS = {
  workers: { kind: "integer", default: null, min: 1, max: 1024, about: "worker_processes; one per CPU if not given" },
  workerConnections: {
    kind: "integer",
    default: 4096,
    min: BUSY_OF_A_WORKER,
    max: (MOST_FILES - OTHER_FILES) / 2,
    about: "worker_connections: open in one worker, idle and upstream ones included",
  },
  busyConnections: {
    kind: "integer",
    default: null,
    min: LEAST_BUSY,
    max: 10_000_000,
    about: "busy at once in all workers; by memory if not given",
  },
  // large_client_header_buffers 4 x 8k, ssl_buffer_size 16k, client_header_buffer_size 1k, pools and connection 5k. Measured
  // on 1.22: 57 KiB of each, where 1,820 clients with headers of 21 KiB and TLS wait for what is proxied, three connections
  // each.
  connectionMemory: {
    kind: "size",
    default: 64 * KIB,
    min: KIB,
    max: 64 * MIB,
    about: "the most that a busy connection takes: headers, TLS, proxy buffers",
  },
} satisfies OptionRules;

export const nginx: Profile = {
  name: "nginx",
  about: "an nginx server or proxy",
  options: OPTIONS,
  takesMemory: true,
  readsPageCache: true,
  // nginx passes on what apps compute: a quarter of an app's weight is plenty of connections to it.
  usualWeight: 0.25,
  useful: () => ({
    busy_connections: {
      least: USEFUL_BUSY,
      because: "a browser opens six connections to a site: 128 serve about twenty visitors at a time",
      instead: "lower the option connectionMemory",
    },
  }),
  ladder: ["worker_processes"],
  toShrink: "lower the options workers, busyConnections or connectionMemory",
  floorBytes: (options) => memoryFor(optionalNumber(options, "workers") ?? 1, LEAST_BUSY, options),
  capBytes(options, { vcpus }) {
    const workers = optionalNumber(options, "workers") ?? vcpus;
    return memoryFor(workers, LEAST_BUSY + workers * BUSY_OF_A_WORKER, options);
  },
  tune(allotment, options) {
    const workers = tuneWorkers(allotment, options);
    const worker_connections = tuneConnections(options);
    return {
      worker_processes: workers,
      worker_connections,
      busy_connections: tuneBusy(allotment, options, Number(workers.value)),
      // A connection may come with a file: a cached answer, a body on its way to the disk.
      worker_rlimit_nofile: count(2 * Number(worker_connections.value) + OTHER_FILES, {
        formula: "worker_connections * 2 + 64",
        inputs: { worker_connections: Number(worker_connections.value) },
        source: RLIMIT,
      }),
    };
  },
};

/** The worst case: every connection is open, and `busy` of them are busy. */
function memoryFor(workers: number, busy: number, options: Options): number {
  return MASTER_BYTES + workers * workerBytes(options) + busyBytes(options, busy);
}

function workerBytes(options: Options): number {
  return WORKER_BYTES + numberOption(options, "workerConnections") * IDLE_BYTES;
}

function busyBytes(options: Options, busy: number): number {
  return (optionalNumber(options, "busyConnections") ?? busy) * numberOption(options, "connectionMemory");
}

// Memory first buys one worker and a few busy connections, then pairs: a worker, and its busy connections. It does so even
// without CPUs for the workers, so that neither more memory nor more CPUs ever mean fewer of anything.
function tuneWorkers({ vcpus, memoryBytes }: Allotment, options: Options): Setting {
  const workers = optionalNumber(options, "workers");
  if (workers !== null) return count(workers, fromOption("workers", workers));
  const [twoWorkersBytes, pairBytes] = [memoryFor(2, LEAST_BUSY, options), pairBytesOf(options)];
  const bearable = Math.floor((memoryBytes - twoWorkersBytes) / pairBytes) + 2;
  return count(Math.min(vcpus, bearable), {
    formula: "min(vcpus, (memoryBytes - twoWorkersBytes) / pairBytes + 2)",
    inputs: { vcpus, memoryBytes, twoWorkersBytes, pairBytes },
    source: CORE_MODULE,
    ...(bearable < vcpus ? { boundBy: "ladder", note: "fewer than nginx's auto, one per CPU" } : {}),
  });
}

/** A worker, and the busy connections that come with it unless an option gives their number. */
function pairBytesOf(options: Options): number {
  const isGiven = optionalNumber(options, "busyConnections") !== null;
  return workerBytes(options) + (isGiven ? 0 : busyBytes(options, BUSY_OF_A_WORKER));
}

function tuneConnections(options: Options): Setting {
  const workerConnections = numberOption(options, "workerConnections");
  return count(workerConnections, {
    ...byOption("workerConnections", workerConnections, OPTIONS.workerConnections, CORE_MODULE),
    ...(workerConnections > BUSY_OF_A_WORKER ? { note: "more than nginx's own 512: an idle one takes 1 KiB" } : {}),
  });
}

function tuneBusy(allotment: Allotment, options: Options, worker_processes: number): Setting {
  const busyConnections = optionalNumber(options, "busyConnections");
  if (busyConnections !== null) return count(busyConnections, fromOption("busyConnections", busyConnections));
  const { formula, inputs, bearable } = countBearable(allotment, options);
  const worker_connections = numberOption(options, "workerConnections");
  const open = worker_processes * worker_connections;
  return count(Math.min(bearable, open), {
    formula: `min(${formula}, worker_processes * worker_connections)`,
    inputs: { ...inputs, worker_processes, worker_connections },
    source: BUFFERS,
    boundBy: open < bearable ? "cap" : null,
    note: "nginx has no directive for it: enforce it with limit_conn, or alert on it",
  });
}

function countBearable({ memoryBytes }: Allotment, options: Options) {
  const connectionBytes = numberOption(options, "connectionMemory");
  const workers = optionalNumber(options, "workers");
  if (workers !== null) {
    const workersBytes = memoryFor(workers, 0, options);
    return {
      formula: "(memoryBytes - workersBytes) / connectionBytes",
      inputs: { memoryBytes, workersBytes, connectionBytes },
      bearable: Math.floor((memoryBytes - workersBytes) / connectionBytes),
    };
  }
  const [leastBytes, pairBytes] = [memoryFor(1, LEAST_BUSY, options), pairBytesOf(options)];
  const pairs = Math.floor((memoryBytes - leastBytes) / pairBytes);
  const restBytes = Math.max(0, memoryBytes - leastBytes - pairs * pairBytes - workerBytes(options));
  return {
    formula: "64 + 512 * floor((memoryBytes - leastBytes) / pairBytes) + restBytes / connectionBytes",
    inputs: { memoryBytes, leastBytes, pairBytes, restBytes, connectionBytes },
    bearable: LEAST_BUSY + BUSY_OF_A_WORKER * pairs + Math.floor(restBytes / connectionBytes),
  };
}
