// What is said of templates that the config names and the templates folder lacks: all in one, and of those that parbake carries
// how to have them there. Pure.

import type { FileConfig } from "../config/config.ts";
import { nearest } from "../nearest.ts";
import { declaredAt, type Problem } from "../refusal.ts";

/** Of those that the executable carries, by the names that `files[].template` uses. Asked only where one is missing. */
export type ListReady = () => readonly string[];

/** @param present those that the folder has */
export function describeMissing(
  files: readonly FileConfig[],
  present: readonly string[],
  folder: string,
  listReady: ListReady,
): Problem[] {
  const [first] = files;
  if (first === undefined) return [];
  const names = [...new Set(files.map(({ template }) => template))];
  const what =
    names.length === 1
      ? `there is no template ${folder}/${first.template}`
      : `there are no templates ${names.slice(0, -1).join(", ")} and ${names.at(-1)} in ${folder}`;
  return [{ what, fix: adviseMissing(names, present, folder, listReady()), ...declaredAt(first.at) }];
}

function adviseMissing(
  names: readonly string[],
  present: readonly string[],
  folder: string,
  ready: readonly string[],
): string {
  const carried = names.filter((name) => ready.includes(name));
  const others = names.length - carried.length;
  const create = `Create ${others === 1 ? "it" : "them"}, or correct files[].template.`;
  const close = names.length === 1 ? nearest(names[0]!, present) : null;
  if (carried.length === 0) return close === null ? create : `Did you mean '${close}'?`;
  const commands = carried.map((name) => printInto(`${folder}/${name}`, name)).join(" && ");
  if (others === 0) return `parbake carries ${carried.length === 1 ? "it" : "them"}: \`${commands}\`.`;
  return `parbake carries ${carried.join(" and ")}: \`${commands}\`. Create the rest, or correct files[].template.`;
}

function printInto(file: string, name: string): string {
  const makeFolder = name.includes("/") ? `mkdir -p ${file.slice(0, file.lastIndexOf("/"))} && ` : "";
  return `${makeFolder}parbake templates ${name} >${file}`;
}
