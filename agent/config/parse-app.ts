// `apps.<name>` and `reserve` of the config. Pure. Whether the profile and its options exist is tuning's to say.

import { formatBytes, parseSize } from "../tuning/size.ts";
import type { AppConfig, OptionValue, ReserveRule } from "./config.ts";
import type { Field } from "./field.ts";

const NAME = /^[a-z][a-z0-9_-]{0,62}$/;

export function parseApp(name: string, field: Field): AppConfig | undefined {
  const keys = field.known(["profile", "memory", "cpu", "options"]);
  checkName(name, field);
  const profile = keys.get("profile");
  if (!profile)
    field.refuse(
      "has no profile",
      "Say which app it is: `profile: postgresql`. `parbake tune --help` lists the profiles.",
    );
  const memory = keys.get("memory")?.known(["weight", "min", "max"]);
  const cpu = keys.get("cpu")?.known(["weight"]);
  const minBytes = optionalSize(memory?.get("min"));
  const maxBytes = optionalSize(memory?.get("max"));
  if (minBytes !== null && maxBytes !== null && minBytes > maxBytes) {
    const found = `min ${formatBytes(minBytes)} is more than max ${formatBytes(maxBytes)}`;
    keys.get("memory")!.refuse(found, "Lower min or raise max.");
  }
  const profileName = profile?.text();
  if (profileName === undefined) return undefined;
  return {
    name,
    profile: profileName,
    memory: { weight: memory?.get("weight")?.number(...WEIGHT_RANGE) ?? 1, minBytes, maxBytes },
    cpu: { weight: cpu?.get("weight")?.number(...WEIGHT_RANGE) ?? 1 },
    options: parseOptions(keys.get("options")),
    at: field.at,
  };
}

// The range of systemd's CPUWeight, which cpu.weight becomes.
const WEIGHT_RANGE = [1, 10_000] as const;

export function checkName(name: string, field: Field): void {
  if (NAME.test(name)) return;
  field.refuse(
    `'${name.slice(0, 80)}' is no name`,
    "Use a lower-case letter, then letters, digits, - or _; 63 at most.",
  );
}

function parseOptions(field: Field | undefined): Readonly<Record<string, OptionValue>> {
  const options: Record<string, OptionValue> = {};
  for (const [name, option] of field?.entries() ?? []) {
    const value = option.scalar();
    if (value === undefined)
      option.refuse(`expected one value, found ${option.found()}`, "Options are text, numbers, true or false.");
    else options[name] = value;
  }
  return options;
}

export function parseReserve(field: Field | undefined, fallback: ReserveRule): ReserveRule {
  const memory = field?.known(["memory"]).get("memory");
  if (!memory) return fallback;
  const keys = memory.known(["share", "min", "max"]);
  const minBytes = optionalSize(keys.get("min")) ?? fallback.minBytes;
  const maxBytes = optionalSize(keys.get("max")) ?? fallback.maxBytes;
  if (minBytes > maxBytes) {
    memory.refuse(`min ${formatBytes(minBytes)} is more than max ${formatBytes(maxBytes)}`, "Lower min or raise max.");
  }
  return { share: parseShare(keys.get("share")) ?? fallback.share, minBytes, maxBytes };
}

function optionalSize(field: Field | undefined): number | null {
  if (!field || field.isEmpty) return null;
  const value = field.scalar();
  const sizeBytes = typeof value === "string" || typeof value === "number" ? parseSize(value) : null;
  if (sizeBytes === null)
    field.refuse(`expected a size, found ${field.found()}`, "Write it with its unit: 512MiB, 1.5GiB.");
  return sizeBytes;
}

function parseShare(field: Field | undefined): number | undefined {
  if (!field) return undefined;
  const match = /^(\d{1,3}(?:\.\d+)?)%$/.exec(String(field.scalar()));
  const percent = Number(match?.[1] ?? NaN);
  if (percent >= 0 && percent < 100) return percent / 100;
  field.refuse(`expected a share of the memory, found ${field.found()}`, "Write a percentage below 100: 5%.");
  return undefined;
}
