// argv → Invocation, or a refusal with every mistake in it. Pure.

import { parseDurationMs } from "../duration.ts";
import { suggest } from "../nearest.ts";
import { Refusal, type Problem } from "../refusal.ts";
import { buildCommand } from "./build-command.ts";
import { COMMANDS, type CommandName, type CommandRule } from "./commands.ts";
import type { GlobalOptions, Invocation } from "./invocation.ts";
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
    options: buildOptions(commandName, given, problems),
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
    } else if (values.length > 1 && !REPEATABLE.includes(name)) {
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

function buildOptions(command: CommandName, given: Given, problems: Problem[]): GlobalOptions {
  const root = given.get("root")?.[0] ?? DEFAULTS.root;
  return {
    root,
    configFile: given.get("config")?.[0] ?? `${root.replace(/\/+$/, "")}${DEFAULTS.configFile}`,
    deadlineMs: parseDeadline(given.get("deadline")?.[0], problems) ?? deadlineOf(COMMANDS[command]),
    json: given.has("json"),
    logLevel: oneOf("log-level", ["error", "warn", "info", "debug"] as const, given, problems),
    logFormat: oneOf("log-format", ["text", "json", "journal"] as const, given, problems),
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
