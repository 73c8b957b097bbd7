// Gives each structure that `yaml` printed on a line of its own its lines, as deep as it stands; its values become holes like any
// other, so that each is encoded for its place. Structures elsewhere stay JSON, which YAML reads too.

import { Written } from "../written.ts";
import { YamlStructure } from "./context/helper-values.ts";
import type { Print, Run } from "./run-template.ts";

/** What may stand before a block: blanks, and the dashes of a list. */
const BLOCK = /^([ ]*(?:- +)*)\uE000(\d+)\uE001[ \t]*$/gm;

export function layOutYaml({ kind, output, prints }: Run): Run {
  const all: Print[] = [...prints];
  const laidOut = output.replace(BLOCK, (line: string, before: string, number: string) => {
    const { value, site } = prints[Number(number)] ?? {};
    if (site === undefined || !(value instanceof YamlStructure) || !isBranch(value.value)) return line;
    const hole = (scalar: unknown) => `\uE000${all.push({ value: scalar, site }) - 1}\uE001`;
    const [first, ...rest] = linesOf(value.value, hole);
    return [`${before}${first}`, ...rest.map((one) => " ".repeat(before.length) + one)].join("\n");
  });
  return { kind, output: laidOut, prints: all };
}

type Branch = readonly unknown[] | Readonly<Record<string, unknown>>;

/** Something with members: what has none is written in one word. */
function isBranch(value: unknown): value is Branch {
  return typeof value === "object" && value !== null && !(value instanceof Written) && Object.keys(value).length > 0;
}

function linesOf(branch: Branch, hole: (scalar: unknown) => string): string[] {
  if (Array.isArray(branch)) return branch.flatMap((item) => itemLines(item, hole));
  return Object.entries(branch).flatMap(([key, value]) => memberLines(writeKey(key, hole), value, hole));
}

function itemLines(item: unknown, hole: (scalar: unknown) => string): string[] {
  if (!isBranch(item)) return [`- ${leaf(item, hole)}`];
  const [first, ...rest] = linesOf(item, hole);
  return [`- ${first}`, ...rest.map((line) => `  ${line}`)];
}

function memberLines(key: string, value: unknown, hole: (scalar: unknown) => string): string[] {
  if (!isBranch(value)) return [`${key}: ${leaf(value, hole)}`];
  return [`${key}:`, ...linesOf(value, hole).map((line) => `  ${line}`)];
}

function leaf(value: unknown, hole: (scalar: unknown) => string): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "object" && !(value instanceof Written)) return Array.isArray(value) ? "[]" : "{}";
  return hole(value);
}

/** Words that YAML 1.1 or 1.2 reads as something else than text. */
const RESERVED = /^(?:true|false|yes|no|on|off|y|n|null)$/i;

function writeKey(key: string, hole: (scalar: unknown) => string): string {
  return /^[A-Za-z_][\w-]*$/.test(key) && !RESERVED.test(key) ? key : hole(key);
}
