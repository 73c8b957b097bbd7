// A plan for people and for programs: what would be on the machine, and what differs from what is there. Pure.

import type { Change, FileChange } from "../apply/inspect.ts";
import type { SavedChange } from "../apply/saved-plan.ts";
import { countChanges } from "../apply/unified-diff.ts";
import type { Config } from "../config/config.ts";
import type { FileStep, Plan, SecretStep } from "../plan/plan.ts";
import { secretLabel } from "../plan/secret-label.ts";
import { eachOnce, formatProblem } from "../refusal.ts";
import { warnBelowUseful } from "./warn-below-useful.ts";
import { formatDifferences, tunedMachine } from "./print-differences.ts";
import { formatCounts, formatDiff } from "./print-diff.ts";
import { formatDivision } from "./print-tuning.ts";
import { formatColumns, type Paint } from "./text.ts";

export interface InspectedPlan {
  readonly plan: Plan;
  readonly changes: readonly Change[];
  /** Facts that templates print and that no machine has said: known only on an instance. */
  readonly standIns: readonly string[];
}

/**
 * The JSON of `plan`: one entry for each machine. What `apply --plan` performs.
 * @param saved what stands at the place of each change, for each of the plans
 */
export function planDocument(
  inspected: readonly InspectedPlan[],
  saved: readonly (readonly SavedChange[])[],
  { metrics, aws }: Pick<Config, "metrics" | "aws">,
): object {
  const plans = inspected.map(({ plan, changes, standIns }, index) => ({
    ...plan,
    standIns,
    changes: changes.map((change, place) => changeDocument(change, saved[index]![place]!)),
  }));
  return { schema: 1, metrics, aws, plans };
}

function changeDocument(change: Change, { seen }: SavedChange): unknown {
  const { kind, path, problem } = change;
  const drift = kind === "file" ? change.drift : null;
  const note = kind === "removal" ? change.note : null;
  return {
    kind,
    path,
    change: change.change,
    problem: problem && formatProblem(problem),
    drift,
    note: note && formatProblem(note),
    lines: kind === "file" && hasTexts(change) ? countChanges(change.currentText, change.newText ?? "") : null,
    seen,
  };
}

/** @param withDiff show each file's difference, whole where it is new */
export function formatPlan({ plan, changes, standIns }: InspectedPlan, withDiff: boolean, paint: Paint): string {
  return [
    formatDivision([tunedMachine(plan)], paint),
    formatSecrets(plan, changes, paint),
    formatFiles(changes, paint),
    withDiff ? changes.map((change) => formatChangeDiff(change, paint)).join("") : "",
    formatWarnings([plan], standIns, paint),
    `${summarize(changes, plan)}\n`,
  ]
    .filter((section) => section !== "")
    .join("\n");
}

/** Several instance types side by side: the image is the same, so only what differs needs a row. */
export function formatPlans(inspected: readonly InspectedPlan[], withDiff: boolean, paint: Paint): string {
  const plans = inspected.map(({ plan }) => plan);
  const standIns = [...new Set(inspected.flatMap((each) => each.standIns))];
  const sections = [
    formatDifferences(plans, withDiff, paint),
    formatSecrets(plans[0]!, [], paint),
    formatFormats(plans[0]!, paint),
    formatWarnings(plans, standIns, paint),
  ];
  return sections.filter((section) => section !== "").join("\n");
}

function formatSecrets({ steps }: Plan, changes: readonly Change[], paint: Paint): string {
  const secrets = steps.filter((step) => step.kind === "secret");
  if (secrets.length === 0) return "";
  const states = new Map(changes.map(({ path, change }) => [path, change]));
  return `${paint.bold("secrets")}\n${formatColumns(
    secrets.flatMap((step) => secretRows(step, states)),
    "  ",
  )}`;
}

// What a secret is now, only apply can tell: the plan asks nobody for it.
function secretRows(step: SecretStep, states: ReadonlyMap<string, Change["change"]>): string[][] {
  return step.keys.map((key) => [
    `${secretLabel(step)}#${key.key}`,
    "→",
    key.path ?? "templates only",
    key.path ? describeOwner(key) : "",
    states.get(key.path ?? "") ?? "",
  ]);
}

/** Of one machine stands for all: the names that tell it are the image's. */
function formatFormats({ steps }: Plan, paint: Paint): string {
  const files = steps.filter((step) => step.kind === "file");
  if (files.length === 0) return "";
  const rows = files.map((step) => [step.path, paint.dim(describeFormat(step))]);
  return `${paint.bold("formats")}\n${formatColumns(rows, "  ")}`;
}

function describeFormat({ format, formatReason }: FileStep): string {
  return `${format}: ${formatReason}`;
}

const MARKS: Readonly<Record<Change["change"], string>> = {
  create: "+",
  update: "~",
  attributes: "m",
  remove: "-",
  kept: "k",
  unchanged: "=",
  present: "=",
  unknown: "?",
};

function formatFiles(changes: readonly Change[], paint: Paint): string {
  const files = changes.filter((change) => change.kind !== "secret");
  if (files.length === 0) return "";
  const rows = files.map((change) => (change.kind === "file" ? fileRow(change, paint) : otherRow(change, paint)));
  const notes = [...new Set(changes.flatMap(notesOf))].map((note) => `  ${paint.yellow("!")} ${note}\n`);
  return `${paint.bold("files")}\n${formatColumns(rows, "  ")}${notes.join("")}`;
}

function notesOf(change: Change): string[] {
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
  if (drift !== null && change === "kept") return [`${path} was edited by hand (${drift.since}), and is left so`];
  if (drift !== null) return [`${path} was edited by hand (${drift.since}): the edit would be overwritten`];
  return adopted && change !== "unchanged" ? [`${path} is not parbake's yet: what is there would be replaced`] : [];
}

function fileRow(file: FileChange, paint: Paint): string[] {
  return [
    paintMark(file.change, paint),
    nameChange(file),
    file.path,
    describeChange(file),
    hasTexts(file) ? formatCounts(file.currentText, file.newText ?? "", paint) : "",
    paint.dim(describeFormat(file.step)),
    paint.dim(file.step.onChange.map(({ action, unit }) => `${action} ${unit}`).join(", ")),
  ];
}

function otherRow(change: Exclude<Change, FileChange>, paint: Paint): string[] {
  const path = change.kind === "folder" ? `${change.path}/` : change.path;
  const owner = change.kind === "folder" ? describeOwner(change.step) : "";
  return [paintMark(change.change, paint), change.change, path, owner];
}

function paintMark(change: Change["change"], paint: Paint): string {
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

// `attributes` is the word for programs: people are told which.
function nameChange({ change, currentAttributes: current, wantedAttributes: wanted }: FileChange): string {
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

function describeOwner({ owner, group, mode }: Pick<FileStep, "owner" | "group" | "mode">): string {
  return `${formatMode(mode)} ${group === null ? owner : `${owner}:${group}`}`;
}

function formatMode(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

/** Whether both sides of a difference are known: neither is a secret's, and what is there is text. */
function hasTexts({ change, currentText, newText }: FileChange): boolean {
  if (newText === null || change === "unchanged" || change === "attributes") return false;
  return change === "create" || currentText !== null;
}

function formatChangeDiff(change: Change, paint: Paint): string {
  if (change.kind !== "file" || !hasTexts(change)) return "";
  return formatDiff(change.currentText, change.newText ?? "", change.path, paint);
}

function formatWarnings(plans: readonly Plan[], standIns: readonly string[], paint: Paint): string {
  const warnings = [...plans.flatMap((plan) => plan.warnings), ...warnBelowUseful(plans.map(tunedMachine))];
  const lines = [
    ...eachOnce(warnings).map(formatProblem),
    ...(standIns.length > 0 ? [`known only on an instance, and shown as stand-ins: ${standIns.join(", ")}`] : []),
  ];
  if (lines.length === 0) return "";
  return `${paint.bold("warnings")}\n${lines.map((line) => `  ${paint.yellow("!")} ${line}\n`).join("")}`;
}

function summarize(changes: readonly Change[], { steps }: Plan): string {
  const counts = Object.keys(MARKS).map(
    (kind) => [kind, changes.filter(({ change }) => change === kind).length] as const,
  );
  const parts = counts.filter(([, count]) => count > 0).map(([kind, count]) => `${count} ${kind}`);
  const needs = steps.flatMap((step) => (step.kind === "secret" ? needOf(step, changes) : []));
  const [toFetch, toCheck] = ["fetch", "check"].map((need) => needs.filter((one) => one === need).length);
  const secrets = [
    toCheck === 0 || toFetch! > 0 ? `${toFetch} to fetch` : "",
    toCheck! > 0 ? `${toCheck} to check` : "",
  ];
  return `${parts.join(", ") || "nothing to write"}; ${secrets.filter((part) => part !== "").join(", ")}`;
}

/** `check`: apply asks which version is current, and fetches the secret only where it is another. */
function needOf(step: SecretStep, changes: readonly Change[]): "fetch" | "check" | "none" {
  const its = changes.filter((change) => isMadeOf(change, step)).map(({ change }) => change);
  if (its.some((change) => change === "create" || change === "update")) return "fetch";
  return its.every((change) => change === "unchanged" || change === "attributes") ? "none" : "check";
}

function isMadeOf(change: Change, secret: SecretStep): boolean {
  switch (change.kind) {
    case "secret":
      return change.step.name === secret.name;
    case "file":
      return change.step.content.some((part) => typeof part === "object" && part.reference.secret === secret.name);
    case "folder":
    case "removal":
      return false;
  }
}
