// argv → Invocation, or a refusal with every mistake in it. Pure.

import { parseDurationMs } from "../duration.ts";
import { adviseUnit, isUnitName } from "../names/unit-name.ts";
import { suggest } from "../nearest.ts";
import { Refusal, type Problem } from "../refusal.ts";
import { COMMANDS, GLOBAL_OPTIONS, type CommandName, type OptionName } from "./commands.ts";
import type { Command, GlobalOptions, Invocation, Part, Target } from "./invocation.ts";
import { parseAllTypes, parseTarget } from "./parse-target.ts";
import { sortWords, type Given } from "./sort-words.ts";

// Well below parbake.service's TimeoutStartSec, so that parbake says what it waited for before systemd kills it.
const DEFAULT_DEADLINE_MS = 60_000;
const LONGEST_DEADLINE_MS = 24 * 3_600_000;

/** @throws Refusal `usage` */
export function parseArguments(argv: readonly string[]): Invocation {
  const problems: Problem[] = [];
  const { words, given } = sortWords(argv, problems);
  const name = words[0];
  if (given.has("help")) return { command: { kind: "help", command: asCommand(name) ?? null }, options: DEFAULTS };
  if (given.has("version")) return { command: { kind: "version" }, options: DEFAULTS };
  if (name === undefined) throw new Refusal("usage", { what: "no command", fix: "Try `parbake --help`." });
  const commandName = asCommand(name);
  if (!commandName) {
    throw new Refusal("usage", {
      what: `'${name.slice(0, 60)}' is not a command`,
      fix: name === "help" ? adviseHelp(words[1]) : suggest(name, Object.keys(COMMANDS)),
    });
  }
  checkWords(commandName, words, given, problems);
  const invocation = {
    command: buildCommand(commandName, words[1], given, problems),
    options: buildOptions(given, problems),
  };
  if (problems.length > 0) throw new Refusal("usage", problems);
  return invocation;
}

function adviseHelp(about: string | undefined): string {
  const command = asCommand(about);
  return command === undefined ? "`parbake --help` lists the commands." : `Write \`parbake ${command} --help\`.`;
}

const DEFAULTS: GlobalOptions = {
  configFile: "/etc/parbake/parbake.yaml",
  root: "/",
  deadlineMs: DEFAULT_DEADLINE_MS,
  json: false,
  logLevel: null,
  logFormat: null,
};

function asCommand(name: string | undefined): CommandName | undefined {
  return name !== undefined && Object.hasOwn(COMMANDS, name) ? (name as CommandName) : undefined;
}

function checkWords(command: CommandName, words: readonly string[], given: Given, problems: Problem[]): void {
  const rule = COMMANDS[command];
  const allowed: readonly OptionName[] = [...GLOBAL_OPTIONS, ...rule.options];
  for (const [name, values] of given) {
    if (!allowed.includes(name)) {
      problems.push({
        what: `${command} has no option --${name}`,
        fix: `\`parbake ${command} --help\` lists its options.`,
      });
    } else if (values.length > 1 && name !== "set") {
      problems.push({ what: `--${name} is given ${values.length} times`, fix: "Give it once." });
    }
  }
  for (const word of words.slice(rule.operand === null ? 1 : 2)) {
    problems.push({
      what: `${command} does not take '${word.slice(0, 60)}'`,
      fix: `Usage: parbake ${command} ${rule.operand === null ? "" : `${rule.operand} `}[options].`,
    });
  }
}

function buildCommand(name: CommandName, operand: string | undefined, given: Given, problems: Problem[]): Command {
  const target = parseTarget(given, problems);
  switch (name) {
    case "apply":
      return buildApply(target, given, problems);
    case "plan":
      if (given.has("check-access") && target.kind !== "here") problems.push(NO_ROLE);
      return { kind: "plan", target, ...planOptions(given), only: parsePart(given, problems) };
    case "check":
      return { kind: "check", target };
    case "facts":
      return { kind: "facts" };
    case "tune":
      return {
        kind: "tune",
        target: parseAllTypes(target, operand, given, problems),
        profile: operand ?? null,
        set: parseSet(operand, given, problems),
      };
    case "explain":
      return { kind: "explain", target, ...parseSubject(operand, problems) };
    case "status":
      return { kind: "status" };
    case "ready":
      return { kind: "ready", unit: parseUnit(operand, problems) };
  }
}

/** `db` or `db.shared_buffers`; the rest may have dots: sysctl's keys do. */
function parseSubject(operand: string | undefined, problems: Problem[]): { app: string; setting: string | null } {
  if (operand === undefined)
    problems.push({ what: "explain needs an app", fix: "Write parbake explain APP, or APP.SETTING." });
  const [app = "", ...rest] = (operand ?? "").split(".");
  return { app, setting: rest.length === 0 ? null : rest.join(".") };
}

/** It becomes a file's name. */
function parseUnit(operand: string | undefined, problems: Problem[]): string {
  if (operand === undefined) problems.push({ what: "ready needs a unit", fix: "Write parbake ready api.service." });
  else if (!isUnitName(operand))
    problems.push({ what: `'${operand.slice(0, 80)}' is no unit name`, fix: adviseUnit(operand) });
  return operand ?? "";
}

function buildApply(target: Target, given: Given, problems: Problem[]): Command {
  const only = parsePart(given, problems);
  const planFile = parsePlanFile(given, problems);
  if (given.has("dry-run")) {
    if (given.has("force"))
      problems.push({ what: "--force is not for a dry run", fix: "A dry run fetches no secret." });
    return { kind: "plan", target, ...planOptions(given), only };
  }
  for (const name of ["instance-type", "memory", "cpus", "diff", "detailed-exitcode"] as const) {
    if (!given.has(name)) continue;
    const fix = "Add --dry-run: apply itself only ever tunes the machine that it runs on.";
    problems.push({ what: `--${name} is for a dry run`, fix });
  }
  return { kind: "apply", only, planFile, force: given.has("force") };
}

function parsePart(given: Given, problems: Problem[]): Part | null {
  return oneOf<Part>("only", ["files", "secrets", "tuning"], given, problems);
}

// All that decides what is done was decided when the plan was made.
function parsePlanFile(given: Given, problems: Problem[]): string | null {
  const file = given.get("plan")?.[0] ?? null;
  const others = (["only", "dry-run", "instance-type", "memory", "cpus"] as const).filter((name) => given.has(name));
  if (file !== null && others.length > 0) {
    const what = `--plan goes with none of ${others.map((name) => `--${name}`).join(", ")}`;
    problems.push({ what, fix: "Give them to `parbake plan`, when the plan is made." });
  }
  return file;
}

const NO_ROLE: Problem = {
  what: "--check-access is for the machine that it runs on, whose role AWS is asked with",
  fix: "Leave --instance-type, --memory and --cpus out.",
};

function planOptions(given: Given): { diff: boolean; detailedExitcode: boolean; checkAccess: boolean } {
  return {
    diff: given.has("diff"),
    detailedExitcode: given.has("detailed-exitcode"),
    checkAccess: given.has("check-access"),
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

function buildOptions(given: Given, problems: Problem[]): GlobalOptions {
  const root = given.get("root")?.[0] ?? DEFAULTS.root;
  return {
    root,
    configFile: given.get("config")?.[0] ?? `${root.replace(/\/+$/, "")}${DEFAULTS.configFile}`,
    deadlineMs: parseDuration(given.get("deadline")?.[0], problems),
    json: given.has("json"),
    logLevel: oneOf("log-level", ["error", "warn", "info", "debug"] as const, given, problems),
    logFormat: oneOf("log-format", ["text", "json", "journal"] as const, given, problems),
  };
}

function parseDuration(text: string | undefined, problems: Problem[]): number {
  if (text === undefined) return DEFAULT_DEADLINE_MS;
  const durationMs = parseDurationMs(text) ?? NaN;
  if (durationMs > 0 && durationMs <= LONGEST_DEADLINE_MS) return durationMs;
  problems.push({
    what: `--deadline ${text.slice(0, 40)} is no duration`,
    fix: "Write a number and a unit, up to 24h: 500ms, 90s, 5m.",
  });
  return DEFAULT_DEADLINE_MS;
}

function oneOf<Choice extends string>(
  name: OptionName,
  choices: readonly Choice[],
  given: Given,
  problems: Problem[],
): Choice | null {
  const value = given.get(name)?.[0];
  if (value === undefined) return null;
  const choice = choices.find((known) => known === value);
  if (choice === undefined)
    problems.push({ what: `--${name} ${value.slice(0, 40)} is not known`, fix: suggest(value, choices) });
  return choice ?? null;
}
