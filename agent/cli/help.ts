// The help texts, made from the table of commands. One screen each. Pure.

import {
  COMMANDS,
  EXIT_MEANINGS,
  GLOBAL_OPTIONS,
  OPTIONS,
  type CommandName,
  type CommandRule,
  type OptionName,
} from "./commands.ts";

export function formatHelp(command: CommandName | null): string {
  return command === null ? formatOverview() : formatCommandHelp(command, COMMANDS[command]);
}

function formatOverview(): string {
  const commands = Object.entries(COMMANDS).map(([name, { about }]) => [name, about] as const);
  return `parbake: the last 5 % of a baked machine image: memory and CPU tuning, config files and credentials, at boot.

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
${own}
Options for every command:
${formatTable(GLOBAL_OPTIONS.map(optionRow))}

Example: ${example}
`;
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
