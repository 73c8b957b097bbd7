// Tunes .NET: the heap limit that the runtime sets by itself only in a container, and the kind and number of heaps.

import { MIB } from "../../size.ts";
import { bytes, count } from "../profile/build-setting.ts";
import { joinEnvironment } from "../profile/environment.ts";
import type { Allotment, OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { numberOption, textOption } from "../profile/read-option.ts";

const DOCS = "dotnet/docs, runtime-config/garbage-collector.md";
const SERVER_GC = "dotnet/docs, garbage-collection/workstation-server-gc.md: 16 MB for each heap at least";

/** The runtime's own least limit. */
const LEAST_HEAP_BYTES = 20 * MIB;

/**
 * The runtime, compiled code and a few stacks, outside of the limit. An estimate; from 192 MiB on the default leaves as
 * much.
 */
const NATIVE_BYTES = 48 * MIB;

/** AWS Lambda's least, as for Node. */
const USEFUL_HEAP_BYTES = 128 * MIB;

/** With less memory for each, the runtime makes fewer heaps. */
const LEAST_BYTES_PER_HEAP = 16 * MIB;

const OPTIONS = {
  heapPercent: { kind: "integer", default: 75, min: 10, max: 90, about: "the garbage-collected heap's share" },
  gc: {
    kind: "choice",
    default: "auto",
    choices: ["auto", "server", "workstation"],
    about: "the collector; server from 2 CPUs",
  },
} satisfies OptionRules;

export const dotnet: Profile = {
  name: "dotnet",
  about: "a .NET service",
  options: OPTIONS,
  takesMemory: true,
  usualWeight: 1,
  useful: () => ({
    DOTNET_GCHeapHardLimit: { least: USEFUL_HEAP_BYTES, because: "AWS Lambda gives no function less" },
  }),
  ladder: [],
  toShrink: "leave its limit to the runtime",
  floorBytes: () => LEAST_HEAP_BYTES + NATIVE_BYTES,
  // A service's caches grow with the memory that it has.
  capBytes: () => Infinity,
  tune(allotment, options) {
    const limit = tuneLimit(allotment, options);
    const isServer = textOption(options, "gc") !== "workstation";
    const variables = {
      DOTNET_gcServer: tuneServer(allotment, options),
      DOTNET_GCHeapHardLimit: limit,
      ...(isServer ? { DOTNET_GCHeapCount: tuneHeaps(allotment, Number(limit.value)) } : {}),
    };
    return { ...variables, env: joinEnvironment(variables) };
  },
};

function tuneLimit({ memoryBytes }: Allotment, options: Options): Setting {
  const heapPercent = numberOption(options, "heapPercent");
  const formulaBytes = Math.max(LEAST_HEAP_BYTES, Math.floor((memoryBytes * heapPercent) / 100));
  const value = Math.min(formulaBytes, memoryBytes - NATIVE_BYTES);
  const byOption = heapPercent === OPTIONS.heapPercent.default ? null : "user";
  return bytes(value, hexadecimal(value), {
    formula: "min(max(leastBytes, memoryBytes * heapPercent / 100), memoryBytes - nativeBytes)",
    inputs: { memoryBytes, heapPercent, leastBytes: LEAST_HEAP_BYTES, nativeBytes: NATIVE_BYTES },
    source: DOCS,
    boundBy: value < formulaBytes ? "share" : value === LEAST_HEAP_BYTES ? "floor" : byOption,
    ...(value < formulaBytes ? { note: "what the formula leaves would not hold the runtime itself" } : {}),
  });
}

// With one CPU the runtime uses the workstation collector whatever this says.
function tuneServer({ vcpus }: Allotment, options: Options): Setting {
  const gc = textOption(options, "gc");
  const isServer = gc === "auto" ? vcpus >= 2 : gc === "server";
  return count(isServer ? 1 : 0, {
    formula: gc === "auto" ? "vcpus >= 2" : "the option gc",
    inputs: gc === "auto" ? { vcpus } : { gc },
    source: DOCS,
    boundBy: gc === "auto" ? null : "user",
  });
}

function tuneHeaps({ vcpus }: Allotment, limitBytes: number): Setting {
  const bearable = Math.max(1, Math.floor(limitBytes / LEAST_BYTES_PER_HEAP));
  const value = Math.min(vcpus, bearable);
  return {
    ...count(value, {
      formula: "min(vcpus, limitBytes / leastHeapBytes)",
      inputs: { vcpus, limitBytes, leastHeapBytes: LEAST_BYTES_PER_HEAP },
      source: SERVER_GC,
      boundBy: bearable < vcpus ? "share" : null,
      ...(value === vcpus ? { note: DATAS_NOTE } : {}),
    }),
    text: hexadecimal(value === vcpus ? 0 : value),
  };
}

// dotnet/docs, garbage-collection/datas.md: the heap size adapts to the load, from .NET 9 on, where no count is given.
const DATAS_NOTE = "0 lets the runtime make a heap for each CPU: any number would switch DATAS off";

/** The runtime reads every number of its environment as hexadecimal. */
function hexadecimal(value: number): string {
  return `0x${value.toString(16).toUpperCase()}`;
}
