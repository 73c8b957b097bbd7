// The merged config: for people in YAML's form with the place of each key beside it, for programs as data with its places. Pure.

import type { Told, ToldEntry } from "../../config/read/tell-config.ts";
import type { Position } from "../../refusal.ts";
import { formatColumns } from "../columns.ts";
import type { Paint } from "../text.ts";

interface Shown {
  /** The main file first. */
  readonly sources: readonly string[];
  readonly entries: readonly ToldEntry[];
}

export function formatTold({ sources, entries }: Shown, paint: Paint): string {
  const folder = (sources[0] ?? "").replace(/[^/]*$/, "");
  const rows = entries.flatMap(([key, told]) => rowsOf(`${spell(key)}:`, "", told));
  const lines = rows.map(({ text, at }) => [text, paint.dim(at === null ? "" : placeOf(at, folder))]);
  return `${paint.dim(`# Merged of ${sources.join(", ")}; no config to be pasted back.`)}\n${formatColumns(lines, paint)}`;
}

interface Row {
  readonly text: string;
  /** Null: of the line above. */
  readonly at: Position | null;
}

/** @param head what stands in front of it on its line: `key:` or `-` */
function rowsOf(head: string, indent: string, told: Told): Row[] {
  const row = (value: string): Row[] => [{ text: `${indent}${head} ${value}`, at: told.at }];
  switch (told.kind) {
    case "scalar":
      return row(told.spelling ?? spell(told.scalar));
    case "hidden":
      return row("[hidden]");
    case "list":
      if (told.items.length === 0) return row("[]");
      return [
        { text: `${indent}${head}`, at: told.at },
        ...told.items.flatMap((item) => rowsOfItem(`${indent}  `, item)),
      ];
    case "mapping":
      if (told.entries.length === 0) return row("{}");
      return [
        { text: `${indent}${head}`, at: told.at },
        ...told.entries.flatMap(([key, each]) => rowsOf(`${spell(key)}:`, `${indent}  `, each)),
      ];
  }
}

/** The first key of an entry stands behind its dash. */
function rowsOfItem(indent: string, item: Told): Row[] {
  if (item.kind !== "mapping" || item.entries.length === 0) return rowsOf("-", indent, item);
  const [first, ...others] = item.entries.flatMap(([key, each]) => rowsOf(`${spell(key)}:`, `${indent}  `, each));
  return first === undefined
    ? []
    : [{ ...first, text: `${indent}- ${first.text.slice(indent.length + 2)}` }, ...others];
}

/** What YAML reads as a text without quotes. */
const PLAIN = /^[\w./][\w./@%+-]*(?: [\w./@%+-]+)*$/;
/** What it reads as something else, or some programs do. */
const OTHER = /^(?:true|false|null|yes|no|on|off|[\d.+-]*(?:e[\d.+-]*)?|0[xo][\da-f]*|[.](?:inf|nan))$/i;

function spell(scalar: string | number | boolean | null): string {
  if (typeof scalar !== "string") return String(scalar ?? "");
  return PLAIN.test(scalar) && !OTHER.test(scalar) ? scalar : JSON.stringify(scalar);
}

function placeOf({ file, line }: Position, folder: string): string {
  const shown = file.startsWith(folder) ? file.slice(folder.length) : file;
  return `${shown}:${line ?? 1}`;
}

/** `origins` and `hidden` by path: `apps.db.memory.min`, `files[0].path`. */
export function describeTold({ sources, entries }: Shown): object {
  const places = entries.flatMap(([key, told]) => placesOf(key, told));
  return {
    schema: 1,
    sources,
    config: Object.fromEntries(entries.map(([key, told]) => [key, dataOf(told)])),
    origins: Object.fromEntries(places.map(({ path, told }) => [path, told.at])),
    hidden: places.filter(({ told }) => told.kind === "hidden").map(({ path }) => path),
  };
}

function dataOf(told: Told): unknown {
  switch (told.kind) {
    case "scalar":
      return told.scalar;
    case "hidden":
      return null;
    case "list":
      return told.items.map(dataOf);
    case "mapping":
      return Object.fromEntries(told.entries.map(([key, each]) => [key, dataOf(each)]));
  }
}

interface Placed {
  readonly path: string;
  readonly told: Told;
}

function placesOf(path: string, told: Told): Placed[] {
  const own = { path, told };
  switch (told.kind) {
    case "scalar":
    case "hidden":
      return [own];
    case "list":
      return [own, ...told.items.flatMap((item, index) => placesOf(`${path}[${index}]`, item))];
    case "mapping":
      return [own, ...told.entries.flatMap(([key, each]) => placesOf(`${path}.${key}`, each))];
  }
}
