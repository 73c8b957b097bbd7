// What a mistyped instance type most likely meant. A type says four things (m7gd.2xlarge: series m, generation 7, attributes gd,
// size 2xlarge), and a slip is in one of them: what the others say is kept, so that m7.large is never taken for m1.large. Pure.

import { isMetal, magnitudeOf as virtualMagnitudeOf, splitType } from "../../names/instance-size.ts";
import { editDistance, nearest } from "../../nearest.ts";

const MOST_SUGGESTIONS = 3;

interface Family {
  readonly name: string;
  readonly series: string;
  readonly generation: number;
  readonly attributes: string;
}

interface KnownFamily extends Family {
  readonly sizes: readonly string[];
}

const FAMILY = /^([a-z]+(?:-[a-z]+)?-?)(\d+)([a-z0-9-]*)$/;

/** Whether EC2 might call a type so, be it of today's or tomorrow's. */
export function isWellFormed(name: string): boolean {
  const [family, size] = split(name);
  return name === `${family}.${size}` && FAMILY.test(family) && magnitudeOf(size) !== null;
}

/** The likeliest first; none where nothing is close. */
export function suggestInstanceTypes(name: string, known: readonly string[]): string[] {
  const text = tidy(name);
  if (known.includes(text)) return [text];
  const [familyName, size] = split(text);
  const family = parseFamily(familyName);
  const families = groupFamilies(known);
  const related = family === null ? [] : relate(family, families);
  const found = related.length > 0 ? withSize(related, size) : findSlips(text, known);
  return found.slice(0, MOST_SUGGESTIONS);
}

/** RDS and ElastiCache call theirs db.m7g.large and cache.m7g.large. */
function tidy(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/^(?:db|cache)\./, "");
}

/** `m7glarge` and `m7g-large`, too. The size may be missing. */
function split(text: string): readonly [family: string, size: string] {
  if (text.includes(".")) return splitType(text);
  const [, family = text, size = ""] =
    /^(.*?\d.*?)[-_ ]?(nano|micro|small|medium|(?:\d*x)?large|metal.*)$/.exec(text) ?? [];
  return [family, size];
}

function parseFamily(name: string): Family | null {
  const [, series, generation, attributes] = FAMILY.exec(name) ?? [];
  if (series === undefined || attributes === undefined) return null;
  return { name, series, generation: Number(generation), attributes };
}

function groupFamilies(known: readonly string[]): KnownFamily[] {
  const sizes = Map.groupBy(known, (type) => split(type)[0]);
  return [...sizes].flatMap(([name, types]) => {
    const family = parseFamily(name);
    return family === null ? [] : [{ ...family, sizes: types.map((type) => split(type)[1]) }];
  });
}

/** The families of the same series, the likeliest first. Of the same generation alone, if there are any. */
function relate(given: Family, families: readonly KnownFamily[]): KnownFamily[] {
  const series = families.filter(({ series: each }) => each === given.series);
  const same = series.filter(({ generation }) => generation === given.generation);
  const exact = same.filter(({ name }) => name === given.name);
  if (exact.length > 0) return exact;
  const byLikeliness = (a: KnownFamily, b: KnownFamily): number =>
    b.generation - a.generation || unlike(given, a) - unlike(given, b);
  return (same.length > 0 ? same : series).toSorted(byLikeliness);
}

/** Intel's, Graviton's and AMD's: what is asked for most where nothing is said. */
const USUAL = ["", "i", "g", "a"];

function unlike({ attributes: given }: Family, { attributes }: Family): number {
  const rank = USUAL.indexOf(attributes);
  const rarity = rank >= 0 ? rank : USUAL.length + attributes.length;
  if (given === "") return rarity;
  // Letters are added far more often than they are mistaken: m7gd, m7gn.
  const isKin = attributes !== "" && (attributes.startsWith(given) || given.startsWith(attributes));
  return 100 * (2 * editDistance(given, attributes) - (isKin ? 1 : 0)) + rarity;
}

/** Each family in the size that was meant; where it is in none of them, the nearest sizes of the likeliest. */
function withSize(related: readonly KnownFamily[], size: string): string[] {
  const meant = expand(size);
  const having = related.filter(({ sizes }) => sizes.includes(meant));
  if (having.length > 0) return having.map(({ name }) => `${name}.${meant}`);
  return related.slice(0, 1).flatMap(({ name, sizes }) => nearestSizes(meant, sizes).map((each) => `${name}.${each}`));
}

const SHORT: Readonly<Record<string, string>> = {
  s: "small",
  sm: "small",
  m: "medium",
  med: "medium",
  l: "large",
  lg: "large",
};

/** `8xl` and `8x` are 8xlarge, `l` is large. */
function expand(size: string): string {
  const [, times] = /^(\d*)x(?:l|lg)?$/.exec(size) ?? [];
  return times === undefined ? (SHORT[size] ?? size) : `${times}xlarge`;
}

function nearestSizes(size: string, sizes: readonly string[]): string[] {
  const typed = nearest(size, sizes);
  const magnitude = size === "" ? magnitudeOf("large") : magnitudeOf(size);
  if (magnitude === null) return typed === null ? [] : [typed];
  const far = (each: string): number => Math.abs((magnitudeOf(each) ?? Infinity) - magnitude);
  return sizes.filter((each) => magnitudeOf(each) !== null).toSorted((a, b) => far(a) - far(b));
}

/** Null: no size; `metal` is as large as it gets. */
function magnitudeOf(size: string): number | null {
  return virtualMagnitudeOf(size) ?? (isMetal(size) ? 12 : null);
}

/** Letters that were swapped, missed or doubled: mg7.large. */
function findSlips(text: string, known: readonly string[]): string[] {
  return known.filter((type) => editDistance(text, type) === 1).toSorted((a, b) => b.length - a.length);
}
