// All that is computed of one state, once for every part of the page that shows it.

import type { PreparedImage } from "../../tuning/compute-tuning.ts";
import { findMachine, type MachineSource } from "../machines.ts";
import type { PageState } from "../page-state.ts";
import { type FieldProblem, type PageConfig, readDraft } from "../read-draft.ts";
import { type TriedMachine, tryMachine } from "../try-machine.ts";

export interface Results {
  readonly config: PageConfig;
  readonly image: PreparedImage;
  readonly problems: readonly FieldProblem[];
  readonly tried: readonly TriedMachine[];
  /** Null: there is no machine. */
  readonly chosen: TriedMachine | null;
}

export function computeResults(state: PageState, source: MachineSource): Results {
  const { config, image, problems } = readDraft(state.draft);
  const machines = state.machines.map((name) => findMachine(name, source)).filter((machine) => machine !== null);
  const tried = machines.map((machine) => tryMachine(config, image, machine));
  const chosen = tried.find(({ machine }) => machine.name === state.chosen) ?? tried[0] ?? null;
  return { config, image, problems, tried, chosen };
}
