// The `tune` that the options of a command line ask for. Pure.

import type { Problem } from "../refusal.ts";
import type { Asked } from "./asked.ts";
import type { Command } from "./invocation.ts";
import { parseAllTypes } from "./parse-machine-choice.ts";
import type { Given } from "./sort-words.ts";

export function buildTune({ operands: [profile], machine, given, problems }: Asked): Command {
  return {
    kind: "tune",
    machine: parseAllTypes(machine, profile, given, problems),
    profile: profile ?? null,
    set: parseSet(profile, given, problems),
    html: parseHtml(profile, given, problems),
  };
}

function parseSet(profile: string | undefined, given: Given, problems: Problem[]): Readonly<Record<string, string>> {
  const pairs = given.get("set") ?? [];
  if (pairs.length > 0 && profile === undefined) {
    problems.push({
      what: "--set needs a profile",
      fix: "`parbake tune postgresql --set workload=oltp`; an image's options are in its config.",
    });
  }
  const entries = pairs.map((pair) => {
    const cut = pair.indexOf("=");
    if (cut < 1) problems.push({ what: `--set ${pair.slice(0, 60)} has no value`, fix: "Write --set NAME=VALUE." });
    return [pair.slice(0, cut), pair.slice(cut + 1)] as const;
  });
  return Object.fromEntries(entries);
}

/** A page is of an image, and compares as many types as an eye can. */
function parseHtml(profile: string | undefined, given: Given, problems: Problem[]): string | null {
  const file = given.get("html")?.[0] ?? null;
  if (file === null) return null;
  const others = (["all-types", "json"] as const).filter((name) => given.has(name)).map((name) => `--${name}`);
  for (const other of [...(profile === undefined ? [] : [`the profile ${profile.slice(0, 60)}`]), ...others])
    problems.push({
      what: `--html cannot be combined with ${other}`,
      fix: "Leave it out: the page is of an image, and shows all types and any profile.",
    });
  return file;
}
