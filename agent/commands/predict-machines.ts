// Machines that do not exist yet, out of the catalogue or by their size: without the network and without inspecting this machine.

import type { MachineChoice, TypeFilter } from "../cli/invocation.ts";
import type { Config } from "../config/config.ts";
import type { CatalogueRow } from "../facts/catalogue/catalogue-table.ts";
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

/** The types of the catalogue, in its order, of these families: `m7*`. */
export function listTypes({ families, maxMemoryBytes }: TypeFilter): readonly CatalogueRow[] {
  const catalogue = readCatalogue();
  const read = (families ?? []).map((family) => parseTypePattern(`${family}.*`));
  const { rows, problems } = expandPatterns(
    read.flatMap((each) => (isFlaw(each) ? [] : [{ pattern: each }])),
    catalogue,
  );
  const flaws = [...read.filter(isFlaw), ...problems];
  if (flaws.length > 0) throw new Refusal("usage", flaws.map(ofFamily));
  const named = new Set(families === null ? catalogue.rows.values() : rows);
  const ofFamilies = [...catalogue.rows.values()].filter((row) => named.has(row));
  if (maxMemoryBytes === null) return ofFamilies;
  const found = ofFamilies.filter((row) => predictFacts(row).memLimitBytes <= maxMemoryBytes);
  if (found.length > 0) return found;
  const smallest = Math.min(...ofFamilies.map((row) => predictFacts(row).memLimitBytes));
  throw new Refusal("usage", {
    what: `--max-memory ${formatBytes(maxMemoryBytes)} is less than any of these types has`,
    fix: `The smallest has ${formatBytes(smallest)}.`,
  });
}

/** A pattern of families has no size. */
function ofFamily({ what, fix }: Problem): Problem {
  return { what: `--family: ${what.replaceAll(".*", "")}`, fix: fix.replaceAll(".*", "") };
}

/** The machines that the image is for, by its own config. */
export function predictLaunches({ launchOn }: Pick<Config, "launchOn">): readonly Facts[] {
  const instanceType: Origin = { source: "option", detail: "launchOn" };
  return predictTypes(launchOn, [], "config").map((facts) => ({
    ...facts,
    origins: { ...facts.origins, instanceType },
  }));
}

/** Of an image that is mounted here, or baked: this machine says nothing of those that it is for. Null: they are not known. */
export function predictElsewhere(config: Pick<Config, "launchOn">, isElsewhere: boolean): readonly Facts[] | null {
  return isElsewhere && config.launchOn.length > 0 ? predictLaunches(config) : null;
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
