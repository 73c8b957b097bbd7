// What was typed → the config that tuning takes, and what is wrong with it, each problem at its field. Pure. What an app's options
// may be is the profile's to say.

import type { AppConfig, Enforcement, ReserveRule } from "../config/config.ts";
import { APP_KEYS, ENFORCE_KEYS } from "../config/keys/app-keys.ts";
import { USUAL_RESERVE } from "../config/keys/usual-reserve.ts";
import { adviseLimited, describeUnlimited } from "../config/read/parse-enforce.ts";
import { adviseConfigName, isConfigName } from "../names/config-name.ts";
import { isLimitable } from "../names/unit-name.ts";
import { parseDecimal } from "../number.ts";
import type { Problem } from "../refusal.ts";
import { adviseSize, formatBytes, parseShare, parseSize } from "../size.ts";
import { prepareImage, type PreparedImage } from "../tuning/compute-tuning.ts";
import { findProfile } from "../tuning/resolve-app.ts";
import type { AppDraft, Draft, EnforceDraft, PageConfig, ReserveDraft } from "./draft.ts";
import { fieldOf, OPTIONS_FIELD, RESERVE_FIELD, SECRETS_FIELD } from "./field-names.ts";

export interface FieldProblem extends Problem {
  /** The id of the field that it is about. */
  readonly field: string;
}

export interface ReadDraft {
  /** What has a problem is as if it were left out. */
  readonly config: PageConfig;
  readonly image: PreparedImage;
  readonly problems: readonly FieldProblem[];
}

export function readDraft(draft: Draft): ReadDraft {
  const problems: FieldProblem[] = [];
  const apps = draft.apps.map((app, index) => readApp(app, index, draft.apps, problems));
  const reserve = { memory: readReserve(draft.reserve, problems) };
  const secretsSizeBytes = readSize(draft.secretsSize, SECRETS_FIELD, problems) ?? 0;
  const { architectures } = draft;
  const config = { apps, reserve, secretsSizeBytes, architectures };
  const image = prepareImage(config);
  problems.push(...image.problems.map(({ what, fix, at }) => ({ what, fix, field: at?.file ?? "" })));
  return { config, image, problems };
}

function readApp(app: AppDraft, index: number, all: readonly AppDraft[], problems: FieldProblem[]): AppConfig {
  const field = (name: string): string => fieldOf(index, name);
  const { name, profile, optional, options } = app;
  if (!isConfigName(name))
    problems.push({ what: `'${name}' is not a valid name`, fix: adviseConfigName(name), field: field("name") });
  else if (all.findIndex((other) => other.name === name) < index)
    problems.push({ what: `there is another ${name}`, fix: "Choose another name.", field: field("name") });
  const minBytes = readSize(app.min, field("min"), problems);
  const maxBytes = readSize(app.max, field("max"), problems);
  if (minBytes !== null && maxBytes !== null && minBytes > maxBytes)
    problems.push({ ...moreThan(minBytes, maxBytes), field: field("max") });
  const weight = readNumber(app.weight, APP_KEYS.memory.value.keys.weight.value, field("weight"), problems);
  const cpuWeight = readNumber(app.cpuWeight, APP_KEYS.cpu.value.keys.weight.value, field("cpuWeight"), problems) ?? 1;
  return {
    name,
    profile,
    memory: { weight, minBytes, maxBytes },
    cpu: { weight: cpuWeight },
    optional,
    ...(app.enforce !== null && { enforce: readEnforce(app.enforce, field, problems) }),
    options,
    // There is no file: what is wrong here is told at a field.
    optionsAt: fieldsOf(app, index),
    at: { file: field(OPTIONS_FIELD) },
  };
}

function readEnforce(
  { unit, memoryHigh }: EnforceDraft,
  field: (name: string) => string,
  problems: FieldProblem[],
): Enforcement {
  if (unit !== "" && !isLimitable(unit))
    problems.push({ what: describeUnlimited(unit), fix: adviseLimited(unit), field: field("unit") });
  const isPart = ENFORCE_KEYS.memoryHigh.value.pattern.test(memoryHigh);
  if (memoryHigh !== "" && !isPart) {
    const what = `'${memoryHigh}' is no part of the share`;
    problems.push({ what, fix: "Write a percentage from 50 to below 100: 90%.", field: field("memoryHigh") });
  }
  const highPercent = isPart ? parseDecimal(memoryHigh.slice(0, -1)) : null;
  return { unit: unit === "" ? null : unit, highPercent, at: { file: field(OPTIONS_FIELD) } };
}

function moreThan(minBytes: number, maxBytes: number): Problem {
  return {
    what: `the least, ${formatBytes(minBytes)}, is more than the most, ${formatBytes(maxBytes)}`,
    fix: "Lower the least or raise the most.",
  };
}

function readReserve({ share, min, max }: ReserveDraft, problems: FieldProblem[]): ReserveRule {
  if (share === "" && min === "" && max === "") return { kind: "tiers" };
  const minBytes = readSize(min, `${RESERVE_FIELD}-min`, problems) ?? USUAL_RESERVE.minBytes;
  const maxBytes = readSize(max, `${RESERVE_FIELD}-max`, problems) ?? USUAL_RESERVE.maxBytes;
  const part = share === "" ? USUAL_RESERVE.share : parseShare(share);
  if (part === null) {
    const what = `'${share}' is no share of the memory`;
    problems.push({ what, fix: "Write a percentage below 100: 5%.", field: `${RESERVE_FIELD}-share` });
  }
  if (minBytes > maxBytes) problems.push({ ...moreThan(minBytes, maxBytes), field: `${RESERVE_FIELD}-max` });
  return { kind: "share", share: part ?? USUAL_RESERVE.share, minBytes, maxBytes };
}

function readSize(text: string, field: string, problems: FieldProblem[]): number | null {
  if (text === "") return null;
  const sizeBytes = parseSize(text);
  if (sizeBytes === null) problems.push({ what: `'${text}' is no size`, fix: adviseSize(text), field });
  return sizeBytes;
}

function readNumber(
  text: string,
  { least, most }: { readonly least: number; readonly most: number },
  field: string,
  problems: FieldProblem[],
): number | null {
  if (text === "") return null;
  const value = parseDecimal(text, least, most);
  if (value === null)
    problems.push({ what: `'${text}' is no number of ${least} to ${most}`, fix: "Write 1, 3 or 0.5.", field });
  return value;
}

/** Of each option that has a field of its own; of others, the app's. */
function fieldsOf({ profile, options }: AppDraft, index: number): Record<string, { readonly file: string }> {
  const own = findProfile(profile)?.options ?? {};
  const field = (name: string): string => (Object.hasOwn(own, name) ? `option-${name}` : OPTIONS_FIELD);
  return Object.fromEntries(Object.keys(options).map((name) => [name, { file: fieldOf(index, field(name)) }]));
}
