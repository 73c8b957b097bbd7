// The files of a plan for people: each one's change kind, and how it differs from the current file. Pure.

import type { PlannedChange, FileChange } from "../../inspect/planned-change.ts";
import type { FileStep, Step } from "../../plan/plan.ts";
import type { Wave } from "../../plan/waves.ts";
import { formatProblem } from "../../refusal.ts";
import { formatColumns } from "../columns.ts";
import { formatCount, type Paint } from "../text.ts";
import { formatCounts } from "./print-diff.ts";
import { formatNotes } from "./print-problems.ts";
import type { ComputeDiff } from "./unified-diff.ts";

export const MARKS: Readonly<Record<PlannedChange["change"], string>> = {
  create: "+",
  update: "~",
  attributes: "m",
  remove: "-",
  kept: "k",
  unchanged: "=",
  present: "=",
  unknown: "?",
};

/**
 * What changes, and how many files stay as they are.
 * @param waves empty: nothing is said of them @param all name those, too
 */
export function formatFiles(
  changes: readonly PlannedChange[],
  waves: ReadonlyMap<Step, Wave>,
  all: boolean,
  paint: Paint,
): string {
  const files = changes.filter((change) => change.kind !== "secret");
  if (files.length === 0) return "";
  const told = all ? files : files.filter(({ change }) => change !== "unchanged");
  const rows = told.map((change) =>
    change.kind === "file" ? fileRow(change, waves.get(change.step) ?? "", paint) : otherRow(change, paint),
  );
  const notes = formatNotes([...new Set(changes.flatMap(notesOf))], paint, "  ");
  const rest = files.length - told.length;
  const unchanged = rest === 0 ? [] : [[paintMark("unchanged", paint), "unchanged", formatCount(rest, "file")]];
  return `${paint.bold("files")}\n${formatColumns([...rows, ...unchanged], paint, "  ")}${notes}`;
}

function notesOf(change: PlannedChange): string[] {
  const problem = change.problem === null ? [] : [formatProblem(change.problem)];
  switch (change.kind) {
    case "removal":
      return change.note === null ? problem : [...problem, formatProblem(change.note)];
    case "file":
      return [...problem, ...describeHistory(change)];
    case "folder":
    case "secret":
      return problem;
  }
}

function describeHistory({ path, change, drift, adopted }: FileChange): string[] {
  if (drift !== null && change === "kept") return [`${path} was edited by hand (${drift.since}): apply keeps the edit`];
  if (drift !== null) return [`${path} was edited by hand (${drift.since}): apply would overwrite the edit`];
  return adopted && change !== "unchanged" ? [`${path} was not written by parbake: apply would replace it`] : [];
}

function fileRow(file: FileChange, wave: string, paint: Paint): string[] {
  return [
    paintMark(file.change, paint),
    nameChange(file),
    file.path,
    describeChange(file),
    hasTexts(file) ? formatCounts(file.currentText, file.newText ?? "", paint) : "",
    describeActions(file.step),
    paint.dim(describeFormat(file.step)),
    paint.dim(wave),
  ];
}

export function describeActions({ onChange }: FileStep): string {
  return onChange.map(({ action, unit }) => `${action} ${unit}`).join(", ");
}

function otherRow(change: Exclude<PlannedChange, FileChange>, paint: Paint): string[] {
  const path = change.kind === "folder" ? `${change.path}/` : change.path;
  const owner = change.kind === "folder" ? describeOwner(change.step) : "";
  return [paintMark(change.change, paint), change.change, path, owner];
}

function paintMark(change: PlannedChange["change"], paint: Paint): string {
  const mark = MARKS[change];
  switch (change) {
    case "create":
      return paint.green(mark);
    case "remove":
      return paint.red(mark);
    case "update":
    case "attributes":
    case "kept":
    case "unknown":
      return paint.yellow(mark);
    case "unchanged":
    case "present":
      return paint.dim(mark);
  }
}

// Programs get `attributes`; people get the names of those that differ.
function nameChange({ change, currentAttributes: current, targetAttributes: wanted }: FileChange): string {
  if (change !== "attributes" || !current || !wanted) return change;
  const isOwner = current.uid !== wanted.uid || current.gid !== wanted.gid;
  const names = [current.mode === wanted.mode ? "" : "mode", isOwner ? "owner" : ""];
  return `${names.filter((name) => name !== "").join(" and ")} only`;
}

function describeChange({ step, change, currentAttributes: current }: FileChange): string {
  if (change === "unchanged" || change === "create" || !current) return describeOwner(step);
  const mode = current.mode === step.mode ? "" : `${formatMode(current.mode)} → `;
  return `${mode}${describeOwner(step)}`;
}

export function describeOwner({ owner, group, mode }: Pick<FileStep, "owner" | "group" | "mode">): string {
  return `${formatMode(mode)} ${group === null ? owner : `${owner}:${group}`}`;
}

function formatMode(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

/** Whether both sides of a difference can be shown: neither holds a secret, and the current file is text. */
export function hasTexts({ change, currentText, newText }: FileChange): boolean {
  if (newText === null || change === "unchanged" || change === "attributes") return false;
  return change === "create" || currentText !== null;
}

export function formatChangeDiff(change: PlannedChange, formatDiff: ComputeDiff): string {
  if (change.kind !== "file" || !hasTexts(change)) return "";
  return formatDiff(change.currentText, change.newText ?? "", change.path);
}

export function describeFormat({ format, formatReason }: FileStep): string {
  return `${format}: ${formatReason}`;
}
