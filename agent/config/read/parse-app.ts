// `apps.<name>` and `reserve` of the config. Pure. Whether the profile and its options exist is tuning's to say.

import { adviseConfigName, isConfigName } from "../../names/config-name.ts";
import type { Position } from "../../refusal.ts";
import { adviseSize, formatBytes, parseShare, parseSize } from "../../size.ts";
import type { AppConfig, OptionValue, ReserveRule } from "../config.ts";
import { APP_KEYS, RESERVE_KEYS, SHARE_KEYS } from "../keys/app-keys.ts";
import { USUAL_RESERVE } from "../keys/usual-reserve.ts";
import type { Field } from "../yaml/field.ts";
import { parseEnforce } from "./parse-enforce.ts";

const { keys: MEMORY_KEYS } = APP_KEYS.memory.value;
const { keys: CPU_KEYS } = APP_KEYS.cpu.value;

export function parseApp(name: string, field: Field): AppConfig | undefined {
  const keys = field.known(APP_KEYS, (text) => `${name}: { profile: ${text} }`);
  checkName(name, field);
  const memory = keys.get("memory")?.known(MEMORY_KEYS, (text) => `memory: { min: ${text} }`);
  const cpu = keys.get("cpu")?.known(CPU_KEYS, (text) => `cpu: { weight: ${text} }`);
  const minBytes = optionalSize(memory?.get("min"));
  const maxBytes = optionalSize(memory?.get("max"));
  if (minBytes !== null && maxBytes !== null && minBytes > maxBytes) {
    const found = `min ${formatBytes(minBytes)} is more than max ${formatBytes(maxBytes)}`;
    keys.get("memory")?.refuse(found, "Lower min or raise max.");
  }
  const enforce = parseEnforce(keys.get("enforce"));
  const profileName = keys.get("profile")?.text();
  if (profileName === undefined) return undefined;
  return {
    name,
    profile: profileName,
    memory: { weight: memory?.get("weight")?.number(MEMORY_KEYS.weight.value) ?? null, minBytes, maxBytes },
    cpu: { weight: cpu?.get("weight")?.number(CPU_KEYS.weight.value) ?? CPU_KEYS.weight.default },
    optional: keys.get("optional")?.boolean() ?? APP_KEYS.optional.default,
    ...(enforce === undefined ? {} : { enforce }),
    ...parseOptions(keys.get("options")),
    at: field.at,
  };
}

export function checkName(name: string, field: Field): void {
  if (!isConfigName(name))
    field.refuse(`'${name.slice(0, 80)}' is not a valid name`, adviseConfigName(name), field.keyAt);
}

/** As they are written, since 8.0 is a version and 8 another: the profile knows which of them are numbers. */
function parseOptions(field: Field | undefined): Required<Pick<AppConfig, "options" | "optionsAt">> {
  const options = new Map<string, OptionValue>();
  const optionsAt = new Map<string, Position>();
  let written = "";
  for (const [name, option] of field?.entries() ?? []) {
    const value = option.written();
    if (value === undefined) option.refuse(`expected one value, found ${option.found()}`, adviseValue(written));
    else options.set(name, String(value));
    written = value === undefined ? written + name : String(value);
    optionsAt.set(name, option.at);
  }
  return { options: Object.fromEntries(options), optionsAt: Object.fromEntries(optionsAt) };
}

/** @param before what is written since the last value began: a comma in { } has torn it where a parenthesis is open */
function adviseValue(before: string): string {
  const isTorn = before.split("(").length > before.split(")").length;
  return isTorn
    ? `Inside { } put what has a comma into quotes: "max(2, vcpus - 1)".`
    : "Options are text, numbers, true or false.";
}

/** `reserve: { memory: 512MiB }` or `{ memory: { share: 5%, min: 256MiB, max: 4GiB } }`. */
export function parseReserve(field: Field | undefined): ReserveRule {
  const memory = field?.known(RESERVE_KEYS, (text) => `reserve: { ${writeReserve(text)} }`).get("memory");
  if (!memory || memory.isEmpty) return { kind: "tiers" };
  if (memory.scalar() !== undefined) {
    const spelling = memory.spelling() ?? "";
    if (spelling.endsWith("%")) {
      memory.refuse(`expected a size, found ${memory.found()}`, `Write \`${writeReserve(spelling)}\`.`);
      return { kind: "tiers" };
    }
    const sizeBytes = optionalSize(memory) ?? 0;
    return { kind: "share", share: 0, minBytes: sizeBytes, maxBytes: sizeBytes };
  }
  const keys = memory.known(SHARE_KEYS);
  const minBytes = optionalSize(keys.get("min")) ?? USUAL_RESERVE.minBytes;
  const maxBytes = optionalSize(keys.get("max")) ?? USUAL_RESERVE.maxBytes;
  if (minBytes > maxBytes) {
    memory.refuse(`min ${formatBytes(minBytes)} is more than max ${formatBytes(maxBytes)}`, "Lower min or raise max.");
  }
  return { kind: "share", share: shareOf(keys.get("share")) ?? USUAL_RESERVE.share, minBytes, maxBytes };
}

function writeReserve(text: string): string {
  return text.endsWith("%") ? `memory: { share: ${text} }` : `memory: ${text}`;
}

export function optionalSize(field: Field | undefined): number | null {
  if (!field || field.isEmpty) return null;
  const spelling = field.spelling();
  const sizeBytes = spelling === undefined ? null : parseSize(spelling);
  if (sizeBytes === null) field.refuse(`expected a size, found ${field.found()}`, adviseSize(spelling ?? ""));
  return sizeBytes;
}

function shareOf(field: Field | undefined): number | undefined {
  if (!field) return undefined;
  const share = parseShare(field.spelling() ?? "");
  if (share !== null) return share;
  field.refuse(`expected a share of the memory, found ${field.found()}`, "Write a percentage below 100: 5%.");
  return undefined;
}
