// Tunes NATS: the Go runtime's limits, and the memory that streams of JetStream may take.

import { MIB, TIB } from "../../size.ts";
import { byGiven, bytes } from "../profile/build-setting.ts";
import { joinEnvironment } from "../profile/environment.ts";
import type { OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { numberOption, optionalNumber } from "../profile/read-option.ts";
import { go, tuneRuntime } from "../runtimes/go.ts";

const DYNAMIC = "nats-io/nats-server, server/jetstream.go, dynJetStreamConfig";

/** A server without clients: 12 MiB resident (measured, 2.9). The rest is for a few hundred of them. */
const BASE_BYTES = 32 * MIB;

/** dynJetStreamConfig: three quarters. The rest is the collector's. */
const STORE_PART = 3 / 4;

/**
 * What each message takes beside the bytes that JetStream counts. Measured (2.9): 1.5 million messages of 123 bytes filled 173 MiB
 * by its count, and 495 MiB of memory.
 */
const UNCOUNTED_BYTES = 320;

const OPTIONS = {
  ...go.options,
  max_memory_store: {
    kind: "size",
    default: null,
    min: 0,
    max: 32 * TIB,
    about: "streams in memory; by messageSize if not given",
  },
  messageSize: {
    kind: "size",
    default: 256,
    min: 32,
    max: 64 * MIB,
    about:
      "of a message in memory on average, with subject and headers: small ones take more memory than JetStream counts",
  },
} satisfies OptionRules;

export const nats: Profile = {
  name: "nats",
  about: "a NATS server, with or without JetStream",
  options: OPTIONS,
  takesMemory: true,
  usualWeight: 1,
  // Without streams in memory it needs hardly any.
  useful: () => ({}),
  ladder: [],
  toShrink: "lower the option max_memory_store",
  floorBytes(options) {
    const storeBytes = optionalNumber(options, "max_memory_store") ?? 0;
    const limitBytes = BASE_BYTES + storeBytes / countedPart(options) / STORE_PART;
    return Math.ceil((limitBytes * 100) / numberOption(options, "limitPercent"));
  },
  // Streams in memory are as large as they may be.
  capBytes: () => Infinity,
  tune(allotment, options) {
    const runtime = tuneRuntime(allotment, options);
    const max_memory_store = tuneStore(Number(runtime.GOMEMLIMIT.value), options);
    return {
      ...runtime,
      max_memory_store,
      env: joinEnvironment({ ...runtime, NATS_MAX_MEMORY_STORE: max_memory_store }),
    };
  },
};

/** Of the memory that a message takes. */
function countedPart(options: Options): number {
  const messageBytes = numberOption(options, "messageSize");
  return messageBytes / (messageBytes + UNCOUNTED_BYTES);
}

// From 2.11 on the server itself takes three quarters of GOMEMLIMIT; older ones take them of the whole machine.
function tuneStore(limitBytes: number, options: Options): Setting {
  const given = optionalNumber(options, "max_memory_store");
  if (given !== null) return bytes(given, String(given), byGiven("max_memory_store", given, DYNAMIC));
  const messageBytes = numberOption(options, "messageSize");
  const value = Math.floor((limitBytes - BASE_BYTES) * STORE_PART * countedPart(options));
  return bytes(value, String(value), {
    formula: "(limitBytes - baseBytes) * 3 / 4 * messageBytes / (messageBytes + uncountedBytes)",
    inputs: { limitBytes, baseBytes: BASE_BYTES, messageBytes, uncountedBytes: UNCOUNTED_BYTES },
    source: DYNAMIC,
    note: "JetStream does not count what each message takes beside its bytes, so that three quarters by its count can be twice the memory",
  });
}
