// Tunes HAProxy: as many connections as it would allow itself in its memory, within the share; threads, files.

import { KIB, MIB } from "../../size.ts";
import { byGiven, bytes, count } from "../profile/build-setting.ts";
import type { Allotment, OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { choiceOption, numberOption, optionalNumber } from "../profile/read-option.ts";

const LIMITS = "haproxy/haproxy, src/limits.c and include/haproxy/defaults.h";
const THREADS = "haproxy/haproxy, doc/configuration.txt, nbthread";

/** The structures of a stream and its connections: 2660 to 2677 bytes by the limits that HAProxy 2.6 sets itself. */
const STREAM_BYTES = 2672;
const TLS_SESSION_BYTES = 16 * KIB;
const TLS_HANDSHAKE_BYTES = 76 * KIB;

/** tune.ssl.cachesize, at 200 bytes a session. */
const TLS_CACHE_BYTES = 20_000 * 200;

/** The percent of its memory that HAProxy gives to connections. */
const USABLE_PERCENT = 97;

/** 19.3 MiB measured on 2.6 with two threads; 250 KiB for each further one, and its caches. Included in the base: 8. */
const BASE_BYTES = 20 * MIB;
const THREADS_IN_BASE = 8;
const THREAD_BYTES = 512 * KIB;
const CONNECTIONS_PER_THREAD = 4000;

/** Two and a half descriptors a connection, with their tables. */
const DESCRIPTORS_BYTES = 320;
const EXTRA_BYTES = DESCRIPTORS_BYTES + THREAD_BYTES / CONNECTIONS_PER_THREAD;

/** One group of threads; older versions have only one. */
const MOST_THREADS = 64;

/** HAProxy's own least. */
const LEAST_CONNECTIONS = 100;

/** Listeners, checks, logs; and the kernel's default of fs.nr_open. */
const OTHER_FILES = 64;
const MOST_FILES = 1_048_576;
const MOST_CONNECTIONS = roundToTwoDigits(((MOST_FILES - OTHER_FILES - 3 * MOST_THREADS) * 2) / 5);

/** OpenShift's routers had 20,000 on 4 threads (up to 4.10): more is what an operator asks for with maxconn. */
const CONNECTIONS_PER_CPU = 5000;
/** A simple proxy in HAProxy's documentation. */
const USEFUL_CONNECTIONS = 256;

const TLS_SIDES = { none: 0, frontend: 1, both: 2 };

const OPTIONS = {
  tls: { kind: "choice", default: "frontend", choices: Object.keys(TLS_SIDES), about: "on which sides there is TLS" },
  maxconn: {
    kind: "integer",
    default: null,
    min: LEAST_CONNECTIONS,
    max: MOST_CONNECTIONS,
    about: "connections; as many as the memory bears if not given",
  },
  threads: { kind: "integer", default: null, min: 1, max: MOST_THREADS, about: "nbthread; by the CPUs if not given" },
  bufferSize: { kind: "size", default: 16 * KIB, min: 4 * KIB, max: MIB, about: "tune.bufsize" },
} satisfies OptionRules;

export const haproxy: Profile = {
  name: "haproxy",
  about: "an HAProxy load balancer",
  options: OPTIONS,
  takesMemory: true,
  // As for nginx: a quarter of an app's weight is plenty of connections to it.
  usualWeight: 0.25,
  useful: () => ({
    maxconn: {
      least: USEFUL_CONNECTIONS,
      because: "the simplest proxy of HAProxy's own documentation has 256",
      instead: "lower the option bufferSize, or set tls to none if there is no TLS",
    },
  }),
  ladder: [],
  toShrink: "lower the options maxconn or bufferSize",
  floorBytes: (options) => memoryFor(optionalNumber(options, "maxconn") ?? LEAST_CONNECTIONS, options),
  capBytes: (options, { vcpus }) =>
    memoryFor(optionalNumber(options, "maxconn") ?? Math.min(vcpus * CONNECTIONS_PER_CPU, MOST_CONNECTIONS), options),
  tune(allotment, options) {
    const memoryMib = Math.floor(allotment.memoryBytes / MIB);
    const maxconn = tuneConnections(memoryMib * MIB, options);
    const nbthread = tuneThreads(allotment, maxconn, options);
    const sides = sidesOf(options);
    return {
      memory: bytes(memoryMib * MIB, String(memoryMib), {
        formula: "memoryBytes in MiB",
        inputs: { memoryBytes: allotment.memoryBytes },
        source: "haproxy(1), -m",
      }),
      maxconn,
      ...(sides === 0 ? {} : { maxsslconn: tuneTls(Number(maxconn.value), sides) }),
      nbthread,
      ulimit_n: tuneFiles(Number(maxconn.value), Number(nbthread.value)),
    };
  },
};

function sidesOf(options: Options): number {
  return TLS_SIDES[choiceOption(options, "tls", TLS_SIDES)];
}

function connectionBytes(options: Options): number {
  const sides = sidesOf(options);
  const tls = sides === 0 ? 0 : sides * TLS_SESSION_BYTES + TLS_HANDSHAKE_BYTES;
  return STREAM_BYTES + 2 * numberOption(options, "bufferSize") + tls;
}

function tlsCacheBytes(options: Options): number {
  return sidesOf(options) === 0 ? 0 : TLS_CACHE_BYTES;
}

/**
 * The memory for so many connections, the inverse of both limits below; one MiB more, since HAProxy counts in whole ones.
 */
function memoryFor(connections: number, options: Options): number {
  const each = connectionBytes(options);
  const byHaproxy = (connections * each * 100) / USABLE_PERCENT;
  const extra = optionalNumber(options, "threads") ?? 0;
  const byShare = connections * (each + EXTRA_BYTES) + BASE_BYTES + extraThreadsBytes(extra);
  return Math.ceil(tlsCacheBytes(options) + Math.max(byHaproxy, byShare)) + MIB;
}

function extraThreadsBytes(threads: number): number {
  return Math.max(0, threads - THREADS_IN_BASE) * THREAD_BYTES;
}

function tuneConnections(memoryBytes: number, options: Options): Setting {
  const given = optionalNumber(options, "maxconn");
  if (given !== null) return count(given, byGiven("maxconn", given, LIMITS));
  const each = connectionBytes(options);
  const freeBytes = memoryBytes - tlsCacheBytes(options);
  const threadsBytes = extraThreadsBytes(optionalNumber(options, "threads") ?? 0);
  const byHaproxy = roundToTwoDigits((freeBytes * USABLE_PERCENT) / 100 / each);
  const byShare = roundToTwoDigits((freeBytes - BASE_BYTES - threadsBytes) / (each + EXTRA_BYTES));
  const value = Math.min(byHaproxy, byShare, MOST_CONNECTIONS);
  return count(value, {
    formula:
      "min((memoryBytes - tlsCacheBytes) * 0.97 / connectionBytes, (memoryBytes - tlsCacheBytes - baseBytes) / (connectionBytes + extraBytes), mostConnections), rounded down to 2 digits",
    inputs: {
      memoryBytes,
      tlsCacheBytes: tlsCacheBytes(options),
      connectionBytes: each,
      baseBytes: BASE_BYTES + threadsBytes,
      extraBytes: EXTRA_BYTES,
      mostConnections: MOST_CONNECTIONS,
    },
    source: LIMITS,
    boundBy: value < Math.min(byHaproxy, byShare) ? "cap" : value < byHaproxy ? "share" : null,
    ...(value < byHaproxy && value === byShare
      ? { note: "HAProxy keeps 3 % for itself, which would not hold the process here" }
      : {}),
  });
}

function tuneTls(maxconn: number, sides: number): Setting {
  return count(sides * maxconn, { formula: "sides * maxconn", inputs: { sides, maxconn }, source: LIMITS });
}

function tuneThreads({ vcpus }: Allotment, connections: Setting, options: Options): Setting {
  const given = optionalNumber(options, "threads");
  if (given !== null) return count(given, byGiven("threads", given, LIMITS));
  const maxconn = Number(connections.value);
  const held = connections.boundBy === "user" ? "user" : "share";
  const bearable = Math.max(THREADS_IN_BASE, Math.floor(maxconn / CONNECTIONS_PER_THREAD));
  const value = Math.min(vcpus, bearable, MOST_THREADS);
  return count(value, {
    formula: "min(vcpus, max(8, maxconn / 4000), 64)",
    inputs: { vcpus, maxconn },
    source: THREADS,
    boundBy: value === vcpus ? null : value === MOST_THREADS ? "cap" : held,
  });
}

function tuneFiles(maxconn: number, nbthread: number): Setting {
  const maxpipes = Math.floor(maxconn / 4);
  return count(2 * maxconn + 2 * maxpipes + 3 * nbthread + OTHER_FILES, {
    formula: "2 * maxconn + 2 * maxpipes + 3 * nbthread + otherFiles",
    inputs: { maxconn, maxpipes, nbthread, otherFiles: OTHER_FILES },
    source: LIMITS,
  });
}

/** Rounds down to two digits and then zeros, as HAProxy rounds the numbers that it computes. */
function roundToTwoDigits(value: number): number {
  let [digits, factor] = [Math.max(0, Math.floor(value)), 1];
  while (digits >= 100) [digits, factor] = [Math.floor(digits / 10), factor * 10];
  return digits * factor;
}
