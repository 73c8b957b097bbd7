// The help texts, made from the tables of commands, options and profiles. One screen each. Pure.

import { formatBytes } from "../size.ts";
import type { OptionRule, Profile } from "../tuning/profile/profile.ts";
import { PROFILES } from "../tuning/profiles.ts";
import { formatColumns, formatParagraph } from "./columns.ts";
import {
  COMMANDS,
  EXIT_MEANINGS,
  EXIT_STATUS_TOPIC,
  optionOf,
  type CommandName,
  type CommandRule,
} from "./commands.ts";
import type { HelpTopic } from "./invocation.ts";
import { GLOBAL_OPTIONS, OPTIONS, SHORT_OPTIONS, type OptionName } from "./options.ts";
import { FILTERS } from "./parse-machine-choice.ts";
import type { Paint } from "./text.ts";

/** Each command is in one of them. */
export const GROUPS: readonly (readonly [title: string, commands: readonly CommandName[]])[] = [
  ["Day to day", ["plan", "apply", "status", "confirm", "revert"]],
  ["Bake an image", ["init", "check", "install", "seal", "uninstall"]],
  ["Look at machines", ["facts", "tune", "page", "explain", "profiles", "templates", "fleet"]],
  ["Write the config", ["fmt", "config", "schema"]],
  ["When something is wrong", ["explain-error", "ready", "analyze", "logs"]],
  ["About parbake", ["help", "completion", "version"]],
];

export function formatHelp(topic: HelpTopic, paint: Paint): string {
  switch (topic.kind) {
    case "overview":
      return formatOverview(paint);
    case "exit-status":
      return section("Exit status", EXIT_MEANINGS.map(statusRow), paint);
    case "command":
      return formatCommand(topic.name, COMMANDS[topic.name], paint);
    case "profile":
      return formatProfile(PROFILES.get(topic.name)!, paint);
  }
}

function formatOverview(paint: Paint): string {
  return [
    "parbake: the last 5 % of a baked machine image, at boot\n",
    "Usage: parbake COMMAND [options]\n",
    ...GROUPS.map(([title, names]) => section(title, names.map(commandRow), paint)),
    section("Options of every command", globalRows(), paint),
    section("Three ways in", USES, paint),
    formatParagraph("", paint.dim(MORE), paint),
  ].join("\n");
}

const MORE = `More: parbake help COMMAND, parbake help PROFILE, parbake help ${EXIT_STATUS_TOPIC}`;

const USES = [
  ["at boot", "parbake apply, by parbake.service"],
  ["by hand", "parbake plan --diff && parbake apply"],
  ["in a bake", "parbake check --strict && parbake seal --clean"],
] as const;

function formatCommand(name: CommandName, rule: CommandRule, paint: Paint): string {
  const { about, operand, options, example, note } = rule;
  const own = options.map((option) => optionRow(option, rule));
  return [
    formatParagraph("", `parbake ${name}: ${about}`, paint),
    `Usage: parbake ${name} ${operand === null ? "" : `${operand} `}[options]\n`,
    ...(own.length > 0 ? [section("Options", own, paint)] : []),
    ...(name === "tune" ? [PROFILES_HINT] : []),
    ...(note === undefined ? [] : [formatParagraph("", note, paint)]),
    section("Options of every command", globalRows(), paint),
    formatExample(example, paint),
  ].join("\n");
}

const PROFILES_HINT = "parbake profiles lists the profiles, parbake help PROFILE their options.\n";

function formatProfile({ name, about, options }: Profile, paint: Paint): string {
  const rows = Object.entries(options).map(([option, rule]) => [option, describeOption(rule)] as const);
  const ofProfile = COMMANDS.tune.options.filter((option) => !OF_IMAGES.includes(option));
  const [first] = Object.entries(options).flatMap(([option, rule]) => exampleOf(option, rule));
  return [
    formatParagraph("", `parbake tune ${name}: the tuning of ${about}`, paint),
    `Usage: parbake tune ${name} [--set OPTION=VALUE]… [options]\n`,
    ...(rows.length > 0 ? [section("Options of the profile, for --set and for the config", rows, paint)] : []),
    section(
      "Options",
      ofProfile.map((option) => optionRow(option, COMMANDS.tune)),
      paint,
    ),
    formatExample(`parbake tune ${name} --memory 4GiB --cpus 2${first === undefined ? "" : ` --set ${first}`}`, paint),
  ].join("\n");
}

/** Options of `tune` that a profile alone has no use for. */
const OF_IMAGES: readonly OptionName[] = ["all-types", ...FILTERS, "html"];

/** On a line of its own, which is never broken: it is to be copied. */
function formatExample(example: string, paint: Paint): string {
  return `${paint.bold("Example")}\n  ${example}\n`;
}

/** A choice that is not the default. A version says nothing of how an option is meant. */
function exampleOf(option: string, { choices, default: fallback }: OptionRule): string[] {
  const choice = option === "version" ? undefined : choices?.find((each) => each !== fallback);
  return choice === undefined ? [] : [`${option}=${choice}`];
}

function describeOption({ kind, about, choices, default: fallback }: OptionRule): string {
  const shown = kind === "size" && typeof fallback === "number" ? formatBytes(fallback) : fallback;
  const notes = [choices?.join(", "), shown === null ? null : `default ${shown}`].filter((note) => note);
  return notes.length > 0 ? `${about} (${notes.join("; ")})` : about;
}

function section(title: string, rows: readonly (readonly string[])[], paint: Paint): string {
  return `${paint.bold(title)}\n${formatColumns(rows, paint, "  ")}`;
}

function commandRow(name: CommandName): readonly string[] {
  return [name.padEnd(WIDEST_COMMAND), COMMANDS[name].about];
}

/** So that the groups are one table. */
const WIDEST_COMMAND = Math.max(...Object.keys(COMMANDS).map(({ length }) => length));

function globalRows(): (readonly string[])[] {
  return GLOBAL_OPTIONS.map((name) => optionRow(name));
}

function optionRow(name: OptionName, rule: CommandRule | null = null): readonly string[] {
  const { value, about } = rule === null ? OPTIONS[name] : optionOf(rule, name);
  const letter = SHORT_OPTIONS[name];
  const short = letter === undefined ? "" : `-${letter}, `;
  return [`${short}--${name}${value === null ? "" : ` ${value}`}`, about];
}

function statusRow([status, meaning]: (typeof EXIT_MEANINGS)[number]): readonly string[] {
  return [String(status).padStart(3), meaning];
}
