// One machine of the page, tuned as a boot would tune it. Pure.

import { findOtherArchitecture } from "../facts/other-architecture.ts";
import type { Problem } from "../refusal.ts";
import { type PreparedImage, type Tuned, tuneImage } from "../tuning/compute-tuning.ts";
import { isUseful, isWhole } from "../tuning/judge-fit.ts";
import type { PageConfig } from "./draft.ts";
import type { PageMachine } from "./machines.ts";

/**
 * `warned`: an app has a value that nobody would sign. `reduced`: an app gave something up, or an optional one is left out.
 * `small`: the floors do not fit. `other`: its CPUs are not those that the image is for.
 */
export type Verdict = "fits" | "reduced" | "warned" | "small" | "other";

export interface TriedMachine {
  readonly machine: PageMachine;
  readonly verdict: Verdict;
  /** Null: it does not fit. */
  readonly tuning: Tuned | null;
  readonly problems: readonly Problem[];
}

export function tryMachine(
  config: Pick<PageConfig, "architectures">,
  image: PreparedImage,
  machine: PageMachine,
): TriedMachine {
  const other = findOtherArchitecture(config, machine.facts);
  if (other.length > 0) return { machine, verdict: "other", tuning: null, problems: other };
  const tuning = tuneImage(image, machine.facts);
  if (tuning.kind === "tuned") return { machine, verdict: judge(tuning), tuning, problems: [] };
  return { machine, verdict: "small", tuning: null, problems: tuning.problems };
}

function judge(tuning: Tuned): Verdict {
  if (!isUseful(tuning)) return "warned";
  return isWhole(tuning) ? "fits" : "reduced";
}
