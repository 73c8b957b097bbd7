// The machines that the page shows, by the names that it keeps them under: an instance type, a size, or where it was made. Pure.

import type { Catalogue } from "../facts/catalogue/catalogue-table.ts";
import { expandPatterns } from "../facts/catalogue/expand-patterns.ts";
import type { Facts } from "../facts/facts.ts";
import { factsForSize, predictFacts } from "../facts/predict-facts.ts";
import { isFlaw, parseTypePattern } from "../names/type-pattern.ts";
import { parseInteger } from "../number.ts";
import { formatProblem } from "../refusal.ts";
import { formatBytes, parseSize } from "../size.ts";
import type { MachineFacts } from "../tuning/allot.ts";
import { MOST_CPUS } from "../tuning/explain.ts";
import { PLENTY_BYTES } from "../tuning/profile/degraded.ts";

/** What the page may know of the machine that it was made on: no name and no id of it. */
export type PageFacts = MachineFacts & Pick<Facts, "origins">;

/** Of facts, what the page may know. */
export function pageFacts(facts: Facts): PageFacts {
  const { memTotalBytes, memLimitBytes, hugePagesBytes, vcpus, cpuQuota, cores, architecture } = facts;
  const { network, fileSystems, disks, numaNodes, gpus, origins } = facts;
  const memory = { memTotalBytes, memLimitBytes, hugePagesBytes };
  const cpus = { vcpus, cpuQuota, cores, architecture };
  const of = origins["architecture"];
  return { ...memory, ...cpus, network, fileSystems, disks, numaNodes, gpus, origins: of ? { architecture: of } : {} };
}

export interface PageMachine {
  /** What the fragment keeps. */
  readonly name: string;
  /** What people read. */
  readonly label: string;
  readonly facts: PageFacts;
}

export interface MachineSource {
  readonly catalogue: Catalogue;
  /** Null: the page is of no machine. */
  readonly here: PageFacts | null;
}

export const HERE = "here";

/** Null: there is no such machine. */
export function findMachine(name: string, { catalogue, here }: MachineSource): PageMachine | null {
  if (name === HERE) return here === null ? null : { name, label: "the machine it was made on", facts: here };
  const row = catalogue.rows.get(name);
  if (row !== undefined) return { name, label: name, facts: predictFacts(row) };
  const size = parseMachineSize(name);
  if (size === null) return null;
  const { memoryBytes, vcpus } = size;
  return { name, label: `${formatBytes(memoryBytes)}, ${vcpus} vCPU`, facts: factsForSize(memoryBytes, vcpus) };
}

/** `8GiB/4`: what the OS reports, and CPUs. As far as the profiles are tested. */
export function parseMachineSize(name: string): { readonly memoryBytes: number; readonly vcpus: number } | null {
  const [memory = "", cpus = "", ...rest] = name.split("/");
  const [memoryBytes, vcpus] = [parseSize(memory), parseInteger(cpus, 1, MOST_CPUS)];
  if (rest.length > 0 || memoryBytes === null || vcpus === null) return null;
  return memoryBytes < 1 || memoryBytes > PLENTY_BYTES ? null : { memoryBytes, vcpus };
}

type Added =
  | { readonly kind: "names"; readonly names: readonly string[] }
  | { readonly kind: "refused"; readonly why: string };

/** What somebody typed: a type, a pattern of types, or a size. */
export function addMachines(text: string, { catalogue }: MachineSource): Added {
  const typed = text.trim();
  if (parseMachineSize(typed) !== null) return { kind: "names", names: [typed] };
  const pattern = parseTypePattern(typed);
  if (isFlaw(pattern)) return { kind: "refused", why: formatProblem(pattern) };
  const { rows, problems } = expandPatterns([{ pattern, at: { file: typed } }], catalogue);
  const [problem] = problems;
  if (problem === undefined) return { kind: "names", names: rows.map(({ type }) => type) };
  return { kind: "refused", why: `${problem.what}. ${problem.fix}` };
}
