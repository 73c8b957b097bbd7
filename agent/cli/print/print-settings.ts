// Settings for people: one on a line of a table, and those of one profile that `tune PROFILE` computes. Pure.

import { formatBytes } from "../../size.ts";
import type { Setting } from "../../tuning/profile/profile.ts";
import { formatColumns, formatParagraph } from "../columns.ts";
import { describeBaseline, describeQuota, type Limits } from "../machine-limits.ts";
import type { Paint } from "../text.ts";

// A setting that is a whole text (JVM options, a sysctl file) would break the table.
const WIDEST_CELL = 28;

export function oneLine(setting: Setting | undefined): string {
  return setting === undefined ? "" : shorten(setting.text) + formatAmount(setting);
}

/** Beside other machines: a size as people read it, and no long text. */
export function shortCell(setting: Setting | undefined, widest = WIDEST_OF_MANY): string {
  if (setting === undefined) return "";
  const { value, unit, text } = setting;
  return unit === "bytes" && typeof value === "number" && isLongNumber(text)
    ? formatBytes(value)
    : shorten(text, widest);
}

const WIDEST_OF_MANY = 18;

/** ` (880.1 MiB)` after a size in the app's own spelling, which people can't read: `901226kB`, `0x37000000`. */
function formatAmount({ value, unit, text }: Setting): string {
  return unit === "bytes" && typeof value === "number" && isLongNumber(text) ? ` (${formatBytes(value)})` : "";
}

function isLongNumber(text: string): boolean {
  return /\d{5}/.test(text) && text.length <= WIDEST_CELL;
}

export function shorten(text: string, widest = WIDEST_CELL): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > widest ? `${line.slice(0, widest - 1)}…` : line;
}

/** `memoryBytes / 4 [cap]`. */
export function describeFormula({ formula, boundBy }: Setting): string {
  return formula + (boundBy === null ? "" : ` [${boundBy}]`);
}

// Every other profile has settings of its own.
const NO_SETTINGS = "custom has no settings of its own. Give it one: --set 'workers=max(2, vcpus - 1)'";

/** `tune PROFILE`: the settings of one app that has all the memory. */
export function formatSettings(
  settings: Readonly<Record<string, Setting>>,
  {
    memoryBytes,
    ofBytes,
    cgroup,
    cpuBaselinePercent = null,
  }: { readonly memoryBytes: number; readonly ofBytes: number } & Limits,
  paint: Paint,
): string {
  const reserve = `with ${formatBytes(memoryBytes)} of ${formatBytes(ofBytes)}: the rest is the usual reserve`;
  const burstable = cpuBaselinePercent === null ? null : `burstable: ${describeBaseline(cpuBaselinePercent)}`;
  const notes = [memoryBytes === ofBytes ? null : reserve, describeQuota(cgroup), burstable];
  const remarks = notes.filter((remark) => remark !== null);
  const rows = Object.entries(settings).map(([name, setting]) => [
    paint.bold(name),
    oneLine(setting),
    paint.dim(describeFormula(setting)),
  ]);
  const long = Object.entries(settings).filter(([, setting]) => shorten(setting.text) !== setting.text);
  const whole = long.map(([name, { text }]) => `\n${paint.bold(name)}\n${text}\n`).join("");
  const table = rows.length > 0 ? formatColumns(rows, paint) : `${NO_SETTINGS}\n`;
  return remarks.map((remark) => formatParagraph("", paint.dim(remark), paint)).join("") + table + whole;
}
