// `seal` for people and for programs: what is wrong by kind, where, and what to do about it. Pure.

import type { Allowed } from "../../seal/allow.ts";
import type { Action, Finding, Place } from "../../seal/finding.ts";
import { formatColumns, formatParagraph } from "../columns.ts";
import { formatCount, type Paint } from "../text.ts";

export interface Sealed extends Allowed {
  readonly root: string;
  readonly actions: readonly Action[];
}

export function sealDocument({ root, findings, allowed, actions }: Sealed): unknown {
  const isSealed = !findings.some(({ severity }) => severity === "fail");
  return { schema: 1, sealed: isSealed, root, findings, allowed, actions };
}

/** Of one kind more than this are counted: a table is for acting on. */
const MOST_PLACES = 20;

export function formatSeal({ findings, allowed, actions }: Sealed, paint: Paint): string {
  const groups = [...Map.groupBy(findings, ({ kind, severity, fix }) => `${severity} ${kind} ${fix}`).values()];
  const failing = groups.filter(([first]) => first?.severity === "fail");
  const warning = groups.filter(([first]) => first?.severity === "warn");
  return [
    ...[...Map.groupBy(actions, ({ did, why }) => `${did} ${why}`).values()].map((group) =>
      formatActions(group, paint),
    ),
    ...[...failing, ...warning].map((group) => formatGroup(group, paint)),
    formatVerdict(findings, allowed.length, paint),
  ].join("");
}

function formatActions(group: readonly Action[], paint: Paint): string {
  const [first] = group;
  if (first === undefined) return "";
  return `${paint.green(first.did)} ${first.why}\n${formatList(
    group.map(({ path }) => [path]),
    paint,
  )}`;
}

/** The first of many, and how many there are. */
function formatList(rows: readonly (readonly string[])[], paint: Paint): string {
  const more = rows.length > MOST_PLACES ? `    and ${rows.length - MOST_PLACES} more\n` : "";
  return `${formatColumns(rows.slice(0, MOST_PLACES), paint, "    ")}${more}`;
}

function formatGroup(group: readonly Finding[], paint: Paint): string {
  const [first] = group;
  if (first === undefined) return "";
  const mark = first.severity === "fail" ? paint.red("✗") : paint.yellow("!");
  const rows = group
    .filter(({ place }) => place !== undefined)
    .map(({ place, digest }) => [formatPlace(place!), digest === undefined ? "" : paint.dim(digest)]);
  const head = formatParagraph(`${mark} `, `${paint.bold(first.kind)}: ${first.what}. ${first.fix}`, paint);
  return `${head}${formatList(rows, paint)}`;
}

/** `/opt/app.tar.gz!etc/app.env:3`. */
function formatPlace({ file, line, member }: Place): string {
  return `${file}${member === undefined ? "" : `!${member}`}${line === undefined ? "" : `:${line}`}`;
}

function formatVerdict(findings: readonly Finding[], allowed: number, paint: Paint): string {
  const failures = findings.filter(({ severity }) => severity === "fail").length;
  const warnings = findings.length - failures;
  const told = [
    warnings === 0 ? "" : `, ${formatCount(warnings, "warning")}`,
    allowed === 0 ? "" : `, ${allowed} allowed by the config`,
  ].join("");
  if (failures === 0) return `${paint.green("sealed")}${told}\n`;
  return `${paint.red("not sealed")}: ${formatCount(failures, "finding")}${told}\n`;
}
