// `tune --all-types`: which instance types hold the image, for people by family, for programs type by type. Pure.

import { familyOf, splitType } from "../../names/instance-size.ts";
import { formatBytes } from "../../size.ts";
import { isUseful, isWhole } from "../../tuning/judge-fit.ts";
import { formatColumns, formatParagraph } from "../columns.ts";
import type { SortKey, TypeFilter } from "../invocation.ts";
import { formatCount, type Paint } from "../text.ts";
import { formatNotes } from "./print-problems.ts";
import { machineDocument, type TunedMachine } from "./print-tuning.ts";

/** The types of one family that the image's architecture allows, the smallest first. */
interface Family {
  readonly name: string;
  readonly machines: readonly TunedMachine[];
  /** Null: none is large enough. */
  readonly smallest: TunedMachine | null;
  /** The smallest on which no setting is less than an expert would sign. */
  readonly useful: TunedMachine | null;
  /** The smallest on which no app is left out or gives anything up. */
  readonly whole: TunedMachine | null;
}

/** What of it is told, and in which order. */
type View = Pick<TypeFilter, "fits" | "sort">;

/** `types` as for named ones; `families` sums them up. */
export function fitDocument(machines: readonly TunedMachine[], view: View): unknown {
  const families = listFamilies(machines, view).map(({ name, machines: own, smallest, useful, whole }) => ({
    family: name,
    smallest: smallest?.type ?? null,
    smallestUseful: useful?.type ?? null,
    smallestWhole: whole?.type ?? null,
    fits: own.filter(fits).length,
    of: own.length,
  }));
  const told = view.fits ? machines.filter(fits) : machines;
  return { schema: 1, families, types: told.map(machineDocument) };
}

export function formatFit(machines: readonly TunedMachine[], view: View, paint: Paint): string {
  const candidates = machines.filter(({ misfit }) => misfit !== "architecture");
  const heading = `the image fits on ${candidates.filter(fits).length} of ${formatCount(machines.length, "type")}`;
  const rows = [
    ["family", "smallest", "no warning", "nothing lost", "fits", ...(view.fits ? [] : ["too small"])],
    ...listFamilies(machines, view).map((family) => familyRow(family, view, paint)),
  ];
  return `${paint.bold(heading)}\n${formatColumns(rows, paint)}${view.fits ? "" : formatReasons(machines, candidates, paint)}${formatWarnings(candidates, paint)}`;
}

function familyRow({ name, machines, smallest, useful, whole }: Family, view: View, paint: Paint): string[] {
  const small = machines.filter((machine) => !fits(machine));
  return [
    paint.bold(name),
    smallest === null ? paint.red("none") : `${smallest.type} (${formatBytes(smallest.memoryBytes)})`,
    nameOther(useful, smallest, paint),
    nameOther(whole, smallest, paint),
    `${machines.length - small.length}/${machines.length}`,
    view.fits ? "" : paint.dim(small.map(({ type }) => splitType(type)[1]).join(", ")),
  ];
}

function nameOther(machine: TunedMachine | null, smallest: TunedMachine | null, paint: Paint): string {
  return machine === smallest ? "" : (machine?.type ?? paint.yellow("none"));
}

/** A line for each setting: what is useful does not depend on the machine. */
function formatWarnings(machines: readonly TunedMachine[], paint: Paint): string {
  const found = machines.flatMap(({ tuning }) =>
    (tuning?.apps ?? []).flatMap(({ name, belowUseful }) =>
      belowUseful.map(({ setting, because }) => `${name}: too little ${setting}, and ${because}`),
    ),
  );
  const groups = [...Map.groupBy(found, (line) => line)];
  return formatNotes(
    groups.map(([line, { length }]) => `${formatCount(length, "type")}: ${line}`),
    paint,
  );
}

// One reason stands for all types that are too small: floors do not depend on the machine.
function formatReasons(machines: readonly TunedMachine[], candidates: readonly TunedMachine[], paint: Paint): string {
  const others = machines.length - candidates.length;
  const tooSmall = candidates.filter((machine) => !fits(machine));
  const nearest = tooSmall.toSorted(bySize).at(-1);
  const lines = [
    ...(nearest
      ? [`too small: ${formatCount(tooSmall.length, "type")}; on ${nearest.type}, ${reasonOf(nearest)}`]
      : []),
    ...(others > 0 ? [`of another architecture: ${formatCount(others, "type")}`] : []),
  ];
  return lines.map((line) => formatParagraph("", paint.dim(line), paint)).join("");
}

function reasonOf({ problems }: TunedMachine): string {
  return problems.map(({ what }) => what).join("; ");
}

function listFamilies(machines: readonly TunedMachine[], { fits: onlyFitting, sort }: View): readonly Family[] {
  const families = groupByFamily(machines).filter(({ smallest }) => !onlyFitting || smallest !== null);
  return sort === "name" ? families : families.toSorted((one, other) => rankOf(one, sort) - rankOf(other, sort));
}

/** By the smallest type on which the image fits; those that have none come last. */
function rankOf({ smallest, machines }: Family, sort: Exclude<SortKey, "name">): number {
  switch (sort) {
    case "memory":
      return smallest?.memoryBytes ?? Infinity;
    case "vcpus":
      return smallest?.vcpus ?? Infinity;
    case "fits":
      return -machines.filter(fits).length;
  }
}

function groupByFamily(machines: readonly TunedMachine[]): readonly Family[] {
  const candidates = machines.filter(({ misfit }) => misfit !== "architecture");
  return [...Map.groupBy(candidates, ({ type }) => familyOf(type))].map(([name, own]) => {
    const sorted = own.toSorted(bySize);
    const find = (is: (tuning: NonNullable<TunedMachine["tuning"]>) => boolean): TunedMachine | null =>
      sorted.find(({ tuning }) => tuning !== null && is(tuning)) ?? null;
    return { name, machines: sorted, smallest: find(() => true), useful: find(isUseful), whole: find(isWhole) };
  });
}

function bySize(a: TunedMachine, b: TunedMachine): number {
  return a.memoryBytes - b.memoryBytes || a.vcpus - b.vcpus || (a.type < b.type ? -1 : 1);
}

function fits({ tuning }: TunedMachine): boolean {
  return tuning !== null;
}
