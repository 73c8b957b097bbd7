// The flip from one generation of secrets to the next, as the change that the journal gets: see change/flip-generation.ts.

import { temporaryName } from "../../host/files/temporary.ts";
import { isThere } from "../../host/find-entry.ts";
import { TRUST_NOBODY_ELSE, type Folder } from "../../host/folder.ts";
import type { GenerationFlip } from "../change/change.ts";
import { DATA, listStableLinks, trimmed } from "../change/generation-layout.ts";

interface Generations {
  /** Null: the last secret is gone. */
  readonly next: string | null;
  /** Null: this is the first. */
  readonly old: string | null;
  /** The top-level names of the next one. */
  readonly tops: ReadonlySet<string>;
}

export function describeFlip(folder: Folder, secretsFolder: string, { next, old, tops }: Generations): GenerationFlip {
  return {
    kind: "generation",
    path: `${trimmed(secretsFolder)}/${DATA}`,
    trust: TRUST_NOBODY_ELSE,
    newGeneration: next,
    oldGeneration: old,
    linkName: temporaryName(DATA),
    newLinks: listNewLinks(folder, tops),
    deadLinks: listStableLinks(folder).filter((name) => !tops.has(name)),
  };
}

/** Those of the top-level names that have no link yet. What else stands there is refused before: see findInTheWay. */
export function listNewLinks(folder: Folder, tops: ReadonlySet<string>): string[] {
  return [...tops].filter((name) => !isThere(folder, name));
}
