// The command that the words and options of a command line ask for. Pure.

import { parseDurationMs } from "../duration.ts";
import type { Problem } from "../refusal.ts";
import { buildFleet } from "./build-fleet.ts";
import type { CommandName } from "./commands.ts";
import type { Command, MachineChoice, Part, Shell, ValidatorOptions } from "./invocation.ts";
import { oneOf } from "./one-of.ts";
import { parseAllTypes, parseMachineChoice } from "./parse-machine-choice.ts";
import { parseHeldUnits, parseUnit } from "./parse-units.ts";
import type { Given } from "./sort-words.ts";

export function buildCommand(
  name: Exclude<CommandName, "help" | "version">,
  operands: readonly string[],
  given: Given,
  problems: Problem[],
): Command {
  const [operand] = operands;
  const machine = parseMachineChoice(given, problems);
  switch (name) {
    case "apply":
      return buildApply(machine, given, problems);
    case "plan":
      if (given.has("check-access") && machine.kind !== "here") problems.push(NO_ROLE);
      return { kind: "plan", machine, ...planOptions(given), only: parsePart(given, problems) };
    case "check":
      return { kind: "check", machine, junit: parseJunit(given), bake: given.has("bake"), ...validatorOptions(given) };
    case "facts":
      return { kind: "facts" };
    case "tune":
      return {
        kind: "tune",
        machine: parseAllTypes(machine, operand, given, problems),
        profile: operand ?? null,
        set: parseSet(operand, given, problems),
        html: parseHtml(operand, given, problems),
      };
    case "page":
      if (given.has("json")) problems.push(NO_JSON);
      return { kind: "page", machine };
    case "explain":
      return { kind: "explain", machine, ...parseSubject(operand, problems) };
    case "explain-error":
      if ((operand ?? "").trim() === "") problems.push(NO_ERROR);
      return { kind: "explain-error", asked: operand ?? "" };
    case "status":
      if (given.has("wait") && isMounted(given)) problems.push(NO_WAIT);
      return { kind: "status", wait: given.has("wait") };
    case "analyze":
      if (given.has("svg") && given.has("json")) problems.push(ONE_FORM);
      return { kind: "analyze", boot: given.has("boot"), svg: given.has("svg") };
    case "logs":
      if (operand === "-" && given.has("json")) problems.push(ONE_OUTPUT);
      return { kind: "logs", file: operand ?? null };
    case "ready":
      return { kind: "ready", unit: parseUnit(operand, problems) };
    case "confirm":
      refuseRoot(name, given, problems);
      return { kind: "confirm" };
    case "revert":
      refuseRoot(name, given, problems);
      return { kind: "revert", runId: given.get("run")?.[0] ?? null };
    case "init":
      return { kind: "init", dryRun: given.has("dry-run") };
    case "fleet":
      return buildFleet(given, problems);
    case "templates":
      return { kind: "templates", name: operand ?? null };
    case "profiles":
      return { kind: "profiles" };
    case "config":
      if (operand !== "show") problems.push(NO_SHOW);
      return { kind: "config" };
    case "fmt":
      return { kind: "fmt", files: operands, check: given.has("check"), diff: given.has("diff") };
    case "completion":
      if (given.has("json")) problems.push(NO_JSON_SCRIPT);
      return { kind: "completion", shell: parseShell(operand, problems) };
    case "schema":
      return { kind: "schema" };
    case "install":
      return {
        kind: "install",
        units: parseHeldUnits(given, problems),
        refresh: given.has("refresh"),
        binary: given.get("binary")?.[0] ?? null,
        dryRun: given.has("dry-run"),
      };
    case "uninstall":
      return {
        kind: "uninstall",
        purge: given.has("purge"),
        rendered: given.has("rendered"),
        dryRun: given.has("dry-run"),
      };
    case "seal":
      return {
        kind: "seal",
        clean: given.has("clean"),
        sarifFile: given.get("sarif")?.[0] ?? null,
        baseImage: given.get("base-image")?.[0] ?? null,
        family: given.get("family")?.[0] ?? null,
        sourceCommit: given.get("source-commit")?.[0] ?? null,
      };
  }
}

/** `db` or `db.shared_buffers`; the rest may have dots: sysctl's keys do. */
function parseSubject(operand: string | undefined, problems: Problem[]): { app: string; setting: string | null } {
  if (operand === undefined)
    problems.push({ what: "explain needs an app", fix: "Write parbake explain APP, or APP.SETTING." });
  const [app = "", ...rest] = (operand ?? "").split(".");
  return { app, setting: rest.length === 0 ? null : rest.join(".") };
}

/** Checked, because the unit's name becomes the name of a file. */
function buildApply(machine: MachineChoice, given: Given, problems: Problem[]): Command {
  const only = parsePart(given, problems);
  const planFile = parsePlanFile(given, problems);
  if (given.has("dry-run")) {
    if (given.has("force"))
      problems.push({
        what: "--force cannot be combined with --dry-run",
        fix: "Leave it out: a dry run fetches no secret.",
      });
    for (const name of ["strict", "no-validators", "confirm"] as const)
      if (given.has(name))
        problems.push({ what: `--${name} cannot be combined with --dry-run`, fix: NO_DRY_RUN[name] });
    return { kind: "plan", machine, ...planOptions(given), only };
  }
  if (given.has("no-validators") && !isMounted(given)) problems.push(NEEDS_ROOT);
  for (const name of ["instance-type", "memory", "cpus", "diff", "all", "detailed-exitcode", "junit"] as const) {
    if (!given.has(name)) continue;
    const fix = "Add it: without it, apply tunes the machine that it runs on.";
    problems.push({ what: `--${name} needs --dry-run`, fix });
  }
  return {
    kind: "apply",
    only,
    planFile,
    force: given.has("force"),
    bake: given.has("bake"),
    confirmMs: parseConfirm(given, problems),
    ...validatorOptions(given),
  };
}

// Long enough to be typed, and no longer than anybody remembers it.
const CONFIRM_MS = { least: 10_000, most: 24 * 3_600_000 };

/** Null: not given, or a problem. */
function parseConfirm(given: Given, problems: Problem[]): number | null {
  const text = given.get("confirm")?.[0];
  if (text === undefined) return null;
  refuseRoot("apply --confirm", given, problems);
  if (given.has("bake"))
    problems.push({ what: "--confirm cannot be combined with --bake", fix: "Leave it out: nobody waits in a bake." });
  const durationMs = parseDurationMs(text) ?? NaN;
  if (durationMs >= CONFIRM_MS.least && durationMs <= CONFIRM_MS.most) return durationMs;
  problems.push({
    what: `--confirm ${text.slice(0, 40)} is not a duration of 10 s to 24 h`,
    fix: "Write a number and a unit: 90s, 5m.",
  });
  return null;
}

/** Of what is done to the running machine alone. */
function refuseRoot(what: string, given: Given, problems: Problem[]): void {
  if (!isMounted(given)) return;
  problems.push({ what: `${what} has no --root`, fix: "Leave it out: only a running machine is tried out." });
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

function parsePart(given: Given, problems: Problem[]): Part | null {
  return oneOf("only", given, problems);
}

// A saved plan has fixed all that these options decide.
function parsePlanFile(given: Given, problems: Problem[]): string | null {
  const file = given.get("plan")?.[0] ?? null;
  const others = (["only", "dry-run", "instance-type", "memory", "cpus"] as const).filter((name) => given.has(name));
  if (file !== null && others.length > 0) {
    const what = `--plan cannot be combined with ${others.map((name) => `--${name}`).join(", ")}`;
    problems.push({ what, fix: "Give them to `parbake plan`, when the plan is made." });
  }
  return file;
}

/** Whether it is about an image that is mounted somewhere. */
function isMounted(given: Given): boolean {
  return (given.get("root")?.[0] ?? "/") !== "/";
}

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

const VALIDATES_NOTHING = "A dry run runs no validator; `parbake check` does.";
const NO_DRY_RUN = {
  strict: VALIDATES_NOTHING,
  "no-validators": VALIDATES_NOTHING,
  confirm: "Leave it out: a dry run changes nothing.",
};

const NEEDS_ROOT: Problem = {
  what: "--no-validators needs --root",
  fix: "Leave it out: on the machine itself they keep bad files from taking effect.",
};

function validatorOptions(given: Given): ValidatorOptions {
  return { strict: given.has("strict"), validators: !given.has("no-validators") };
}

const NO_ROLE: Problem = {
  what: "--check-access asks AWS with the role of the machine that it runs on",
  fix: "Leave --instance-type, --memory and --cpus out.",
};

function parseJunit(given: Given): string | null {
  return given.get("junit")?.[0] ?? null;
}

/** A page is of an image, and compares as many types as an eye can. */
function parseHtml(profile: string | undefined, given: Given, problems: Problem[]): string | null {
  const file = given.get("html")?.[0] ?? null;
  if (file === null) return null;
  const others = (["all-types", "json"] as const).filter((name) => given.has(name)).map((name) => `--${name}`);
  for (const other of [...(profile === undefined ? [] : [`the profile ${profile.slice(0, 60)}`]), ...others])
    problems.push({
      what: `--html cannot be combined with ${other}`,
      fix: "Leave it out: the page is of an image, and shows all types and any profile.",
    });
  return file;
}

function planOptions(given: Given): Omit<Extract<Command, { kind: "plan" }>, "kind" | "machine" | "only"> {
  return {
    diff: given.has("diff"),
    all: given.has("all"),
    detailedExitcode: given.has("detailed-exitcode"),
    checkAccess: given.has("check-access"),
    junit: parseJunit(given),
    bake: given.has("bake"),
  };
}

function parseSet(profile: string | undefined, given: Given, problems: Problem[]): Readonly<Record<string, string>> {
  const pairs = given.get("set") ?? [];
  if (pairs.length > 0 && profile === undefined) {
    problems.push({
      what: "--set needs a profile",
      fix: "`parbake tune postgresql --set workload=oltp`; an image's options are in its config.",
    });
  }
  const entries = pairs.map((pair) => {
    const cut = pair.indexOf("=");
    if (cut < 1) problems.push({ what: `--set ${pair.slice(0, 60)} has no value`, fix: "Write --set NAME=VALUE." });
    return [pair.slice(0, cut), pair.slice(cut + 1)] as const;
  });
  return Object.fromEntries(entries);
}
