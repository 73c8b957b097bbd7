// The completion of parbake for zsh. Pure.

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

export function formatZsh(): string {
  const commands = listCommands();
  return `#compdef parbake
# Printed by: parbake completion zsh

_parbake() {
  local curcontext=$curcontext state line
  local -a commands=(
${commands.map(({ name, about }) => `    ${quote(`${name}:${about.replaceAll(":", String.raw`\:`)}`)}`).join("\n")}
  )
  local -a globals=(
    -h
${listGlobalOptions()
  .map((option) => `    ${quote(formatOption(option))}`)
  .join("\n")}
  )
  _arguments -C $globals '1:command:->command' '*::word:->words'
  case $state in
    command) _describe command commands ;;
    words)
      case $line[1] in
${commands.map(formatCommand).join("\n")}
      esac
      ;;
  esac
}

_parbake_units() {
  local -a units=(\${(f)"$(${LIST_UNITS})"})
  compadd -a units
}

_parbake_apps() {
  local -a apps=(\${(f)"$(${LIST_APPS})"})
  compadd -a apps
}

_parbake_types() {
  local -a types=(${listTypes()})
  compadd "$@" -a types
}

_parbake "$@"
`;
}

function formatCommand({ name, operand, options, isRepeated }: CommandWords): string {
  const own = operand.kind === "none" ? [] : [quote(`${isRepeated ? "*" : "1"}:operand:${action(operand)}`)];
  const all = [...options.map((option) => quote(formatOption(option))), ...own];
  return [
    `        ${name})`,
    `          _arguments ${["$globals", ...all].join(" \\\n            ")}`,
    "          ;;",
  ].join("\n");
}

function formatOption({ name, about, values }: Option): string {
  const described = `--${name}[${about.replaceAll(/[[\]]/g, String.raw`\$&`)}]`;
  return values.kind === "none" ? described : `${described}:value:${action(values)}`;
}

function action(values: Values): string {
  switch (values.kind) {
    case "none":
    case "any":
      return " ";
    case "file":
      return "_files";
    case "folder":
      return "_files -/";
    case "unit":
      return "_parbake_units";
    case "app":
      return "_parbake_apps";
    case "types":
      return "_sequence _parbake_types";
    case "words":
      return `(${values.words.join(" ")})`;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
