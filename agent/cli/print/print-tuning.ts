// Tuning for people: the apps' settings, for one machine or for several side by side. Pure.

import { formatProblem, type Problem } from "../../refusal.ts";
import { formatBytes, MIB } from "../../size.ts";
import type { GivenUp } from "../../tuning/profile/degraded.ts";
import type { Setting } from "../../tuning/profile/profile.ts";
import type { AppPlan, BudgetPlan } from "../../tuning/tuning.ts";
import { formatColumns, formatParagraph, formatSideBySide } from "../columns.ts";
import { describeBaseline, type Limits, QUOTA, quotaOf } from "../machine-limits.ts";
import { formatCount, type Paint } from "../text.ts";
import { listUntold, warnBelowUseful } from "../warn-below-useful.ts";
import { formatBars } from "./print-bars.ts";
import { describeLeftOut, describeRest, describeSpare } from "./print-division.ts";
import { formatProblems } from "./print-problems.ts";
import { oneLine, shortCell } from "./print-settings.ts";

/** One machine of a comparison. */
export interface TunedMachine extends Limits {
  readonly type: string;
  readonly vcpus: number;
  /** What the OS reports, not what AWS advertises; or a lower limit of the cgroup. */
  readonly memoryBytes: number;
  /** Why the image does not fit. */
  readonly misfit: "architecture" | "memory" | null;
  readonly problems: readonly Problem[];
  readonly tuning: { readonly budget: BudgetPlan; readonly apps: readonly AppPlan[] } | null;
}

/** The whole answer of `tune` for an image, as JSON. */
export function tuningDocument(machines: readonly TunedMachine[]): unknown {
  return {
    schema: 1,
    types: machines.map(machineDocument),
  };
}

export function machineDocument(machine: TunedMachine): unknown {
  const { type, vcpus, memoryBytes, cgroup, cpuBaselinePercent = null, problems, tuning } = machine;
  return {
    type,
    vcpus,
    usableVcpus: cgroup?.usableVcpus ?? vcpus,
    cpuBaselinePercent,
    memoryBytes,
    memTotalBytes: cgroup?.memTotalBytes ?? memoryBytes,
    fits: tuning !== null,
    problems: problems.map(formatProblem),
    ...(tuning ? { budget: tuning.budget } : {}),
    apps: Object.fromEntries((tuning?.apps ?? []).map((app) => [app.name, appDocument(app)])),
  };
}

function appDocument({ profile, memoryBytes, vcpus, settings, degraded, belowUseful }: AppPlan): unknown {
  return { profile, memoryBytes, vcpus, settings, degraded, belowUseful };
}

/** More, one for each machine, would be wider than the log of a build. */
export const MOST_COLUMNS = 4;

/** `tune` for the image: the division, every setting, and the values that an expert would not sign. */
export function formatTuning(machines: readonly TunedMachine[], paint: Paint): string {
  const [machine, ...others] = machines;
  const isOne = machine !== undefined && others.length === 0;
  const division = isOne ? formatMachine(machine, paint) : formatMachines(machines, paint);
  return division + formatProblems(warnBelowUseful(machines), paint);
}

/** One machine: its memory as bars, then the settings of each app. */
export function formatMachine(machine: TunedMachine, paint: Paint): string {
  const { tuning, memoryBytes } = machine;
  const head = formatColumns(sizeRows([machine], paint), paint);
  if (tuning === null) return head + formatMisfit(machine, paint);
  const bars = formatBars({ memoryBytes, ...tuning }, ({ name, profile }) => (name === profile ? "" : profile), paint);
  return `${head}\n${bars}${formatRemarks(machine, [machine], paint, "  ")}\n${formatColumns(appRows([machine], oneLine, paint), paint)}`;
}

/** How a plan's machine is divided; the settings are for whoever asks. */
export function formatSummary(machine: TunedMachine, paint: Paint): string {
  const { type, vcpus, memoryBytes, tuning } = machine;
  const of = memTotalOf(machine) > memoryBytes ? ` of ${formatBytes(memTotalOf(machine))} (limit of the cgroup)` : "";
  const size = `${formatCount(vcpus, "vCPU")}, ${formatBytes(memoryBytes)}${of}`;
  const head = `${paint.bold("tuning")} for ${nameHere(type)}: ${size}\n`;
  if (tuning === null) return head + formatMisfit(machine, paint);
  const [first] = tuning.apps;
  if (first === undefined) return "";
  const bars = formatBars({ memoryBytes, ...tuning }, describeApp, paint);
  const more = formatParagraph(
    "  ",
    paint.dim(`--all shows the settings; parbake explain ${first.name} says why`),
    paint,
  );
  return head + bars + formatRemarks(machine, [machine], paint, "  ") + more;
}

function describeApp({ name, profile, settings }: AppPlan): string {
  const count = formatCount(Object.keys(settings).length, "setting");
  return name === profile ? count : `${profile}, ${count}`;
}

function formatMachines(machines: readonly TunedMachine[], paint: Paint): string {
  const rows = [...machineRows(machines, paint), ...appRows(machines, shortCell, paint)];
  const remarks = machines.map((machine) => formatMisfit(machine, paint) + formatRemarks(machine, machines, paint));
  return formatSideBySide(rows, paint) + remarks.join("");
}

/** The head of a table with a column for each machine. */
export function machineRows(machines: readonly TunedMachine[], paint: Paint): string[][] {
  return [
    ...sizeRows(machines, paint),
    ...rowIfAny("reserve", machines, ({ tuning }) => (tuning ? formatBytes(tuning.budget.reservedBytes) : "")),
    // Rounding leaves a few bytes: not worth a row.
    ...rowIfAny("left to the page cache", machines, ({ tuning }) =>
      tuning && tuning.budget.unallocatedBytes >= MIB ? formatBytes(tuning.budget.unallocatedBytes) : "",
    ),
  ];
}

function sizeRows(machines: readonly TunedMachine[], paint: Paint): string[][] {
  return [
    ["", ...machines.map(({ type }) => paint.bold(type))],
    ["memory as the OS sees it", ...machines.map((machine) => formatBytes(memTotalOf(machine)))],
    ...rowIfAny("limit of the cgroup", machines, (machine) =>
      machine.memoryBytes < memTotalOf(machine) ? formatBytes(machine.memoryBytes) : "",
    ),
    ["vCPUs", ...machines.map(({ vcpus }) => String(vcpus))],
    ...rowIfAny(QUOTA, machines, ({ cgroup }) => quotaOf(cgroup)),
    ...rowIfAny("burstable", machines, ({ cpuBaselinePercent = null }) =>
      cpuBaselinePercent === null ? "" : describeBaseline(cpuBaselinePercent),
    ),
  ];
}

function memTotalOf({ memoryBytes, cgroup }: TunedMachine): number {
  return cgroup?.memTotalBytes ?? memoryBytes;
}

function rowIfAny(
  label: string,
  machines: readonly TunedMachine[],
  cellOf: (machine: TunedMachine) => string,
): string[][] {
  const cells = machines.map(cellOf);
  return cells.some((cell) => cell !== "") ? [[label, ...cells]] : [];
}

/** An app's name and its profile's; once, if they are the same. */
export function formatAppName(name: string, profile: string, paint: Paint): string {
  return name === profile ? paint.bold(name) : `${paint.bold(name)} ${paint.dim(profile)}`;
}

function appRows(
  machines: readonly TunedMachine[],
  cellOf: (setting: Setting | undefined) => string,
  paint: Paint,
): string[][] {
  const names = new Set(machines.flatMap(({ tuning }) => tuning?.apps.map(({ name }) => name) ?? []));
  return [...names].flatMap((name) => {
    const apps = machines.map(({ tuning }) => tuning?.apps.find((app) => app.name === name));
    const settings = new Set(apps.flatMap((app) => Object.keys(app?.settings ?? {})));
    const profile = apps.find((app) => app !== undefined)?.profile ?? "";
    const heading = [
      formatAppName(name, profile, paint),
      ...apps.map((app) => (app?.memoryBytes ? formatBytes(app.memoryBytes) : "")),
    ];
    return [
      heading,
      ...[...settings].map((setting) => [`  ${setting}`, ...apps.map((app) => cellOf(app?.settings[setting]))]),
    ];
  });
}

/** In a sentence. */
function nameHere(type: string): string {
  return type === "here" ? "this machine" : type;
}

function formatMisfit({ type, problems }: TunedMachine, paint: Paint): string {
  if (problems.length === 0) return "";
  const lines = problems.map((problem) => formatParagraph("  ", formatProblem(problem), paint));
  return `${paint.red(`does not fit on ${nameHere(type)}:`)}\n${lines.join("")}`;
}

/** Memory that apps could not use, apps that are left out, and what the others gave up. */
export function formatRemarks(
  { type, tuning }: TunedMachine,
  all: readonly TunedMachine[],
  paint: Paint,
  indent = "",
): string {
  if (tuning === null) return "";
  const where = all.length > 1 ? ` on ${type}` : "";
  const [spare, rest] = [describeSpare(tuning.budget), describeRest(tuning.budget)];
  const passedOn = [
    ...(spare === null ? [] : [`${all.length > 1 ? `on ${type}, ` : ""}${spare}`]),
    ...(spare !== null || rest === null ? [] : [`left to the page cache${where}: ${rest}`]),
  ];
  const leftOut = tuning.budget.leftOut.map((name) => paint.yellow(describeLeftOut(name, where)));
  const degraded = tuning.apps
    .filter((app) => listUntold(app).length > 0)
    .map((app) => paint.dim(`${app.name} gave up${where}: ${formatDegraded(listUntold(app))}`));
  return [...passedOn.map(paint.dim), ...leftOut, ...degraded]
    .map((line) => formatParagraph(indent, line, paint))
    .join("");
}

/** `threads 250 → 60, codeCache 240M → 48M`. */
export function formatDegraded(degraded: readonly GivenUp[]): string {
  return degraded.map(({ setting, wanted, got }) => `${setting} ${wanted} → ${got}`).join(", ");
}
