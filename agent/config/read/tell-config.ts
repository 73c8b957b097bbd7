// The config as its files say it, merged, each value with its place: what a person wants to see of it. Pure.

import type { Position } from "../../refusal.ts";
import { Written } from "../../written.ts";
import type { Config, FileConfig } from "../config.ts";
import { TOP_KEYS } from "../keys/top-keys.ts";
import type { Field, Known } from "../yaml/field.ts";
import type { FrontMatter } from "./parse-front-matter.ts";

export type Told =
  | {
      readonly kind: "scalar";
      readonly scalar: string | number | boolean | null;
      /** Of a number or a truth, as it is written: `1.10`. Null: of anything else. */
      readonly spelling: string | null;
      readonly at: Position;
    }
  /** A scalar that is not to be shown. */
  | { readonly kind: "hidden"; readonly at: Position }
  | { readonly kind: "list"; readonly items: readonly Told[]; readonly at: Position }
  | { readonly kind: "mapping"; readonly entries: readonly ToldEntry[]; readonly at: Position };

export type ToldEntry = readonly [key: string, value: Told];

/** What a config was read from. */
export interface Declared {
  /** The top of each file, in the order of precedence. */
  readonly tops: readonly Known<typeof TOP_KEYS>[];
  readonly frontMatters: ReadonlyMap<string, FrontMatter>;
}

export function tellConfig(config: Config, declared: Declared): readonly ToldEntry[] {
  return (Object.keys(TOP_KEYS) as (keyof typeof TOP_KEYS)[]).flatMap((key): ToldEntry[] => {
    const fields = declared.tops.flatMap((top) => top.get(key) ?? []).filter((field) => !field.isEmpty);
    const last = fields.at(-1);
    if (key === "files") return tellFiles(config.files, fields, declared.frontMatters);
    if (last === undefined) return [];
    if (key === "folders") return [[key, listOf(tellSurviving(config.folders, fields), last)]];
    if (key === "seal") return [[key, mappingOf(tellSeal(fields), last)]];
    const isNamed = TOP_KEYS[key].value.kind === "named";
    return [[key, isNamed ? mappingOf(latest(fields), last) : tellField(last)]];
  });
}

/** Of all files the last one of each name. */
function latest(fields: readonly Field[]): ToldEntry[] {
  const entries = new Map(fields.flatMap((field) => [...field.entries()]));
  return [...entries].map(([key, field]) => [key, tellField(field)]);
}

/** Those that a later file has not replaced: of their places, the config knows the ones that count. */
function tellSurviving(kept: readonly { readonly at: Position }[], fields: readonly Field[]): Told[] {
  const items = itemsByPlace(fields);
  return kept.flatMap(({ at }) => items.get(placeKey(at)) ?? []).map((item) => tellField(item));
}

function itemsByPlace(fields: readonly Field[]): ReadonlyMap<string, Field> {
  return new Map(fields.flatMap((field) => field.items()).map((item) => [placeKey(item.at), item]));
}

function placeKey({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`;
}

function tellFiles(
  files: readonly FileConfig[],
  fields: readonly Field[],
  frontMatters: ReadonlyMap<string, FrontMatter>,
): ToldEntry[] {
  const items = itemsByPlace(fields);
  const told = files.map(({ template, at }): Told => {
    const entry = items.get(placeKey(at));
    const own = [...(entry?.entries() ?? [])];
    const named = new Set(own.map(([key]) => key));
    const alone: ToldEntry[] =
      entry === undefined ? [["template", { kind: "scalar", scalar: template, spelling: null, at }]] : [];
    const inFront = [...(frontMatters.get(template)?.keys ?? [])].filter(([key]) => !named.has(key));
    return { kind: "mapping", entries: [...alone, ...[...own, ...inFront].map(tellEntry)], at };
  });
  const [first] = told;
  return first === undefined ? [] : [["files", { kind: "list", items: told, at: fields.at(-1)?.keyAt ?? first.at }]];
}

/** Every allowance counts, and of all else the last. */
function tellSeal(fields: readonly Field[]): ToldEntry[] {
  const parts = Map.groupBy(
    fields.flatMap((field) => [...field.entries()]),
    ([key]) => key,
  );
  return [...parts].map(([key, all]) => {
    const each = all.map(([, field]) => field);
    const last = each.at(-1)!;
    if (key === "allow")
      return [
        key,
        listOf(
          each.flatMap((field) => field.items()).map((item) => tellField(item)),
          last,
        ),
      ];
    return [key, key === "severity" ? mappingOf(latest(each), last) : tellField(last, last.keyAt)];
  });
}

function tellEntry([key, field]: readonly [string, Field]): ToldEntry {
  return [key, tellField(field, field.keyAt)];
}

function tellField(field: Field, at: Position = field.at): Told {
  if (field.isList) return { kind: "list", items: field.items().map((item) => tellField(item)), at };
  if (field.isMapping) return { kind: "mapping", entries: [...field.entries()].map(tellEntry), at };
  const written = field.written();
  if (!(written instanceof Written)) return { kind: "scalar", scalar: written ?? null, spelling: null, at };
  // What no double holds stays a text.
  return { kind: "scalar", scalar: written.isExact ? written.value : written.text, spelling: written.text, at };
}

function listOf(items: readonly Told[], { keyAt }: Field): Told {
  return { kind: "list", items, at: keyAt };
}

function mappingOf(entries: readonly ToldEntry[], { keyAt }: Field): Told {
  return { kind: "mapping", entries, at: keyAt };
}
