// The completion of parbake for fish. Pure.

import {
  type CommandWords,
  listCommands,
  LIST_APPS,
  LIST_UNITS,
  listGlobalOptions,
  listTypes,
  type Option,
  type Values,
} from "./completion-words.ts";

export function formatFish(): string {
  return `# Completion of parbake for fish. Printed by: parbake completion fish

set -g __parbake_types ${listTypes()}
complete -c parbake -f
${listGlobalOptions()
  .map((option) => `complete -c parbake${formatOption(option)}`)
  .join("\n")}
${listCommands().map(formatCommand).join("\n")}
`;
}

function formatCommand({ name, about, operand, options }: CommandWords): string {
  const inside = `complete -c parbake -n '__fish_seen_subcommand_from ${name}'`;
  return [
    `complete -c parbake -n __fish_use_subcommand -a ${name} -d ${quote(about)}`,
    ...(operand.kind === "none" || operand.kind === "any" ? [] : [`${inside}${offer(operand)}`]),
    ...options.map((option) => `${inside}${formatOption(option)}`),
  ].join("\n");
}

function formatOption(option: Option): string {
  const short = option.name === "help" ? " -s h" : "";
  return `${short} -l ${option.name}${takes(option)} -d ${quote(option.about)}`;
}

function takes({ values }: Option): string {
  if (values.kind === "none") return "";
  return `${values.kind === "file" ? " -r" : " -x"}${offer(values)}`;
}

function offer(values: Values): string {
  switch (values.kind) {
    case "none":
    case "any":
      return "";
    case "file":
      return " -F";
    case "folder":
      return " -a '(__fish_complete_directories)'";
    case "unit":
      return ` -a ${quote(`(${LIST_UNITS})`)}`;
    case "app":
      return ` -a ${quote(`(${LIST_APPS})`)}`;
    case "types":
      return " -a '(__fish_append , $__parbake_types)'";
    case "words":
      return ` -a ${quote(values.words.join(" "))}`;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}
