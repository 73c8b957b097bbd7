// A plan for people and for programs: what would be on the machine, and what differs from what is there. Pure.

import type { Change, FileChange } from "../apply/inspect.ts";
import { computeDiff } from "../apply/unified-diff.ts";
import type { FileStep, Plan, SecretStep } from "../plan/plan.ts";
import { formatProblem } from "../refusal.ts";
import { formatTuning, type TunedMachine } from "./print-tuning.ts";
import { formatColumns, type Paint } from "./text.ts";

export interface InspectedPlan {
  readonly plan: Plan;
  readonly changes: readonly Change[];
}

/** The JSON of `plan`: one entry for each machine. */
export function planDocument(inspected: readonly InspectedPlan[]): unknown {
  return {
    schema: 1,
    plans: inspected.map(({ plan, changes }) => ({ ...plan, changes: changes.map(changeDocument) })),
  };
}

function changeDocument({ path, change, problem }: Change): unknown {
  return { path, change, problem: problem && formatProblem(problem) };
}

/** @param withDiff show each file's difference, whole where it is new */
export function formatPlan({ plan, changes }: InspectedPlan, withDiff: boolean, paint: Paint): string {
  return [
    formatTuning([tunedMachine(plan)], paint),
    formatSecrets(plan, paint),
    formatFiles(changes, paint),
    withDiff ? changes.map((change) => formatChangeDiff(change, paint)).join("") : "",
    `${summarize(changes, plan)}\n`,
  ]
    .filter((section) => section !== "")
    .join("\n");
}

/** Several instance types side by side: the image is the same, so only what differs needs a column. */
export function formatPlans(inspected: readonly InspectedPlan[], withDiff: boolean, paint: Paint): string {
  const plans = inspected.map(({ plan }) => plan);
  const sections = [
    formatTuning(plans.map(tunedMachine), paint),
    formatSecrets(plans[0]!, paint),
    formatSpread(plans, paint),
  ];
  if (withDiff) sections.push(...plans.slice(1).map((plan) => formatDifference(plans[0]!, plan, paint)));
  return sections.filter((section) => section !== "").join("\n");
}

function tunedMachine({ facts, budget, apps }: Plan): TunedMachine {
  const type = facts.instanceType ?? "this machine";
  const { vcpus, memLimitBytes: memoryBytes } = facts;
  return { type, vcpus, memoryBytes, misfit: null, problems: [], tuning: { budget, apps } };
}

function formatSecrets({ steps }: Plan, paint: Paint): string {
  const secrets = steps.filter((step) => step.kind === "secret");
  if (secrets.length === 0) return "";
  return `${paint.bold("secrets")}\n${formatColumns(secrets.flatMap(secretRows), "  ")}`;
}

function secretRows({ id, keys }: SecretStep): string[][] {
  return keys.map((key) => [`${id}#${key.key}`, "→", key.path ?? "templates only", key.path ? describeOwner(key) : ""]);
}

const MARKS = { create: "+", update: "~", attributes: "m", unchanged: "=", present: "=", unknown: "?" } as const;

function formatFiles(changes: readonly Change[], paint: Paint): string {
  const files = changes.filter((change) => change.kind === "file");
  if (files.length === 0) return "";
  const rows = files.map((file) => [
    paintMark(file, paint),
    file.path,
    file.change,
    describeOwner(file.step),
    paint.dim(file.step.onChange.map(({ action, unit }) => `${action} ${unit}`).join(", ")),
  ]);
  const problems = changes.filter(({ problem }) => problem !== null);
  const notes = problems.map(({ problem }) => `  ${paint.yellow("!")} ${formatProblem(problem!)}\n`).join("");
  return `${paint.bold("files")}\n${formatColumns(rows, "  ")}${notes}`;
}

function paintMark({ change }: FileChange, paint: Paint): string {
  const mark = MARKS[change];
  switch (change) {
    case "create":
      return paint.green(mark);
    case "update":
    case "attributes":
    case "unknown":
      return paint.yellow(mark);
    case "unchanged":
    case "present":
      return paint.dim(mark);
  }
}

function describeOwner({ owner, group, mode }: Pick<FileStep, "owner" | "group" | "mode">): string {
  return `${mode.toString(8).padStart(4, "0")} ${group === null ? owner : `${owner}:${group}`}`;
}

function formatChangeDiff(change: Change, paint: Paint): string {
  if (change.kind === "secret" || change.newText === null || change.change === "unchanged") return "";
  return paintDiff(computeDiff(change.currentText, change.newText, change.path), paint);
}

function paintDiff(diff: string, paint: Paint): string {
  const lines = diff.split("\n").map((line) => {
    if (line.startsWith("+++") || line.startsWith("---")) return paint.bold(line);
    if (line.startsWith("+")) return paint.green(line);
    if (line.startsWith("-")) return paint.red(line);
    return line.startsWith("@@") ? paint.dim(line) : line;
  });
  return lines.join("\n");
}

function summarize(changes: readonly Change[], { steps }: Plan): string {
  const counts = Object.keys(MARKS).map(
    (kind) => [kind, changes.filter(({ change }) => change === kind).length] as const,
  );
  const parts = counts.filter(([, count]) => count > 0).map(([kind, count]) => `${count} ${kind}`);
  const secrets = steps.filter(({ kind }) => kind === "secret").length;
  return `${parts.join(", ") || "nothing to write"}; ${secrets} to fetch`;
}

function formatSpread(plans: readonly Plan[], paint: Paint): string {
  const files = filesOf(plans[0]!);
  if (files.length === 0) return "";
  const rows = files.map(({ path }) => {
    const texts = new Set(plans.map((plan) => contentOf(plan, path)));
    return [path, texts.size === 1 ? paint.dim("the same on all") : paint.yellow("differs")];
  });
  return `${paint.bold("files")}, rendered for each\n${formatColumns(rows, "  ")}`;
}

function formatDifference(from: Plan, to: Plan, paint: Paint): string {
  const heading = paint.bold(`${from.facts.instanceType} → ${to.facts.instanceType}`);
  const diffs = filesOf(from).map(({ path }) => computeDiff(contentOf(from, path), contentOf(to, path), path));
  return `${heading}\n${diffs.map((diff) => paintDiff(diff, paint)).join("")}`;
}

function filesOf({ steps }: Plan): FileStep[] {
  return steps.filter((step) => step.kind === "file");
}

// A secret's place is shown, its value is not known here.
function contentOf(plan: Plan, path: string): string {
  const step = filesOf(plan).find((file) => file.path === path);
  const parts = step?.content.map((part) =>
    typeof part === "string" ? part : `[secret ${part.reference.secret}.${part.reference.key}]`,
  );
  return parts?.join("") ?? "";
}
