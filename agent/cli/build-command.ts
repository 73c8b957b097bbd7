// The command that the words and options of a command line ask for. Pure.

import type { Problem } from "../refusal.ts";
import { isMounted, refuseRoot, type Asked } from "./asked.ts";
import { buildApply, buildCheck, buildPlan } from "./build-apply.ts";
import { buildFleet } from "./build-fleet.ts";
import { buildTune } from "./build-tune.ts";
import type { CommandName } from "./commands.ts";
import type { Command, Shell } from "./invocation.ts";
import { parseMachineChoice } from "./parse-machine-choice.ts";
import { parseHeldUnits, parseUnit } from "./parse-units.ts";
import type { Given } from "./sort-words.ts";

type BuiltName = Exclude<CommandName, "help" | "version">;

export function buildCommand(name: BuiltName, operands: readonly string[], given: Given, problems: Problem[]): Command {
  return BUILDERS[name]({ operands, machine: parseMachineChoice(given, problems), given, problems });
}

const BUILDERS: Readonly<Record<BuiltName, (asked: Asked) => Command>> = {
  apply: buildApply,
  plan: buildPlan,
  check: buildCheck,
  facts: () => ({ kind: "facts" }),
  tune: buildTune,
  page: ({ machine, given, problems }) => {
    if (given.has("json")) problems.push(NO_JSON);
    return { kind: "page", machine };
  },
  explain: ({ operands: [subject], machine, problems }) => ({
    kind: "explain",
    machine,
    ...parseSubject(subject, problems),
  }),
  "explain-error": ({ operands: [asked = ""], problems }) => {
    if (asked.trim() === "") problems.push(NO_ERROR);
    return { kind: "explain-error", asked };
  },
  status: ({ given, problems }) => {
    if (given.has("wait") && isMounted(given)) problems.push(NO_WAIT);
    return { kind: "status", wait: given.has("wait") };
  },
  analyze: ({ given, problems }) => {
    if (given.has("svg") && given.has("json")) problems.push(ONE_FORM);
    return { kind: "analyze", boot: given.has("boot"), svg: given.has("svg") };
  },
  logs: ({ operands: [file = null], given, problems }) => {
    if (file === "-" && given.has("json")) problems.push(ONE_OUTPUT);
    return { kind: "logs", file };
  },
  ready: ({ operands: [unit], problems }) => ({ kind: "ready", unit: parseUnit(unit, problems) }),
  confirm: (asked) => {
    refuseRoot("confirm", asked);
    return { kind: "confirm" };
  },
  revert: (asked) => {
    refuseRoot("revert", asked);
    return { kind: "revert", runId: asked.given.get("run")?.[0] ?? null };
  },
  init: ({ given }) => ({ kind: "init", dryRun: given.has("dry-run") }),
  fleet: ({ given, problems }) => buildFleet(given, problems),
  templates: ({ operands: [name = null] }) => ({ kind: "templates", name }),
  profiles: () => ({ kind: "profiles" }),
  config: ({ operands: [part], problems }) => {
    if (part !== "show") problems.push(NO_SHOW);
    return { kind: "config" };
  },
  fmt: ({ operands: files, given }) => ({ kind: "fmt", files, check: given.has("check"), diff: given.has("diff") }),
  completion: ({ operands: [shell], given, problems }) => {
    if (given.has("json")) problems.push(NO_JSON_SCRIPT);
    return { kind: "completion", shell: parseShell(shell, problems) };
  },
  schema: () => ({ kind: "schema" }),
  install: ({ given, problems }) => ({
    kind: "install",
    units: parseHeldUnits(given, problems),
    refresh: given.has("refresh"),
    binary: given.get("binary")?.[0] ?? null,
    dryRun: given.has("dry-run"),
  }),
  uninstall: ({ given }) => ({
    kind: "uninstall",
    purge: given.has("purge"),
    rendered: given.has("rendered"),
    dryRun: given.has("dry-run"),
  }),
  seal: ({ given }) => ({
    kind: "seal",
    clean: given.has("clean"),
    sarifFile: given.get("sarif")?.[0] ?? null,
    baseImage: given.get("base-image")?.[0] ?? null,
    family: given.get("family")?.[0] ?? null,
    sourceCommit: given.get("source-commit")?.[0] ?? null,
  }),
};

/** `db` or `db.shared_buffers`; the rest may have dots: sysctl's keys do. */
function parseSubject(operand: string | undefined, problems: Problem[]): { app: string; setting: string | null } {
  if (operand === undefined)
    problems.push({ what: "explain needs an app", fix: "Write parbake explain APP, or APP.SETTING." });
  const [app = "", ...rest] = (operand ?? "").split(".");
  return { app, setting: rest.length === 0 ? null : rest.join(".") };
}

function parseShell(operand: string | undefined, problems: Problem[]): Shell {
  const shell = SHELLS.find((each) => each === operand);
  if (shell !== undefined) return shell;
  const what =
    operand === undefined ? "completion needs a shell" : `completion knows no shell '${operand.slice(0, 60)}'`;
  problems.push({ what, fix: "Write parbake completion bash, zsh or fish." });
  return SHELLS[0];
}

const SHELLS = ["bash", "zsh", "fish"] as const;

const NO_SHOW: Problem = { what: "config does not say what of it", fix: "Write parbake config show." };
const NO_JSON: Problem = { what: "page --json: the page is HTML", fix: "`parbake tune --json` has its numbers." };
const NO_JSON_SCRIPT: Problem = { what: "completion --json: a shell reads the script", fix: "Leave --json out." };
const NO_WAIT: Problem = { what: "--wait cannot be combined with --root", fix: "Leave one out: no image boots there." };
const NO_ERROR: Problem = {
  what: "explain-error needs an error",
  fix: "Write parbake explain-error 69, or a line of parbake's in quotes: parbake explain-error 'parbake: …'.",
};
const ONE_FORM: Problem = { what: "--svg cannot be combined with --json", fix: "Give one of them." };
const ONE_OUTPUT: Problem = { what: "logs - writes the archive to stdout, where --json prints", fix: "Name a file." };
