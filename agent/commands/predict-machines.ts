// Machines that do not exist yet, out of the catalogue or by their size: without the network and without inspecting this machine.

import type { MachineChoice } from "../cli/invocation.ts";
import type { Config } from "../config/config.ts";
import { readCatalogue } from "../facts/catalogue/catalogue.ts";
import { expandPatterns } from "../facts/catalogue/expand-patterns.ts";
import type { Facts, Origin } from "../facts/facts.ts";
import { factsForSize, predictFacts } from "../facts/predict-facts.ts";
import { withStandIns } from "../facts/stand-ins.ts";
import { isFlaw, parseTypePattern, type PlacedPattern } from "../names/type-pattern.ts";
import { Refusal, type Problem, type RefusalCode } from "../refusal.ts";
import { formatBytes } from "../size.ts";

/** One facts value for each machine of the choice. */
export function predictMachines(choice: Exclude<MachineChoice, { kind: "here" }>): readonly Facts[] {
  if (choice.kind === "size") return [withStandIns(factsForSize(choice.memoryBytes, choice.vcpus))];
  if (choice.names.length === 0)
    throw new Refusal("usage", { what: "--instance-type names no type", fix: "Write --instance-type m7g.large." });
  const read = choice.names.map(parseTypePattern);
  const patterns = read.flatMap((each) => (isFlaw(each) ? [] : [{ pattern: each }]));
  return predictTypes(patterns, read.filter(isFlaw).map(ofOption), "usage");
}

/** The machines that the image is for, by its own config. */
export function predictLaunches({ launchOn }: Pick<Config, "launchOn">): readonly Facts[] {
  const instanceType: Origin = { source: "option", detail: "launchOn" };
  return predictTypes(launchOn, [], "config").map((facts) => ({
    ...facts,
    origins: { ...facts.origins, instanceType },
  }));
}

function predictTypes(
  patterns: readonly PlacedPattern[],
  flaws: readonly Problem[],
  code: RefusalCode,
): readonly Facts[] {
  const { rows, problems } = expandPatterns(patterns, readCatalogue());
  if (flaws.length + problems.length > 0) throw new Refusal(code, [...flaws, ...problems]);
  return rows.map((row) => withStandIns(predictFacts(row)));
}

/** By its type; else by its size, which a person has given. */
export function namePredicted({ instanceType, memLimitBytes, origins }: Facts): string {
  const isMadeUp = origins["instanceType"]?.source === "stand-in";
  return isMadeUp || instanceType === null ? formatBytes(memLimitBytes) : instanceType;
}

function ofOption({ what, fix }: Problem): Problem {
  return { what: `--instance-type: ${what}`, fix };
}
