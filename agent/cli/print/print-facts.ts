// Facts for people: one line each, with where it came from. Pure.

import { type Baked, HEAD_FILE } from "../../bake/manifest.ts";
import type { Facts, Origin } from "../../facts/facts.ts";
import { formatBytes } from "../../size.ts";
import { usableCpus } from "../../tuning/allot.ts";
import { formatColumns } from "../columns.ts";
import { formatCount, type Paint } from "../text.ts";

interface Known {
  readonly facts: Facts;
  /** Null: the image was never sealed. */
  readonly image: Baked | null;
  readonly extras: object;
}

export function formatFacts({ facts, image, extras }: Known, paint: Paint): string {
  const { origins, ...values } = facts;
  const rows = Object.entries(values).map(([name, value]) => [
    paint.bold(name),
    formatValue(name, value) + remarkOn(name, facts),
    paint.dim(formatOrigin(origins[name])),
  ]);
  const extraRows = Object.entries(extras).map(([name, value]) => [
    paint.bold(name),
    formatValue(name, value),
    paint.dim("systeminformation"),
  ]);
  const bakedAt = image === null ? [] : [[paint.bold("bakedAt"), image.bakedAt, paint.dim(HEAD_FILE)]];
  return formatColumns([...rows, ...bakedAt, ...extraRows], paint);
}

/** How tuning uses a fact that it does not take literally. */
function remarkOn(name: string, facts: Facts): string {
  const { cpuQuota, cpuBaselinePercent, numaNodes, gpus, swapBytes } = facts;
  if (name === "cpuQuota" && cpuQuota !== null) return `: counts as ${formatCount(usableCpus(facts).vcpus, "CPU")}`;
  if (name === "numaNodes" && numaNodes > 1) return ": apps are tuned for all of them together";
  if (name === "cpuBaselinePercent" && cpuBaselinePercent !== null)
    return ": burstable baseline of each vCPU; apps are tuned for whole vCPUs";
  if (name === "gpus" && gpus) return ": only expressions of custom use them";
  if (name === "swapBytes" && swapBytes > 0) return ": never counted as memory";
  return "";
}

function formatOrigin(origin: Origin | undefined): string {
  if (!origin) return "";
  const took = origin.tookMs === undefined ? "" : ` in ${origin.tookMs.toFixed(1)} ms`;
  return `${origin.source}: ${origin.detail}${took}`;
}

function formatValue(name: string, value: unknown): string {
  if (value === null || value === undefined) return "-";
  if (typeof value === "number" && name.endsWith("Bytes")) return `${formatBytes(value)} (${value})`;
  if (Array.isArray(value)) return value.length === 0 ? "-" : value.map((item) => formatItem(item)).join(", ");
  return formatItem(value);
}

function formatItem(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const parts = Object.entries(value).map(([name, item]) => formatPart(name, item));
  return parts.filter((part) => part !== "").join(" ");
}

function formatPart(name: string, item: unknown): string {
  if (typeof item === "boolean") return item ? name : "";
  if (typeof item === "number" && name.endsWith("Bytes")) return formatBytes(item);
  return name === "name" ? String(item) : `${name}=${formatItem(item)}`;
}
