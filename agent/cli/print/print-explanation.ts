// An explanation for people and for programs: from the machine's memory down to one value. Pure.

import type { OptionValue } from "../../config/config.ts";
import { formatBytes } from "../../size.ts";
import { formatInput, type Levers, substitute } from "../../tuning/explain.ts";
import type { OptionRule, Setting, Settings } from "../../tuning/profile/profile.ts";
import { findProfile } from "../../tuning/resolve-app.ts";
import type { AppPlan } from "../../tuning/tuning.ts";
import { formatColumns, formatParagraph } from "../columns.ts";
import { type Cgroup, describeBaseline, describeQuota } from "../machine-limits.ts";
import { formatCount, type Paint } from "../text.ts";
import { describeBelowUseful, listUntold } from "../warn-below-useful.ts";
import { formatProblems } from "./print-problems.ts";
import { describeFormula, oneLine, shorten } from "./print-settings.ts";
import { type ExplainedShare, formatAbsence, formatShare } from "./print-share.ts";
import { formatAppName, formatDegraded } from "./print-tuning.ts";

interface Common extends ExplainedShare {
  /** The instance type, or `here`. */
  readonly machine: string;
  /** How many more types the image is for, where its first was taken because nobody named one. Absent: none. */
  readonly otherLaunches?: number;
  /** The baseline of a burstable type, of each vCPU; absent or null: not burstable, or not known. */
  readonly cpuBaselinePercent?: number | null;
  /** Of the machine: an app may count on fewer. */
  readonly machineVcpus: number;
  readonly cgroup?: Cgroup;
}

interface SettingExplanation extends Common {
  readonly kind: "setting";
  readonly name: string;
  readonly setting: Setting;
  readonly levers: Levers;
}

export type Explanation = (Common & { readonly kind: "app" }) | SettingExplanation;

export function explainDocument(explanation: Explanation): unknown {
  const { machine, cpuBaselinePercent = null, app, share, leftOut } = explanation;
  const { name, profile, vcpus, settings, limits, degraded, belowUseful } = app;
  const present = isPresent(explanation);
  const common = { schema: 1, machine, cpuBaselinePercent, app: name, profile, present, leftOut, vcpus, share };
  if (explanation.kind === "app") {
    const shown = present ? { settings, ...(limits && { limits }) } : { settings: {} };
    return { ...common, ...shown, degraded, belowUseful: present ? belowUseful : [] };
  }
  const { name: settingName, setting, levers: changedBy } = explanation;
  const withNumbers = substitute(setting, settings);
  const below = belowUseful.filter((each) => each.setting === settingName);
  return { ...common, setting: settingName, ...setting, withNumbers, belowUseful: below, changedBy };
}

export function formatExplanation(explanation: Explanation, paint: Paint): string {
  const { app } = explanation;
  const name = formatAppName(app.name, app.profile, paint);
  const heading = formatParagraph(
    "",
    `${name} on ${describeMachine(explanation)}, ${describeCpus(explanation)}`,
    paint,
  );
  if (explanation.kind === "setting") return heading + formatSetting(explanation, paint);
  const rest = isPresent(explanation) ? formatSettings(app, paint) : formatAbsence(explanation, paint);
  return heading + formatShare(explanation, paint) + (rest === "" ? "" : `\n${rest}`);
}

function describeMachine({ machine, otherLaunches = 0 }: Explanation): string {
  if (otherLaunches > 0)
    return `${machine} (the first of ${otherLaunches + 1} types of launchOn; --instance-type names another)`;
  return machine === "here" ? "this machine" : machine;
}

/** `1 of 2 vCPUs (CPU quota of the cgroup 1.5, counts as 1), burstable: baseline 20 % of each vCPU`. */
function describeCpus({ app, machineVcpus, cgroup, cpuBaselinePercent = null }: Explanation): string {
  const part = app.vcpus === machineVcpus ? "" : `${app.vcpus} of `;
  const quota = describeQuota(cgroup);
  const burstable = cpuBaselinePercent === null ? "" : `, burstable: ${describeBaseline(cpuBaselinePercent)}`;
  return part + formatCount(machineVcpus, "vCPU") + (quota === null ? "" : ` (${quota})`) + burstable;
}

function isPresent({ app, leftOut }: Explanation): boolean {
  return !leftOut.includes(app.name);
}

function formatSettings(app: AppPlan, paint: Paint): string {
  const { name: appName, settings, limits, degraded, belowUseful } = app;
  const table = (all: Settings): string =>
    formatColumns(
      Object.entries(all).map(([name, setting]) => [name, oneLine(setting), paint.dim(describeFormula(setting))]),
      paint,
      "  ",
    );
  const untold = listUntold(app);
  const gaveUp = untold.length === 0 ? "" : formatParagraph("", paint.dim(`gave up: ${formatDegraded(untold)}`), paint);
  const warnings = belowUseful.map((below) => describeBelowUseful(appName, below, degraded));
  const kept = limits === undefined ? "" : `${paint.bold("kept to its share by systemd")}\n${table(limits)}`;
  return table(settings) + kept + gaveUp + formatProblems(warnings, paint);
}

function formatSetting(explanation: SettingExplanation, paint: Paint): string {
  const { app, name, setting, levers } = explanation;
  const { formula, inputs, source, note } = setting;
  const numbers = substitute(setting, app.settings);
  const below = app.belowUseful.find((each) => each.setting === name);
  const row = (label: string, text: string): string[] => [paint.dim(label), text];
  const rows = [
    row("formula", formula),
    ...(numbers === formula || isOneName(formula) ? [] : [row("in numbers", numbers)]),
    ...Object.entries(inputs).map(([input, value]) => row(`  ${input}`, formatExactly(app, input, value))),
    row("bound by", describeBound(explanation)),
    row("source", source),
    ...(note === null ? [] : [row("note", note)]),
    ...(below === undefined ? [] : [row("too little", `${below.because}. ${below.fix}`)]),
    ...describeChanges(explanation, levers, setting).map((change, index) =>
      row(index === 0 ? "changed by" : "", change),
    ),
  ];
  return `${paint.bold(`${app.name}.${name}`)} = ${setting.text}${exactValue(setting)}\n${formatColumns(rows, paint, "  ")}`;
}

function exactValue({ value, unit, text }: Setting): string {
  if (unit !== "bytes" || typeof value !== "number") return "";
  return String(value) === text ? ` (${formatBytes(value)})` : ` (${formatBytes(value)}, ${value} bytes)`;
}

/** The lines below the formula explain such a name. */
function isOneName(formula: string): boolean {
  return /^(the option )?\w+$/.test(formula);
}

/** An amount of memory by its name, or the value of an option that is a size. */
function formatExactly({ profile, settings }: AppPlan, name: string, value: number | string): string {
  const isAmount = isSize(profile, name) && typeof value === "number";
  const shown = isAmount ? formatBytes(value) : formatInput(name, value, settings);
  return shown === String(value) || shown === `${value} B` ? shown : `${shown} (${value} bytes)`;
}

function isSize(profile: string, option: string): boolean {
  return findProfile(profile)?.options[option]?.kind === "size";
}

/** What systemd keeps the app to, and no setting of its own. */
function isLimit({ app, name }: SettingExplanation): boolean {
  return app.limits !== undefined && Object.hasOwn(app.limits, name);
}

function changesOfLimit(app: string, limit: string): string {
  if (limit === "CPUWeight") return `apps.${app}.cpu.weight`;
  const own = limit === "MemoryHigh" ? `apps.${app}.enforce.memoryHigh, ` : "";
  const reserve = limit.startsWith("Memory") ? ", reserve.memory" : "";
  return `${own}apps.${app}.memory (weight, min, max)${reserve} or a larger instance type`;
}

function describeBound(explanation: SettingExplanation): string {
  const { app, name, setting } = explanation;
  switch (setting.boundBy) {
    case null:
      return "nothing: the formula gives this value";
    case "floor":
      return "floor: the least that makes sense; all else would give less";
    case "cap":
      return "cap: the most that does any good; all else would give more";
    case "user":
      return `user: apps.${app.name}${isLimit(explanation) ? "" : ".options"} in the config says so`;
    case "share":
      return "share: the source's value would not fit into the app's share";
    case "disk":
      return "disk: the source's value would not fit on the disk that holds the app's data";
    case "ladder":
      return `ladder: given up so that the app fits; ${describeGivenUp(app, name)}`;
  }
}

function formatOption(kind: OptionRule["kind"], value: OptionValue): string {
  return kind === "size" && typeof value === "number" ? formatBytes(value) : String(value);
}

/** The setting's own part of what the app gave up; all of it, if the setting follows another. */
function describeGivenUp({ degraded }: AppPlan, name: string): string {
  const own = degraded.filter(({ setting }) => setting === name);
  return formatDegraded(own.length > 0 ? own : degraded);
}

/** A plain number of bytes gets its size in MiB or GiB beside it. */
function formatChanged(text: string, { unit }: Setting): string {
  return unit === "bytes" && /^\d{5,}$/.test(text) ? `${text} (${formatBytes(Number(text))})` : shorten(text);
}

function describeChanges(explanation: SettingExplanation, levers: Levers, setting: Setting): string[] {
  const { app, share, name: settingName } = explanation;
  if (isLimit(explanation)) return [changesOfLimit(app.name, settingName)];
  const { options, withTwiceTheMemory, withTwiceTheCpus } = levers;
  const named = options.map(
    ({ name, kind, value, about }) =>
      `option ${name}${value === null ? "" : ` (${formatOption(kind, value)})`}: ${about}`,
  );
  const path = `apps.${app.name}`;
  const ways =
    share === null ? "a larger instance type" : `${path}.memory (weight, min, max) or a larger instance type`;
  const twice = share === null ? "twice the memory" : "twice the share";
  const isShort = withTwiceTheMemory === null && (setting.boundBy === "share" || setting.boundBy === "ladder");
  return [
    ...(withTwiceTheMemory === null ? [] : [`${ways}: with ${twice} ${formatChanged(withTwiceTheMemory, setting)}`]),
    ...(isShort ? [`${ways}: with more than ${twice}`] : []),
    ...(withTwiceTheCpus === null
      ? []
      : [`more CPUs or ${path}.cpu.weight: with twice as many ${formatChanged(withTwiceTheCpus, setting)}`]),
    ...named,
    ...(options.length === 0 && withTwiceTheMemory === null && withTwiceTheCpus === null && !isShort
      ? ["nothing"]
      : []),
  ];
}
