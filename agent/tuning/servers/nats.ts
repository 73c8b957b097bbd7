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

const OPTIONS = {
  ...go.options,
  max_memory_store: {
    kind: "size",
    default: null,
    min: 0,
    max: 32 * TIB,
    about: "streams in memory; three quarters of what the runtime may take if not given",
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
    return Math.ceil(((BASE_BYTES + storeBytes) * 100) / numberOption(options, "limitPercent"));
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

// From 2.11 on the server does so itself, if GOMEMLIMIT is set; older ones take three quarters of the whole machine.
function tuneStore(limitBytes: number, options: Options): Setting {
  const given = optionalNumber(options, "max_memory_store");
  if (given !== null) return bytes(given, String(given), byGiven("max_memory_store", given, DYNAMIC));
  const value = Math.floor((limitBytes * 3) / 4);
  return bytes(value, String(value), { formula: "limitBytes * 3 / 4", inputs: { limitBytes }, source: DYNAMIC });
}
