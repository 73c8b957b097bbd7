// The help texts, made from the table of commands. One screen each. Pure.

import { formatBytes } from "../size.ts";
import type { OptionRule } from "../tuning/profile/profile.ts";
import { PROFILES } from "../tuning/profiles.ts";
import { COMMANDS, EXIT_MEANINGS, type CommandName, type CommandRule } from "./commands.ts";
import { GLOBAL_OPTIONS, OPTIONS, type OptionName } from "./options.ts";

export function formatHelp(command: CommandName | null): string {
  return command === null ? formatOverview() : formatCommandHelp(command, COMMANDS[command]);
}

function formatOverview(): string {
  const commands = Object.entries(COMMANDS).map(([name, { about }]) => [name, about] as const);
  return `parbake: the last 5 % of a baked machine image, at boot: tuning, config files, credentials

Usage: parbake <command> [options]

${formatTable(commands)}

Options for every command:
${formatTable(GLOBAL_OPTIONS.map(optionRow))}

At boot, by parbake.service:  parbake apply
By hand, to see and do:       parbake plan --diff && parbake apply
In the bake, by Packer:       parbake apply --dry-run --instance-type m7g.large,r7i.4xlarge

Exit status:
${formatTable(EXIT_MEANINGS.map(([status, meaning]) => [String(status).padStart(3), meaning]))}
`;
}

function formatCommandHelp(name: CommandName, { about, operand, options, example }: CommandRule): string {
  const own = options.length > 0 ? `\nOptions:\n${formatTable(options.map(optionRow))}\n` : "";
  return `parbake ${name}: ${about}

Usage: parbake ${name} ${operand === null ? "" : `${operand} `}[options]
${own}${name === "tune" ? formatProfiles() : ""}
Options for every command:
${formatTable(GLOBAL_OPTIONS.map(optionRow))}

Example: ${example}
`;
}

function formatProfiles(): string {
  const profiles = [...PROFILES.values()].flatMap((profile) => [
    [profile.name, profile.about] as const,
    ...Object.entries(profile.options).map(([option, rule]) => [`  ${option}`, describeOption(rule)] as const),
  ]);
  return `\nProfiles, with their options for --set and for the config:\n${formatTable(profiles)}\n`;
}

function describeOption({ kind, about, choices, default: fallback }: OptionRule): string {
  const shown = kind === "size" && typeof fallback === "number" ? formatBytes(fallback) : fallback;
  const notes = [choices?.join(", "), shown === null ? null : `default ${shown}`].filter((note) => note);
  return notes.length > 0 ? `${about} (${notes.join("; ")})` : about;
}

function optionRow(name: OptionName): readonly [string, string] {
  const { value, about } = OPTIONS[name];
  const short = name === "help" ? "-h, " : "";
  return [`${short}--${name}${value === null ? "" : ` ${value}`}`, about];
}

function formatTable(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}
