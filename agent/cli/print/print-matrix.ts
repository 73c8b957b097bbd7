// Many machines for people, as it fits the log of a build: a line for each, and one for each setting that differs. Pure.

import { formatBytes } from "../../size.ts";
import type { AppPlan } from "../../tuning/tuning.ts";
import { formatColumns, formatParagraph } from "../columns.ts";
import { groupProblems, nameSome, type Troubled } from "../outcome.ts";
import { formatCount, nameFirst, type Paint } from "../text.ts";
import { listUntold, warnBelowUseful } from "../warn-below-useful.ts";
import { formatProblems } from "./print-problems.ts";
import { shortCell } from "./print-settings.ts";
import type { TunedMachine } from "./print-tuning.ts";

/** @param notes what else there is to say of a machine, by its type @param all settings that are the same on all, too */
export function formatMatrix(
  machines: readonly TunedMachine[],
  notes: ReadonlyMap<string, string>,
  all: boolean,
  paint: Paint,
): string {
  const rows = machines.map((machine) => machineRow(machine, notes.get(machine.type) ?? "", paint));
  return formatColumns(rows, paint) + formatSettings(machines, all, paint) + formatLosses(machines, paint);
}

/** `tune` for the image on many machines. */
export function formatTuningOfMany(machines: readonly TunedMachine[], paint: Paint): string {
  const problems = groupProblems(machines.map(withFacts), null);
  const warnings = [...problems, ...warnBelowUseful(machines)];
  return formatMatrix(machines, new Map(), false, paint) + formatProblems(warnings, paint);
}

function withFacts({ type, memoryBytes, misfit, problems }: TunedMachine): Troubled {
  return { type, facts: { memLimitBytes: memoryBytes }, problems, ofMachine: misfit === "memory" ? problems : [] };
}

function machineRow(
  { type, vcpus, memoryBytes, problems, tuning }: TunedMachine,
  note: string,
  paint: Paint,
): string[] {
  const isOk = problems.length === 0;
  return [
    isOk ? paint.green("ok") : paint.red("failed"),
    paint.bold(type),
    formatCount(vcpus, "vCPU"),
    formatBytes(memoryBytes),
    isOk ? note : formatCount(problems.length, "problem"),
    formatShares(tuning?.apps ?? []),
  ];
}

/** What fits on a line beside the rest. */
const WIDEST_SHARES = 56;

/** `db 2.1 GiB, api 1 GiB and 4 more`. */
function formatShares(apps: readonly AppPlan[]): string {
  const shares = apps.filter(({ memoryBytes }) => memoryBytes > 0);
  const words = shares.map(({ name, memoryBytes }) => `${name} ${formatBytes(memoryBytes)}`);
  let count = words.length;
  while (count > 1 && words.slice(0, count).join(", ").length > WIDEST_SHARES) count -= 1;
  return nameFirst(words, count);
}

interface Value {
  readonly machine: TunedMachine;
  /** As the app spells it. */
  readonly text: string;
  /** As people read it. */
  readonly shown: string;
}

function formatSettings(machines: readonly TunedMachine[], all: boolean, paint: Paint): string {
  const tuned = machines.filter(({ tuning }) => tuning !== null);
  const settings = listSettings(tuned).map(({ app, setting }) => ({
    name: `${app} ${setting}`,
    values: tuned.flatMap((machine) => valueOn(machine, app, setting) ?? []),
  }));
  const differing = settings.filter(({ values }) => new Set(values.map(({ text }) => text)).size > 1);
  const sameCount = settings.length - differing.length;
  const told = all ? settings : differing;
  if (told.length === 0) return "";
  const rows = told.map(({ name, values }) => [name, describeValues(values)]);
  const same =
    all || sameCount === 0 ? "" : `  ${paint.dim(`the same on all: ${formatCount(sameCount, "setting")}`)}\n`;
  return `\n${paint.bold(all ? "settings" : "settings that differ")}\n${formatColumns(rows, paint, "  ")}${same}`;
}

function listSettings(machines: readonly TunedMachine[]): { readonly app: string; readonly setting: string }[] {
  const found = new Map<string, { app: string; setting: string }>();
  for (const { tuning } of machines)
    for (const { name: app, settings } of tuning?.apps ?? [])
      for (const setting of Object.keys(settings)) found.set(`${app} ${setting}`, { app, setting });
  return [...found.values()];
}

function valueOn(machine: TunedMachine, name: string, setting: string): Value | null {
  const found = machine.tuning?.apps.find((app) => app.name === name)?.settings[setting];
  return found === undefined ? null : { machine, text: found.text, shown: shortCell(found, WIDEST_VALUE) };
}

/** More are told by the first and the last. */
const MOST_VALUES = 4;

/** Two such, with their types, have to fit on a line. */
const WIDEST_VALUE = 16;

/** `1 on m7g.medium, 2 on 5 types`; `12 values, from 458MB on m7g.medium to 15GB on m7g.16xlarge`. */
function describeValues(values: readonly Value[]): string {
  const bySize = values.toSorted((a, b) => sizeOrder(a.machine, b.machine));
  const groups = [...Map.groupBy(bySize, ({ text }) => text).values()];
  if (groups.length <= MOST_VALUES)
    return groups.map(([first, ...others]) => `${first!.shown} on ${whichOf(1 + others.length, first)}`).join(", ");
  const ends = [bySize[0]!, bySize.at(-1)!].map(({ shown, machine }) => `${shown} on ${machine.type}`);
  return `${groups.length} values, from ${ends.join(" to ")}`;
}

function whichOf(count: number, first: Value | undefined): string {
  return count === 1 && first ? first.machine.type : formatCount(count, "type");
}

function sizeOrder(a: TunedMachine, b: TunedMachine): number {
  return a.memoryBytes - b.memoryBytes || a.vcpus - b.vcpus;
}

/** Apps that are left out, and settings that were given up without a warning: where that is so. */
function formatLosses(machines: readonly TunedMachine[], paint: Paint): string {
  const losses = machines.flatMap(({ type, tuning }) => {
    const leftOut = (tuning?.budget.leftOut ?? []).map((name) => `${name} is left out`);
    const givenUp = (tuning?.apps ?? []).flatMap((app) =>
      listUntold(app).map(({ setting }) => `${app.name} gave up some ${setting}`),
    );
    return [...leftOut, ...givenUp].map((what) => ({ type, what }));
  });
  const groups = [...Map.groupBy(losses, ({ what }) => what)];
  const lines = groups.map(([what, found]) => `${what} on ${nameSome(found.map(({ type }) => type))}`);
  return lines.map((line) => formatParagraph("", paint.dim(line), paint)).join("");
}
