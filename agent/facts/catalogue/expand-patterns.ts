// The instance types of the catalogue that patterns mean, or what is wrong with a pattern that means none. Pure.

import { isMetal, magnitudeOf, splitType } from "../../names/instance-size.ts";
import { branchesOf, matchesType } from "../../names/match-type.ts";
import { isExact, type PlacedPattern } from "../../names/type-pattern.ts";
import { placeProblem, type Problem } from "../../refusal.ts";
import type { Catalogue, CatalogueRow } from "./catalogue-table.ts";
import { isWellFormed, suggestInstanceTypes } from "./suggest-instance-types.ts";

interface Expansion {
  /** Each once: in the order of the patterns, those of one pattern by family and size. */
  readonly rows: readonly CatalogueRow[];
  readonly problems: readonly Problem[];
}

export function expandPatterns(patterns: readonly PlacedPattern[], catalogue: Catalogue): Expansion {
  const found = patterns.map((placed) => expandOne(placed, catalogue));
  return {
    rows: [...new Set(found.flatMap(({ rows }) => rows))],
    problems: found.flatMap(({ problems }) => problems),
  };
}

function expandOne(placed: PlacedPattern, catalogue: Catalogue): Expansion {
  const { pattern } = placed;
  const all = [...catalogue.rows.values()];
  const rows = all.filter(({ type }) => matchesType(pattern, type)).toSorted(bySize);
  if (rows.length === 0) return { rows, problems: [placeProblem(explainNone(placed, catalogue), placed)] };
  const unmatched = branchesOf(pattern).filter((branch) => !rows.some(({ type }) => matchesType(branch, type)));
  const problems = unmatched.map(({ text }) => ({
    what: `'${text}' of ${pattern.text} is no instance type of the catalogue of ${catalogue.asOf}`,
    fix: "Take it out, or correct it.",
  }));
  return { rows, problems: problems.map((problem) => placeProblem(problem, placed)) };
}

function bySize(one: CatalogueRow, other: CatalogueRow): number {
  const [[family, size], [otherFamily, otherSize]] = [splitType(one.type), splitType(other.type)];
  if (family !== otherFamily) return family < otherFamily ? -1 : 1;
  return rankOf(size) - rankOf(otherSize) || one.vcpus - other.vcpus;
}

/** Metal at the end. */
function rankOf(size: string): number {
  return magnitudeOf(size) ?? Infinity;
}

function explainNone({ pattern, at }: PlacedPattern, catalogue: Catalogue): Problem {
  // An image's own list has no other way to name a machine.
  const instead = at === undefined ? SIZE : "leave it out";
  return isExact(pattern) ? unknownType(pattern.text, catalogue, instead) : unknownPattern(pattern.text, catalogue);
}

const SIZE = "give its size: --memory 16GiB --cpus 4";

function unknownType(name: string, { asOf, rows }: Catalogue, instead: string): Problem {
  const close = suggestInstanceTypes(name, [...rows.keys()]);
  const what = `the catalogue of ${asOf} has no instance type '${name.slice(0, 40)}'`;
  const list = close.length === 1 ? `'${close[0]}'` : close.join(", ");
  const meant = close.length === 0 ? "" : `Did you mean ${list}? `;
  if (isWellFormed(name))
    return { what, fix: `${meant}If it is newer than that, ${instead}, or run scripts/refresh-catalogue and build.` };
  return {
    what,
    fix: close.length === 0 ? `Write it as EC2 does, m7g.large, or ${instead}.` : `${meant}Or ${instead}.`,
  };
}

function unknownPattern(text: string, { asOf, rows }: Catalogue): Problem {
  const what = `no instance type of the catalogue of ${asOf} is '${text.slice(0, 80)}'`;
  const [family, rest] = splitType(text);
  const types = [...rows.keys()];
  const sizes = types.filter((type) => splitType(type)[0] === family).map((type) => splitType(type)[1]);
  if (sizes.length > 0) return { what, fix: `${family} has ${sizes.toSorted(byRank).join(", ")}.` };
  const close = new Set(suggestInstanceTypes(`${family}.large`, types).map((type) => `${splitType(type)[0]}.${rest}`));
  return { what, fix: close.size > 0 ? `Did you mean ${[...close].join(", ")}?` : OF_ALL };
}

function byRank(one: string, other: string): number {
  const [rank, otherRank] = [rankOf(one), rankOf(other)];
  return rank === otherRank ? Number(isMetal(one)) - Number(isMetal(other)) : rank - otherRank;
}

const OF_ALL = "Correct it: `parbake tune --all-types` lists all families.";
