// What the lines of a service's unit say, as systemd.syntax(7) has them. Pure.

import type { UnitFile } from "../image/units.ts";

/** The commands of ExecStart=, without the characters in front that say how to run them. */
export function readCommands(text: string): readonly string[] {
  return valuesOf("ExecStart", text).map((value) => value.replace(/^[-@:+!|]+/, ""));
}

/** The names of the variables of Environment=. */
export function readAssignments(text: string): readonly string[] {
  return valuesOf("Environment", text).flatMap((value) =>
    [...value.matchAll(/(?:^|[\s"'])(\w+)=/g)].map(([, name]) => name!),
  );
}

/** Without those whose name depends on more than the unit's own. */
export function readEnvironmentFiles({ name, text }: Pick<UnitFile, "name" | "text">): readonly string[] {
  return valuesOf("EnvironmentFile", text)
    .map((value) => nameUnit(value.replace(/^-/, ""), name))
    .filter((path) => !/[%*?[]/.test(path));
}

/** systemd.unit(5), specifiers: of a unit that is no instance, `%p` and `%N` are its name without the suffix. */
function nameUnit(value: string, name: string): string {
  return name.includes("@") ? value : value.replaceAll(/%[pN]/g, name.replace(/\.\w+$/, "")).replaceAll("%n", name);
}

function valuesOf(key: string, text: string): readonly string[] {
  const lines = text.replaceAll(/\\\n/g, " ").split("\n");
  const values = lines.map((line) => /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line));
  return values.flatMap((match) => (match?.[1] === key && match[2] !== "" ? [match[2]!] : []));
}
