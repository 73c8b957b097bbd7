// Finds settings that are legal but below what an expert would sign, and says what would help. Pure.

import type { AppConfig } from "../config/config.ts";
import { formatBytes } from "../size.ts";
import { PLENTY_BYTES } from "./profile/degraded.ts";
import type { Allotment, BelowUseful, Options, Profile, Setting, Settings } from "./profile/profile.ts";
import { settingNamed } from "./profile/setting-named.ts";

/**
 * A value that an option gave is the operator's decision: nobody is warned of it.
 * @param moreMemory how the app would get it, as a clause
 */
export function listBelowUseful(
  profile: Profile,
  allotment: Allotment,
  options: Options,
  settings: Settings,
  moreMemory: string,
): readonly BelowUseful[] {
  const found = Object.entries(profile.useful(options)).flatMap(([name, { least, because, instead }]) => {
    const setting = settings[name];
    if (setting === undefined || !isBelow(setting, least)) return [];
    return [{ setting: name, got: formatValue(setting), least, because, instead }];
  });
  if (found.length === 0) return [];
  const wanted = profile.tune({ ...allotment, memoryBytes: mostBytes(profile, allotment, options) }, options);
  return found.map(({ instead, ...below }) => {
    const isForWantOfMemory = !isBelow(settingNamed(wanted, below.setting), below.least);
    const ways = [...(isForWantOfMemory ? [moreMemory] : []), ...(instead === undefined ? [] : [instead])];
    return { ...below, fix: writeFix(ways) };
  });
}

/** The app's neighbours, as far as advice needs them. */
export interface Company {
  /** How many apps take memory, the app itself included. */
  readonly appCount: number;
  /** If an optional app is left out, the others have their floors, whatever their weights. */
  readonly isOneLeftOut: boolean;
}

/** As a clause: how an app of the config would get more than its share. */
export function adviseMore(
  { name, memory }: AppConfig,
  { takesMemory }: Profile,
  memoryBytes: number,
  { appCount, isOneLeftOut }: Company,
): string {
  if (!takesMemory) return "pick a larger instance type";
  if (memoryBytes === memory.maxBytes) return `raise memory.max of ${name}`;
  if (appCount === 1) return "pick a larger instance type";
  const ways = isOneLeftOut ? "memory.min" : "memory.weight, memory.min,";
  return `give ${name} more memory (${ways} or a larger instance type)`;
}

function isBelow({ value, boundBy }: Setting, least: number): boolean {
  return typeof value === "number" && value < least && boundBy !== "user";
}

function formatValue({ value, unit, text }: Setting): string {
  return unit === "bytes" && typeof value === "number" ? formatBytes(value) : text;
}

/** No app ever gets more than its cap. */
function mostBytes(profile: Profile, allotment: Allotment, options: Options): number {
  if (!profile.takesMemory) return PLENTY_BYTES;
  return Math.max(allotment.memoryBytes, Math.min(PLENTY_BYTES, profile.capBytes(options, allotment)));
}

/** If neither memory nor an option would help, CPUs are missing. */
function writeFix(ways: readonly string[]): string {
  const [first = "pick a type with more CPUs", ...others] = ways;
  return `${[first.charAt(0).toUpperCase() + first.slice(1), ...others].join(", or ")}.`;
}
