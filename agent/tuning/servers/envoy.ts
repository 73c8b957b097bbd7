// Tunes Envoy's overload manager: a heap within the share, and as many connections as fit into it. Its threads follow the CPUs by
// themselves.

import { KIB, MIB } from "../../size.ts";
import { byGiven, bytes, count, text } from "../profile/build-setting.ts";
import type { Allotment, OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { numberOption, optionalNumber } from "../profile/read-option.ts";

const GATEWAY = "gateway.envoyproxy.io, overload manager: 80 % of the container's limit, 50000 connections";
const EDGE = "envoyproxy/envoy, docs, configuration/best_practices/_include/edge.yaml";

/** Istio measures 40 to 50 MB with a thousand requests a second (istio.io, performance and scalability). */
const BASE_BYTES = 64 * MIB;

const LEAST_CONNECTIONS = 100;
/** Envoy's own for an edge proxy, and Envoy Gateway's. */
const USUAL_CONNECTIONS = 50_000;

/** Where Envoy gives free memory back, and where it refuses requests, as parts of the heap: those of the edge guide. */
const SHRINK_AT = 0.95;
const REFUSE_AT = 0.98;

const OPTIONS = {
  heapPercent: { kind: "integer", default: 80, min: 10, max: 95, about: "the heap's part of the share" },
  connections: {
    kind: "integer",
    default: null,
    min: LEAST_CONNECTIONS,
    max: 500_000,
    about: "of clients at once; by memory, and 50000 at most, if not given",
  },
  // Listener and cluster buffer 32 KiB each by the edge guide; TLS keeps 16 KiB on each side, as for HAProxy. Without these limits
  // Envoy buffers 1 MiB.
  connectionMemory: {
    kind: "size",
    default: 96 * KIB,
    min: 4 * KIB,
    max: 64 * MIB,
    about: "the most that a connection takes: per_connection_buffer_limit_bytes of listener and cluster, TLS",
  },
} satisfies OptionRules;

export const envoy: Profile = {
  name: "envoy",
  about: "an Envoy proxy",
  options: OPTIONS,
  takesMemory: true,
  // As for nginx: a quarter of an app's weight is plenty of connections to it.
  usualWeight: 0.25,
  useful: () => ({}),
  ladder: [],
  toShrink: "lower the options connections or connectionMemory",
  floorBytes: (options) => memoryFor(optionalNumber(options, "connections") ?? LEAST_CONNECTIONS, options),
  capBytes: (options) => memoryFor(optionalNumber(options, "connections") ?? USUAL_CONNECTIONS, options),
  tune(allotment, options) {
    const max_heap_size_bytes = tuneHeap(allotment, options);
    const max_active_downstream_connections = tuneConnections(Number(max_heap_size_bytes.value), options);
    return {
      max_heap_size_bytes,
      max_active_downstream_connections,
      bootstrap: joinBootstrap(Number(max_heap_size_bytes.value), Number(max_active_downstream_connections.value)),
    };
  },
};

function memoryFor(connections: number, options: Options): number {
  const heapBytes = BASE_BYTES + connections * numberOption(options, "connectionMemory");
  return Math.ceil((heapBytes * 100) / numberOption(options, "heapPercent"));
}

function tuneHeap({ memoryBytes }: Allotment, options: Options): Setting {
  const heapPercent = numberOption(options, "heapPercent");
  const heapBytes = Math.floor((memoryBytes * heapPercent) / 100);
  return bytes(heapBytes, String(heapBytes), {
    formula: "memoryBytes * heapPercent / 100",
    inputs: { memoryBytes, heapPercent },
    source: GATEWAY,
    boundBy: heapPercent === OPTIONS.heapPercent.default ? null : "user",
    note: "Envoy sets no limit: under load it would take what it can get",
  });
}

function tuneConnections(heapBytes: number, options: Options): Setting {
  const given = optionalNumber(options, "connections");
  if (given !== null) return count(given, byGiven("connections", given, EDGE));
  const connectionBytes = numberOption(options, "connectionMemory");
  const bearable = Math.floor((heapBytes - BASE_BYTES) / connectionBytes);
  return count(Math.min(bearable, USUAL_CONNECTIONS), {
    formula: "min((heapBytes - baseBytes) / connectionBytes, 50000)",
    inputs: { heapBytes, baseBytes: BASE_BYTES, connectionBytes },
    source: `${EDGE}; ${GATEWAY}`,
    boundBy: bearable > USUAL_CONNECTIONS ? "cap" : null,
  });
}

const FIXED_HEAP = "envoy.resource_monitors.fixed_heap";
const CONNECTIONS = "envoy.resource_monitors.global_downstream_max_connections";

/** A part of a bootstrap, for --config-yaml, which takes JSON, too. */
function joinBootstrap(max_heap_size_bytes: number, max_active_downstream_connections: number): Setting {
  const overload_manager = {
    refresh_interval: "0.25s",
    resource_monitors: [
      describeMonitor(FIXED_HEAP, "fixed_heap.v3.FixedHeapConfig", { max_heap_size_bytes }),
      describeMonitor(CONNECTIONS, "downstream_connections.v3.DownstreamConnectionsConfig", {
        max_active_downstream_connections,
      }),
    ],
    actions: [describeAction("shrink_heap", SHRINK_AT), describeAction("stop_accepting_requests", REFUSE_AT)],
  };
  return text(JSON.stringify({ overload_manager }), { formula: "all of the above as a bootstrap", source: EDGE });
}

function describeMonitor(name: string, type: string, config: Readonly<Record<string, number>>) {
  return {
    name,
    typed_config: { "@type": `type.googleapis.com/envoy.extensions.resource_monitors.${type}`, ...config },
  };
}

function describeAction(action: string, heapPart: number) {
  return {
    name: `envoy.overload_actions.${action}`,
    triggers: [{ name: FIXED_HEAP, threshold: { value: heapPart } }],
  };
}
