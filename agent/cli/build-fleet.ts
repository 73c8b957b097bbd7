// The `fleet` command that the options of a command line ask for. Pure.

import { parseDurationMs } from "../duration.ts";
import { FAMILY_TAG } from "../fleet/fleet.ts";
import type { Ban } from "../fleet/judge-image.ts";
import { isRegion } from "../names/secret-id.ts";
import { suggest } from "../nearest.ts";
import { parseInteger } from "../number.ts";
import type { Problem } from "../refusal.ts";
import type { FleetCommand } from "./invocation.ts";
import type { OptionName } from "./options.ts";
import type { Given } from "./sort-words.ts";

const STATES = ["pending", "running", "shutting-down", "terminated", "stopping", "stopped"] as const;
const BANS: readonly Ban[] = ["deprecated", "deregistered"];

export function buildFleet(given: Given, problems: Problem[]): FleetCommand {
  checkOutput(given, problems);
  const states = parseList("state", STATES, given, problems);
  return {
    kind: "fleet",
    tags: parseTags(given, problems),
    autoScalingGroups: given.get("asg") ?? [],
    regions: parseRegions(given, problems),
    states: states.length === 0 ? ["running"] : states,
    familyTag: given.get("family-tag")?.[0] ?? FAMILY_TAG,
    limits: {
      maxAgeMs: parseAge(given, problems),
      maxBehind: parseBehind(given, problems),
      bans: parseList("fail-on", BANS, given, problems),
    },
    all: given.has("all"),
    prometheus: given.has("prometheus"),
  };
}

function checkOutput(given: Given, problems: Problem[]): void {
  if (!given.has("prometheus")) return;
  if (given.has("json")) problems.push({ what: "--prometheus cannot be combined with --json", fix: "Give one." });
  const fix = "Leave it out: a series for each instance would be too many.";
  if (given.has("all")) problems.push({ what: "--prometheus cannot be combined with --all", fix });
}

function parseTags(given: Given, problems: Problem[]): ReadonlyMap<string, readonly string[]> {
  const pairs = (given.get("tag") ?? []).map((text) => {
    const cut = text.indexOf("=");
    if (cut < 1) problems.push({ what: `--tag ${text.slice(0, 60)} has no value`, fix: "Write --tag KEY=VALUE." });
    return { key: text.slice(0, cut), value: text.slice(cut + 1) };
  });
  return new Map([...Map.groupBy(pairs, ({ key }) => key)].map(([key, all]) => [key, all.map(({ value }) => value)]));
}

function parseRegions(given: Given, problems: Problem[]): string[] {
  const regions = splitList("region", given);
  for (const region of regions.filter((name) => !isRegion(name)))
    problems.push({ what: `--region ${region.slice(0, 40)} is not a region`, fix: "Write it as AWS does: eu-west-1." });
  return regions;
}

function parseAge(given: Given, problems: Problem[]): number | null {
  const text = given.get("max-age")?.[0];
  const ageMs = text === undefined ? null : parseDurationMs(text);
  if (text !== undefined && ageMs === null)
    problems.push({ what: `--max-age ${text.slice(0, 40)} is not a duration`, fix: "Write a number and a unit: 30d." });
  return ageMs;
}

function parseBehind(given: Given, problems: Problem[]): number | null {
  const text = given.get("max-behind")?.[0];
  const behind = text === undefined ? null : parseInteger(text);
  if (text !== undefined && behind === null)
    problems.push({
      what: `--max-behind ${text.slice(0, 40)} is not a number`,
      fix: "Write a whole number from 0 on.",
    });
  return behind;
}

/** Words of a closed list, by commas. */
function parseList<Choice extends string>(
  name: OptionName,
  choices: readonly Choice[],
  given: Given,
  problems: Problem[],
): Choice[] {
  const words = splitList(name, given);
  for (const word of words.filter((each) => !choices.some((known) => known === each)))
    problems.push({ what: `--${name} ${word.slice(0, 40)} is not known`, fix: suggest(word, choices) });
  return choices.filter((known) => words.includes(known));
}

function splitList(name: OptionName, given: Given): string[] {
  const words = (given.get(name)?.[0] ?? "").split(",").map((word) => word.trim());
  return [...new Set(words.filter((word) => word !== ""))];
}
