// Tunes RabbitMQ: the memory at which publishers wait, free disk, files, the connections that it bears, schedulers.

import { GIB, KIB, MIB, TIB } from "../../size.ts";
import { byGiven, bytes, count, text } from "../profile/build-setting.ts";
import type { Allotment, OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { booleanOption, numberOption, optionalNumber } from "../profile/read-option.ts";
import { CHECKLIST, DATA_FOLDER, OPERATOR, tuneDisk } from "./rabbitmq-disk.ts";

const MONITOR = "rabbitmq/rabbitmq-server, vm_memory_monitor.erl";
const LIMITS = "rabbitmq.com, configurable limits";
const RUNTIME = "rabbitmq.com, runtime tuning, schedulers";

/** The memory that a node must have at any time. */
const LEAST_BYTES = 256 * MIB;

/** A node of 4.3 without clients: 129 MiB resident. */
const BASE_BYTES = 132 * MIB;

/**
 * Subtracted before the mark is computed, as RabbitMQ's operator for Kubernetes does. Measured: a node that is filled at
 * full speed reaches 1.7 times its mark before the publishers wait, for the runtime copies what it collects.
 */
const HEADROOM_PART = 5;
const MOST_HEADROOM_BYTES = 2 * GIB;

/** "At least 100 kB", TCP buffers included, and a channel or two. */
const CONNECTION_BYTES = 128 * KIB;
const LEAST_CONNECTIONS = 64;

/** Ten Erlang processes for each connection, of the million that the runtime has. */
const MOST_CONNECTIONS = 100_000;

/** The clients' limit if neither side asks for less. */
const CHANNELS = 2047;

/** The checklist's: at least these files; two for each connection, and as many again for queues. */
const LEAST_FILES = 50_000;

/** The runtime's own limit. */
const MOST_SCHEDULERS = 1024;

const OPTIONS = {
  watermarkPercent: {
    kind: "integer",
    default: 60,
    min: 10,
    max: 90,
    about: "memory at which publishers wait; 40 to 70 is advised, 40 was usual before 4.0",
  },
  disk_free_limit_absolute: {
    kind: "size",
    default: null,
    min: MIB,
    max: 1024 * TIB,
    about: "free disk at which publishers wait; the memory mark, as far as the disk allows, if not given",
  },
  disk: {
    kind: "size",
    default: null,
    min: MIB,
    max: 1024 * TIB,
    about: `size of the disk with its data; that of ${DATA_FOLDER} if not given, which only the machine itself can read`,
  },
  connection_max: {
    kind: "integer",
    default: null,
    min: 1,
    max: MOST_CONNECTIONS,
    about: "connections of this node; by the memory if not given",
  },
  channel_max: { kind: "integer", default: CHANNELS, min: 1, max: 65_535, about: "channels of one connection" },
  schedulers: { kind: "integer", default: null, min: 1, max: MOST_SCHEDULERS, about: "+S; one per CPU if not given" },
  busyWait: {
    kind: "boolean",
    default: true,
    about: "whether idle schedulers spin for a while; false if other apps need the CPUs",
  },
} satisfies OptionRules;

export const rabbitmq: Profile = {
  name: "rabbitmq",
  about: "a RabbitMQ node",
  options: OPTIONS,
  takesMemory: true,
  dataFolder: DATA_FOLDER,
  usualWeight: 1,
  useful: () => ({
    vm_memory_high_watermark_absolute: {
      least: LEAST_BYTES,
      because: "RabbitMQ asks for 256 MiB at any time, and half of that is the node itself",
    },
  }),
  ladder: [],
  toShrink: "lower the option connection_max",
  floorBytes(options) {
    const connections = optionalNumber(options, "connection_max") ?? LEAST_CONNECTIONS;
    const markBytes = BASE_BYTES + 2 * connections * CONNECTION_BYTES;
    return Math.max(LEAST_BYTES, memoryFor(Math.ceil((markBytes * 100) / numberOption(options, "watermarkPercent"))));
  },
  // Queues use all memory that there is, and then the page cache.
  capBytes: () => Infinity,
  tune(allotment, options) {
    const total = tuneTotal(allotment);
    const watermark = tuneWatermark(Number(total.value), options);
    const connections = tuneConnections(Number(watermark.value), options);
    const schedulers = tuneSchedulers(allotment, options);
    return {
      total_memory_available_override_value: total,
      vm_memory_high_watermark_absolute: watermark,
      disk_free_limit_absolute: tuneDisk(Number(watermark.value), allotment, options),
      connection_max: connections,
      channel_max: tuneChannels(options),
      schedulers,
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: joinArguments(schedulers, options),
      LimitNOFILE: tuneFiles(Number(connections.value)),
    };
  },
};

function tuneTotal({ memoryBytes }: Allotment): Setting {
  const value = Math.max(
    Math.floor((memoryBytes * (HEADROOM_PART - 1)) / HEADROOM_PART),
    memoryBytes - MOST_HEADROOM_BYTES,
  );
  return bytes(value, String(value), {
    formula: "max(memoryBytes * 4 / 5, memoryBytes - mostHeadroomBytes)",
    inputs: { memoryBytes, mostHeadroomBytes: MOST_HEADROOM_BYTES },
    source: `${OPERATOR}, removeHeadroom`,
  });
}

/** The memory for the connections that the option gives, or for the least: the inverse of the mark. */
function memoryFor(totalBytes: number): number {
  return Math.min(Math.ceil((totalBytes * HEADROOM_PART) / (HEADROOM_PART - 1)), totalBytes + MOST_HEADROOM_BYTES);
}

function tuneWatermark(totalBytes: number, options: Options): Setting {
  const watermarkPercent = numberOption(options, "watermarkPercent");
  const value = Math.floor((totalBytes * watermarkPercent) / 100);
  return bytes(value, String(value), {
    formula: "totalBytes * watermarkPercent / 100",
    inputs: { totalBytes, watermarkPercent },
    source: MONITOR,
    boundBy: watermarkPercent === OPTIONS.watermarkPercent.default ? null : "user",
  });
}

/** Connections get half of what the mark leaves and messages the other half: connections alone must not block publishers. */
function tuneConnections(watermarkBytes: number, options: Options): Setting {
  const given = optionalNumber(options, "connection_max");
  if (given !== null) return countGiven("connection_max", given, LIMITS);
  const bearable = Math.floor((watermarkBytes - BASE_BYTES) / 2 / CONNECTION_BYTES);
  return count(Math.min(bearable, MOST_CONNECTIONS), {
    formula: "min((watermarkBytes - baseBytes) / 2 / connectionBytes, mostConnections)",
    inputs: {
      watermarkBytes,
      baseBytes: BASE_BYTES,
      connectionBytes: CONNECTION_BYTES,
      mostConnections: MOST_CONNECTIONS,
    },
    source: LIMITS,
    boundBy: bearable > MOST_CONNECTIONS ? "cap" : null,
    note: "RabbitMQ sets no limit, and advises one",
  });
}

function tuneChannels(options: Options): Setting {
  const given = numberOption(options, "channel_max");
  if (given !== CHANNELS) return countGiven("channel_max", given, LIMITS);
  return count(CHANNELS, { formula: "the default of RabbitMQ", source: LIMITS });
}

function tuneSchedulers({ vcpus }: Allotment, options: Options): Setting {
  const given = optionalNumber(options, "schedulers");
  if (given !== null) return countGiven("schedulers", given, RUNTIME);
  return count(Math.min(vcpus, MOST_SCHEDULERS), {
    formula: "min(vcpus, mostSchedulers)",
    inputs: { vcpus, mostSchedulers: MOST_SCHEDULERS },
    source: RUNTIME,
    boundBy: vcpus > MOST_SCHEDULERS ? "cap" : null,
  });
}

function joinArguments(schedulers: Setting, options: Options): Setting {
  const spinning = booleanOption(options, "busyWait") ? "" : " +sbwt none +sbwtdcpu none +sbwtdio none";
  return text(`+S ${schedulers.text}:${schedulers.text}${spinning}`, {
    formula: "the schedulers and their waiting as flags",
    source: RUNTIME,
  });
}

function tuneFiles(connections: number): Setting {
  const wanted = 4 * connections;
  return count(Math.max(LEAST_FILES, wanted), {
    formula: "max(leastFiles, 4 * connections)",
    inputs: { leastFiles: LEAST_FILES, connections },
    source: CHECKLIST,
    boundBy: wanted < LEAST_FILES ? "floor" : null,
  });
}

function countGiven(name: string, value: number, source: string): Setting {
  return count(value, byGiven(name, value, source));
}
