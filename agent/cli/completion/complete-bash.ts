// The completion of parbake for bash, without the functions of bash-completion, which not every machine has. Pure.

import {
  type CommandWords,
  type Option,
  listCommands,
  LIST_APPS,
  LIST_UNITS,
  listGlobalOptions,
  listTypes,
  type Values,
} from "./completion-words.ts";

export function formatBash(): string {
  const commands = listCommands();
  const globals = listGlobalOptions();
  return `# bash completion for parbake. Printed by: parbake completion bash

_parbake() {
  # Not $2: bash breaks words at "=", ":" and "@", which the names of units have.
  local line=\${COMP_LINE:0:COMP_POINT} command= each
  local word=\${line##*[[:space:]]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  for each in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $each in
      ${commands.map(({ name }) => name).join(" | ")}) command=$each; break ;;
    esac
  done
  case $previous in
${distinct([...globals, ...commands.flatMap(({ options }) => options)])
  .flatMap(formatValueCase)
  .join("\n")}
  esac
  case $command in
    "") _parbake_offer "${commands.map(({ name }) => name).join(" ")} ${listWords(globals)}" ;;
${commands.map((command) => formatCommandCase(command, globals)).join("\n")}
  esac
}

# Without what bash takes for earlier words.
_parbake_offer() {
  local broken=\${word%"\${word##*[=:@]}"}
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word")
  COMPREPLY=("\${COMPREPLY[@]#"$broken"}")
}

_parbake_offer_types() {
  local before= types="${listTypes()}"
  [[ $word != *,* ]] || before=\${word%,*},
  mapfile -t COMPREPLY < <(compgen -P "$before" -W "$types" -- "\${word##*,}")
  compopt -o nospace
}

_parbake_offer_paths() {
  mapfile -t COMPREPLY < <(compgen "$1" -- "$word")
  compopt -o filenames
}

_parbake_units() {
  ${LIST_UNITS}
}

_parbake_apps() {
  ${LIST_APPS}
}

complete -F _parbake parbake
`;
}

function distinct(options: readonly Option[]): Option[] {
  return [...new Map(options.map((option) => [option.name, option])).values()];
}

function listWords(options: readonly Option[]): string {
  return options.map(({ name }) => `--${name}`).join(" ");
}

function formatValueCase({ name, values }: Option): string[] {
  return values.kind === "none" ? [] : [`    --${name}) ${offer(values)} return ;;`];
}

function offer(values: Values): string {
  switch (values.kind) {
    case "none":
    case "any":
      return "";
    case "file":
      return "_parbake_offer_paths -f;";
    case "folder":
      return "_parbake_offer_paths -d;";
    case "unit":
      return '_parbake_offer "$(_parbake_units)";';
    case "app":
      return '_parbake_offer "$(_parbake_apps)";';
    case "types":
      return "_parbake_offer_types;";
    case "words":
      return `_parbake_offer "${values.words.join(" ")}";`;
  }
}

/** Where nothing has been typed of an option, the operand is meant, if there is one to offer. */
function formatCommandCase({ name, operand, options }: CommandWords, globals: readonly Option[]): string {
  const offered = `_parbake_offer "${listWords([...options, ...globals])}"`;
  const own = offer(operand);
  return own === ""
    ? `    ${name}) ${offered} ;;`
    : `    ${name}) if [[ $word == -* ]]; then ${offered}; else ${own} fi ;;`;
}
