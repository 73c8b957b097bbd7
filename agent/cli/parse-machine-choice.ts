// The machine that a command is for, out of --instance-type, --memory, --cpus and --all-types. Pure.

import { splitPatterns } from "../names/type-pattern.ts";
import { parseInteger } from "../number.ts";
import type { Problem } from "../refusal.ts";
import { adviseSize, MIB, parseSize } from "../size.ts";
import type { MachineChoice, TuneMachineChoice, TypeFilter } from "./invocation.ts";
import { oneOf } from "./one-of.ts";
import type { Given } from "./sort-words.ts";

export function parseMachineChoice(given: Given, problems: Problem[]): MachineChoice {
  const types = given.get("instance-type")?.[0];
  const memory = given.get("memory")?.[0];
  const cpus = given.get("cpus")?.[0];
  if (types !== undefined) {
    if (memory !== undefined || cpus !== undefined) {
      problems.push({
        what: "--instance-type cannot be combined with --memory or --cpus",
        fix: "Give the type, or the size.",
      });
    }
    return { kind: "types", names: splitPatterns(types) };
  }
  if (memory === undefined && cpus === undefined) return { kind: "here" };
  if (memory === undefined || cpus === undefined) {
    problems.push({ what: "--memory and --cpus go together", fix: "Give both: --memory 4GiB --cpus 2." });
    return { kind: "here" };
  }
  return parseMachineSize(memory, cpus, problems);
}

const MOST_CPUS = 4096;

function parseMachineSize(memory: string, cpus: string, problems: Problem[]): MachineChoice {
  const memoryBytes = parseSize(memory);
  const vcpus = parseInteger(cpus, 1, MOST_CPUS);
  if (memoryBytes === null || memoryBytes < MIB) {
    problems.push({
      what: `--memory ${memory.slice(0, 40)} is not an amount of memory`,
      fix: adviseSize(memory),
    });
  }
  if (vcpus === null) {
    problems.push({
      what: `--cpus ${cpus.slice(0, 40)} is not a number of CPUs`,
      fix: `Write a whole number from 1 to ${MOST_CPUS}.`,
    });
  }
  return { kind: "size", memoryBytes: memoryBytes ?? 0, vcpus: vcpus ?? 0 };
}

export function parseAllTypes(
  machine: MachineChoice,
  profile: string | undefined,
  given: Given,
  problems: Problem[],
): TuneMachineChoice {
  if (!given.has("all-types")) {
    for (const name of FILTERS)
      if (given.has(name)) problems.push({ what: `--${name} needs --all-types`, fix: "Add it." });
    return machine;
  }
  if (machine.kind !== "here")
    problems.push({
      what: "--all-types cannot be combined with another machine",
      fix: "Give it alone, or name the types.",
    });
  if (profile !== undefined)
    problems.push({
      what: "--all-types tunes the image, not one profile",
      fix: "Leave the profile out: the config names the image's apps.",
    });
  return { kind: "all-types", ...parseFilter(given, problems) };
}

/** What `--all-types` alone has. */
export const FILTERS = ["family", "fits", "max-memory", "sort"] as const;

function parseFilter(given: Given, problems: Problem[]): TypeFilter {
  const families = given.get("family")?.[0];
  return {
    families: families === undefined ? null : splitPatterns(families),
    fits: given.has("fits"),
    maxMemoryBytes: parseMaxMemory(given.get("max-memory")?.[0], problems),
    sort: oneOf("sort", given, problems) ?? "name",
  };
}

function parseMaxMemory(text: string | undefined, problems: Problem[]): number | null {
  if (text === undefined) return null;
  const bytes = parseSize(text);
  if (bytes !== null && bytes >= MIB) return bytes;
  problems.push({ what: `--max-memory ${text.slice(0, 40)} is not an amount of memory`, fix: adviseSize(text) });
  return null;
}
