// argv → Invocation, or a refusal with every mistake in it. Pure.

import { parseDurationMs } from "../duration.ts";
import { CONFIG_FILE } from "../names/own-places.ts";
import { nearest, suggest } from "../nearest.ts";
import { Refusal, type Problem } from "../refusal.ts";
import { PROFILES } from "../tuning/profiles.ts";
import { findProfile, unknownProfile } from "../tuning/resolve-app.ts";
import { buildCommand } from "./build-command.ts";
import { COMMANDS, EXIT_STATUS_TOPIC, type CommandName, type CommandRule } from "./commands.ts";
import type { Command, GlobalOptions, HelpTopic, Invocation } from "./invocation.ts";
import { oneOf } from "./one-of.ts";
import { GLOBAL_OPTIONS, REPEATABLE, type OptionName } from "./options.ts";
import { sortWords, type Given } from "./sort-words.ts";

// Well below parbake.service's TimeoutStartSec, so that parbake says what it waited for before systemd kills it.
const DEFAULT_DEADLINE_MS = 60_000;
const LONGEST_DEADLINE_MS = 24 * 3_600_000;

/** @throws Refusal `usage` */
export function parseArguments(argv: readonly string[]): Invocation {
  const problems: Problem[] = [];
  const { words, given } = sortWords(argv, problems);
  const name = words[0];
  // A command that is not there is told as such only to whoever wants to run it.
  if (given.has("help")) return withDefaults({ kind: "help", topic: parseTopic(asCommand(name) ? words : []) }, given);
  if (given.has("version")) return withDefaults({ kind: "version" }, given);
  if (name === undefined) throw new Refusal("usage", { what: "no command", fix: "Try `parbake help`." });
  const commandName = asCommand(name);
  if (!commandName) throw new Refusal("usage", unknownCommand(name));
  checkWords(commandName, words, given, problems);
  const command =
    commandName === "help"
      ? ({ kind: "help", topic: parseTopic(words.slice(1)) } as const)
      : commandName === "version"
        ? ({ kind: "version" } as const)
        : buildCommand(commandName, words.slice(1), given, problems);
  const invocation = { command, options: buildOptions(commandName, given, problems) };
  if (problems.length > 0) throw new Refusal("usage", problems);
  return invocation;
}

function withDefaults(command: Command, given: Given): Invocation {
  return { command, options: { ...DEFAULTS, pager: !given.has("no-pager") } };
}

/** @throws Refusal where there is no such command or profile */
function parseTopic([name, operand]: readonly string[]): HelpTopic {
  if (name === undefined) return { kind: "overview" };
  if (name === EXIT_STATUS_TOPIC) return { kind: "exit-status" };
  const command = asCommand(name);
  if (command === undefined && findProfile(name)) return { kind: "profile", name };
  if (command === undefined) throw new Refusal("usage", unknownTopic(name));
  if (command !== "tune" || operand === undefined) return { kind: "command", name: command };
  if (!findProfile(operand)) throw new Refusal("usage", unknownProfile(operand));
  return { kind: "profile", name: operand };
}

function unknownTopic(name: string): Problem {
  const known = [...Object.keys(COMMANDS), EXIT_STATUS_TOPIC, ...PROFILES.keys()];
  return {
    what: `'${name.slice(0, 60)}' is neither a command nor a profile`,
    fix: meantBy(name, known) ?? "`parbake help` lists the commands, `parbake profiles` the profiles.",
  };
}

function unknownCommand(name: string): Problem {
  const about = findProfile(name) ? `It is a profile: \`parbake tune ${name}\`.` : null;
  const fix = about ?? meantBy(name, Object.keys(COMMANDS)) ?? "`parbake help` lists the commands.";
  return { what: `'${name.slice(0, 60)}' is not a command`, fix };
}

/** Null where nothing is near: a list of all is longer than what was asked. */
function meantBy(name: string, known: readonly string[]): string | null {
  return nearest(name.slice(0, 60), known) === null ? null : suggest(name.slice(0, 60), known);
}

const DEFAULTS: GlobalOptions = {
  configFile: CONFIG_FILE,
  root: "/",
  deadlineMs: DEFAULT_DEADLINE_MS,
  json: false,
  pager: true,
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
    } else if (values.length > 1 && !REPEATABLE.includes(name)) {
      problems.push({ what: `--${name} is given ${values.length} times`, fix: "Give it once." });
    }
  }
  for (const word of words.slice(1 + countOperands(rule))) {
    problems.push({
      what: `${command} does not take '${word.slice(0, 60)}'`,
      fix: `Usage: parbake ${command} ${rule.operand === null ? "" : `${rule.operand} `}[options].`,
    });
  }
}

function countOperands({ operand }: CommandRule): number {
  if (operand?.includes("…")) return Infinity;
  return operand === null ? 0 : operand.split(" ").length;
}

function buildOptions(command: CommandName, given: Given, problems: Problem[]): GlobalOptions {
  const root = given.get("root")?.[0] ?? DEFAULTS.root;
  return {
    root,
    configFile: given.get("config")?.[0] ?? `${root.replace(/\/+$/, "")}${DEFAULTS.configFile}`,
    deadlineMs: parseDeadline(given.get("deadline")?.[0], problems) ?? deadlineOf(COMMANDS[command]),
    json: given.has("json"),
    pager: !given.has("no-pager"),
    logLevel: oneOf("log-level", given, problems),
    logFormat: oneOf("log-format", given, problems),
  };
}

function deadlineOf({ deadlineMs = DEFAULT_DEADLINE_MS }: CommandRule): number {
  return deadlineMs;
}

/** Null: not given, or no duration, which becomes a problem. */
function parseDeadline(text: string | undefined, problems: Problem[]): number | null {
  if (text === undefined) return null;
  const durationMs = parseDurationMs(text) ?? NaN;
  if (durationMs > 0 && durationMs <= LONGEST_DEADLINE_MS) return durationMs;
  problems.push({
    what: `--deadline ${text.slice(0, 40)} is not a duration`,
    fix: "Write a number and a unit, up to 24h: 500ms, 90s, 5m.",
  });
  return null;
}
