// An explanation for people and for programs: from the machine's memory down to one value. Pure.

import type { OptionValue } from "../config/config.ts";
import type { AppPlan } from "../plan/plan.ts";
import { describeBelowUseful, listUntold } from "./warn-below-useful.ts";
import { describeRest, describeSpare } from "./print-division.ts";
import { formatProblems } from "./print-problems.ts";
import { amountOf, formatInput, type Levers, type ShareExplanation, substitute } from "../tuning/explain.ts";
import { describeReserve } from "../tuning/reserve.ts";
import type { OptionRule, Setting } from "../tuning/setting.ts";
import { findProfile } from "../tuning/resolve-app.ts";
import { formatBytes } from "../tuning/size.ts";
import {
  type Cgroup,
  describeBaseline,
  describeQuota,
  formatAppName,
  formatDegraded,
  oneLine,
  shorten,
} from "./print-tuning.ts";
import { formatColumns, formatCount, type Paint } from "./text.ts";

interface Common {
  /** The instance type, or `here`. */
  readonly machine: string;
  /** Of each vCPU, what a burstable type may use for ever; absent or null: all, or not known. */
  readonly cpuBaselinePercent?: number | null;
  /** Of the machine: an app may count on fewer. */
  readonly machineVcpus: number;
  readonly cgroup?: Cgroup;
  readonly app: AppPlan;
  /** Null: the app takes no memory. */
  readonly share: ShareExplanation | null;
  /** Optional apps that this machine is too small for. */
  readonly leftOut: readonly string[];
}

type SettingExplanation = Common & { readonly kind: "setting"; readonly setting: string; readonly levers: Levers };

export type Explanation = (Common & { readonly kind: "app" }) | SettingExplanation;

export function explainDocument(explanation: Explanation): unknown {
  const { machine, cpuBaselinePercent = null, app, share, leftOut } = explanation;
  const { name, profile, vcpus, settings, degraded, belowUseful } = app;
  const present = isPresent(explanation);
  const common = { schema: 1, machine, cpuBaselinePercent, app: name, profile, present, leftOut, vcpus, share };
  if (explanation.kind === "app") {
    return { ...common, settings: present ? settings : {}, degraded, belowUseful: present ? belowUseful : [] };
  }
  const setting = settings[explanation.setting]!;
  const withNumbers = substitute(setting, settings);
  const below = belowUseful.filter((each) => each.setting === explanation.setting);
  const changedBy = explanation.levers;
  return { ...common, setting: explanation.setting, ...setting, withNumbers, belowUseful: below, changedBy };
}

export function formatExplanation(explanation: Explanation, paint: Paint): string {
  const { machine, app } = explanation;
  const heading = `${formatAppName(app.name, app.profile, paint)} on ${machine}, ${describeCpus(explanation)}\n`;
  if (explanation.kind === "setting") return heading + formatSetting(explanation, paint);
  const rest = isPresent(explanation) ? formatSettings(app, paint) : formatAbsence(explanation, paint);
  return heading + formatShare(explanation, paint) + rest;
}

/** `1 of 2 vCPUs (CPU quota of the cgroup 1.5, counts as 1), burstable: each vCPU at 20 % for ever`. */
function describeCpus({ app, machineVcpus, cgroup, cpuBaselinePercent = null }: Explanation): string {
  const part = app.vcpus === machineVcpus ? "" : `${app.vcpus} of `;
  const quota = describeQuota(cgroup);
  const burstable = cpuBaselinePercent === null ? "" : `, burstable: ${describeBaseline(cpuBaselinePercent)}`;
  return part + formatCount(machineVcpus, "vCPU") + (quota === null ? "" : ` (${quota})`) + burstable;
}

function isPresent({ app, leftOut }: Explanation): boolean {
  return !leftOut.includes(app.name);
}

function formatShare({ app, share, leftOut }: Explanation, paint: Paint): string {
  if (share === null) return "takes no memory: it is tuned by all that the OS sees\n";
  const heldBack: readonly (readonly [string, number, string])[] = [
    ["- reserve", share.reserveBytes, describeReserve(share.reserve)],
    ["- huge pages", share.hugePagesBytes, "outside of any app"],
    ["- secrets", share.secretsBytes, "on their file system, at most"],
  ];
  const others = `${leftOut.join(", ")} left out: every app has its floor, and the page cache what is over`;
  const table = formatColumns(
    [
      ["memory as the OS sees it", formatBytes(share.memTotalBytes)],
      ...(share.memLimitBytes < share.memTotalBytes ? [["limit of the cgroup", formatBytes(share.memLimitBytes)]] : []),
      ...heldBack
        .filter(([, bytes]) => bytes > 0)
        .map(([what, bytes, why]) => [what, formatBytes(bytes), paint.dim(why)]),
      ["= for all apps", formatBytes(share.availableBytes)],
      ...partRows(app, share, paint),
      ["its share", paint.bold(formatBytes(share.shareBytes)), describeLimits(app, share)],
      ...restRow(share, paint),
    ],
    "  ",
  );
  return table + (leftOut.length === 0 ? "" : `  ${paint.yellow(others)}\n`);
}

/** From what its weight alone would give an app to what it has. */
function partRows({ name, profile }: AppPlan, share: ShareExplanation, paint: Paint): string[][] {
  const { partBytes, weight, weights, weightBy, spare, gained } = share;
  if (partBytes === null) return [];
  const whose = weightBy === "config" ? "as memory.weight says" : `the usual one of ${profile}`;
  const passedOn = describeSpare(share);
  const changes: readonly (readonly [string, number])[] = [
    ["- more than it can use", amountOf(name, spare)],
    ["+ what others can't use", amountOf(name, gained)],
  ];
  return [
    ["its part by weight", formatBytes(partBytes), `weight ${weight} of ${weights}, ${whose}`],
    ...changes
      .filter(([, bytes]) => bytes > 0 && passedOn !== null)
      .map(([what, bytes]) => [what, formatBytes(bytes), paint.dim(passedOn!)]),
  ];
}

function describeLimits(
  { profile, vcpus }: AppPlan,
  { floorBytes, capBytes, capBy, boundBy }: ShareExplanation,
): string {
  const mosts = {
    config: "memory.max",
    profile: `all that ${profile} can use with ${formatCount(vcpus, "vCPU")} and these options`,
  } as const;
  const most = capBy === null ? "no cap" : `cap ${formatBytes(capBytes!)} (${mosts[capBy]})`;
  return `floor ${formatBytes(floorBytes)}, ${most}${boundBy === null ? "" : `, held by its ${boundBy}`}`;
}

function restRow(share: ShareExplanation, paint: Paint): string[][] {
  const why = describeRest(share);
  return why === null ? [] : [["left to the page cache", formatBytes(share.unallocatedBytes), paint.dim(why)]];
}

function formatAbsence({ app, share, leftOut }: Explanation, paint: Paint): string {
  const [why, change] = explainAbsence(app.name, share!, leftOut);
  return `${paint.yellow(`${app.name} is optional and left out`)}: ${why}. To change that: ${change}.\n`;
}

/** The last optional app goes first, and all behind one that does not fit go with it. */
function explainAbsence(
  name: string,
  { floorBytes, unallocatedBytes }: ShareExplanation,
  leftOut: readonly string[],
): readonly [why: string, change: string] {
  const first = leftOut[0]!;
  const floor = `its floor of ${formatBytes(floorBytes)}`;
  const enlarge = "a larger instance type, or lower floors";
  if (name === first) return [`${floor} does not fit beside those of the others`, `${enlarge} of the others`];
  const behind = `it comes after ${first}, which does not fit`;
  if (floorBytes > unallocatedBytes) return [`${behind}, nor does ${floor}`, enlarge];
  return [`${behind}; ${floor} would`, `a larger instance type, or put it before ${first}`];
}

function formatSettings(app: AppPlan, paint: Paint): string {
  const { name: appName, settings, degraded, belowUseful } = app;
  const rows = Object.entries(settings).map(([name, setting]) => [
    name,
    oneLine(setting),
    paint.dim(setting.formula + (setting.boundBy === null ? "" : ` [${setting.boundBy}]`)),
  ]);
  const untold = listUntold(app);
  const gaveUp = untold.length === 0 ? "" : `${paint.dim(`gave up: ${formatDegraded(untold)}`)}\n`;
  const warnings = belowUseful.map((below) => describeBelowUseful(appName, below, degraded));
  return formatColumns(rows, "  ") + gaveUp + formatProblems(warnings, paint);
}

function formatSetting(explanation: SettingExplanation, paint: Paint): string {
  const { app, setting: name, levers } = explanation;
  const setting = app.settings[name]!;
  const { formula, inputs, source, note } = setting;
  const numbers = substitute(setting, app.settings);
  const below = app.belowUseful.find((each) => each.setting === name);
  const rows = [
    ["formula", formula],
    ...(numbers === formula || isOneName(formula) ? [] : [["in numbers", numbers]]),
    ...Object.entries(inputs).map(([input, value]) => [`  ${input}`, formatExactly(app, input, value)]),
    ["bound by", describeBound(explanation, setting)],
    ["source", source],
    ...(note === null ? [] : [["note", note]]),
    ...(below === undefined ? [] : [["too little", `${below.because}. ${below.fix}`]]),
    ...describeChanges(explanation, levers, setting).map((change, index) => [index === 0 ? "changed by" : "", change]),
  ];
  const cells = rows.map(([label, ...rest]) => [paint.dim(label!), ...rest]);
  return `${paint.bold(`${app.name}.${name}`)} = ${setting.text}${exactValue(setting)}\n${formatColumns(cells, "  ")}`;
}

function exactValue({ value, unit, text }: Setting): string {
  if (unit !== "bytes" || typeof value !== "number") return "";
  return String(value) === text ? ` (${formatBytes(value)})` : ` (${formatBytes(value)}, ${value} bytes)`;
}

/** What it stands for is told below it. */
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

function describeBound({ app, setting: name }: SettingExplanation, { boundBy }: Setting): string {
  switch (boundBy) {
    case null:
      return "nothing: it is what the formula gives";
    case "floor":
      return "floor: the least that makes sense, where all else would give less";
    case "cap":
      return "cap: the most that does any good, where all else would give more";
    case "user":
      return `user: the config's apps.${app.name}.options say so`;
    case "share":
      return "share: what the source says would not fit into the app's share";
    case "disk":
      return "disk: what the source says would not fit on the disk that holds the app's data";
    case "ladder":
      return `ladder: given up so that the app fits; ${describeGivenUp(app, name)}`;
  }
}

function formatOption(kind: OptionRule["kind"], value: OptionValue): string {
  return kind === "size" && typeof value === "number" ? formatBytes(value) : String(value);
}

/** Its own part of what the app gave up; all of it for a value that goes by another's. */
function describeGivenUp({ degraded }: AppPlan, name: string): string {
  const own = degraded.filter(({ setting }) => setting === name);
  return formatDegraded(own.length > 0 ? own : degraded);
}

/** A plain number of bytes, and how much that is. */
function formatChanged(text: string, { unit }: Setting): string {
  return unit === "bytes" && /^\d{5,}$/.test(text) ? `${text} (${formatBytes(Number(text))})` : shorten(text);
}

function describeChanges({ app, share }: Explanation, levers: Levers, setting: Setting): string[] {
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
