// The drop-ins by which systemd and the kernel keep apps to their shares: the limits of each app's unit, and the CPU weight of the
// slice that an instance of a template competes in. Pure.

import type { AppConfig } from "../config/config.ts";
import { folderOf } from "../config/hand-off-path.ts";
import { SHARE_DROP_IN } from "../config/share-path.ts";
import { sliceOf } from "../names/unit-name.ts";
import { declaredAt, type Declared } from "../refusal.ts";
import type { AppPlan } from "../tuning/tuning.ts";
import type { FileStep, FolderStep } from "./plan.ts";

interface Shares {
  readonly folders: readonly FolderStep[];
  readonly files: readonly FileStep[];
}

interface DropIn extends Declared {
  readonly unit: string;
  /** As people read it in the drop-in's first line. */
  readonly about: string;
  /** `CPUWeight=100`. */
  readonly lines: readonly string[];
}

/** @param known paths of folders that the plan has already */
export function buildShares(apps: readonly AppPlan[], configs: readonly AppConfig[], known: readonly string[]): Shares {
  const limited = apps.flatMap((app) => {
    const { limits, unit, name } = app;
    if (limits === undefined || unit === undefined) return [];
    const at = configs.find((config) => config.name === name)?.enforce?.at;
    return [{ name, limits, unit, ...declaredAt(at) }];
  });
  const dropIns = [...limited.map(limitUnit), ...weighSlices(limited)];
  const folders = dropIns.filter(({ unit }) => !known.includes(folderOf(unit))).map(buildFolder);
  return { folders, files: dropIns.map(buildDropIn) };
}

interface Limited extends Declared, Required<Pick<AppPlan, "name" | "limits" | "unit">> {}

function limitUnit({ name, limits, unit, at }: Limited): DropIn {
  const lines = Object.entries(limits)
    // A slice has no processes of its own that could have a score.
    .filter(([setting]) => setting !== "OOMScoreAdjust" || !unit.endsWith(".slice"))
    .map(([setting, { text }]) => `${setting}=${text}`);
  return {
    unit,
    about: `the share of ${name} on this machine, which \`parbake explain ${name}\` explains`,
    lines,
    ...declaredAt(at),
  };
}

/** An instance's own weight counts among the instances of its template alone. */
function weighSlices(limited: readonly Limited[]): DropIn[] {
  const bySlice = new Map<string, Limited[]>();
  for (const one of limited) {
    const slice = sliceOf(one.unit);
    if (slice !== null) bySlice.set(slice, [...(bySlice.get(slice) ?? []), one]);
  }
  return [...bySlice].map(([unit, instances]) => {
    const weight = instances.reduce((sum, { limits }) => sum + Number(limits["CPUWeight"]?.value ?? 0), 0);
    const about = `the CPU weight of ${instances.map(({ name }) => name).join(" and ")} beside other services`;
    return { unit, about, lines: [`CPUWeight=${Math.min(weight, MOST_WEIGHT)}`], ...declaredAt(instances[0]?.at) };
  });
}

/** systemd.resource-control(5). */
const MOST_WEIGHT = 10_000;

function buildFolder({ unit, at }: DropIn): FolderStep {
  return { kind: "folder", path: folderOf(unit), owner: "root", group: "root", mode: 0o755, ...declaredAt(at) };
}

function buildDropIn({ unit, about, lines, at }: DropIn): FileStep {
  const section = unit.endsWith(".slice") ? "[Slice]" : "[Service]";
  return {
    kind: "file",
    template: "(share)",
    path: `${folderOf(unit)}/${SHARE_DROP_IN}`,
    owner: "root",
    group: "root",
    mode: 0o644,
    format: "systemd",
    formatReason: "parbake's own drop-in",
    isTuned: true,
    content: [[`# Made by parbake: ${about}.`, "", section, ...lines, ""].join("\n")],
    validate: null,
    // systemd gives a running unit its new limits by itself, once it has read its files anew.
    onChange: [],
    healthCheck: null,
    onDrift: "overwrite",
    ...declaredAt(at),
  };
}
