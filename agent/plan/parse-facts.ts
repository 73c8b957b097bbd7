// The facts of a saved plan as JSON → Facts. Pure.

import type { Facts, InstanceFacts, Origin } from "../facts/facts.ts";
import type { FileSystem } from "../facts/hardware/file-systems.ts";
import { UNKNOWN_INSTANCE } from "../facts/unknown-instance.ts";
import type { JsonValue } from "../formats/json-value.ts";

const MOST = Number.MAX_SAFE_INTEGER;

const NUMBERS = [
  "memTotalBytes",
  "memLimitBytes",
  "vcpus",
  "cores",
  "threadsPerCore",
  "numaNodes",
  "hugePagesBytes",
  "pageSizeBytes",
  "swapBytes",
] as const;

export function parseFacts(json: JsonValue): Facts {
  const instance = Object.keys(UNKNOWN_INSTANCE).map((name) => [name, parseInstanceFact(name, json.get(name))]);
  const numbers = NUMBERS.map((name) => [name, json.get(name).integer(0, MOST)]);
  return {
    ...(Object.fromEntries(instance) as unknown as InstanceFacts),
    ...(Object.fromEntries(numbers) as Pick<Facts, (typeof NUMBERS)[number]>),
    architecture: json.get("architecture").text(),
    cpuQuota: json.get("cpuQuota").nullable((value) => value.number()),
    disks: json.get("disks").items().map(parseDisk),
    gpus: parseLater(json, "gpus", (value) => value.integer(0, MOST)),
    kernel: json.get("kernel").nullable((value) => value.text()),
    network: json.get("network").nullable((value) => ({
      enis: value.get("enis").integer(0, MOST),
      ipv4PerEni: value.get("ipv4PerEni").integer(0, MOST),
    })),
    cpuBaselinePercent: parseLater(json, "cpuBaselinePercent", (value) => value.number()),
    fileSystems: parseLater(json, "fileSystems", (value) => value.items().map(parseFileSystem)),
    origins: Object.fromEntries(
      json
        .get("origins")
        .entries()
        .map(([name, value]) => [name, parseOrigin(value)]),
    ),
  };
}

/** A fact that plans of schema 1 did not have from the first: not known where it is missing. */
function parseLater<T>(json: JsonValue, name: string, read: (value: JsonValue) => T): T | null {
  return json.has(name) ? json.get(name).nullable(read) : null;
}

function parseInstanceFact(name: string, json: JsonValue): InstanceFacts[keyof InstanceFacts] {
  return json.nullable((value) => {
    if (name === "partitionNumber") return value.integer(0, MOST);
    if (name === "tags") return Object.fromEntries(value.entries().map(([key, tag]) => [key, tag.text()]));
    return value.text();
  });
}

const SOURCES: readonly [Origin["source"], ...Origin["source"][]] = [
  "imds",
  "kernel",
  "cgroup",
  "catalogue",
  "option",
  "derived",
  "stand-in",
];

function parseOrigin(json: JsonValue): Origin {
  return { source: json.get("source").choice(SOURCES), detail: json.get("detail").text() };
}

function parseFileSystem(json: JsonValue): FileSystem {
  return { folder: json.get("folder").text(), sizeBytes: json.get("sizeBytes").integer(0, MOST) };
}

function parseDisk(json: JsonValue): Facts["disks"][number] {
  return {
    name: json.get("name").text(),
    sizeBytes: json.get("sizeBytes").integer(0, MOST),
    rotational: json.get("rotational").flag(),
    nvme: json.get("nvme").flag(),
  };
}
