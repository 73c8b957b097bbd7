// All that is computed of one state, once for every part of the page that shows it.

import { findMachine, type MachineSource } from "../machines.ts";
import type { PageState } from "../page-state.ts";
import { type ReadDraft, readDraft } from "../read-draft.ts";
import { type TriedMachine, tryMachine } from "../try-machine.ts";

export interface Results extends ReadDraft {
  readonly tried: readonly TriedMachine[];
  /** Null: there is no machine. */
  readonly chosen: TriedMachine | null;
}

export function computeResults(state: PageState, source: MachineSource): Results {
  const read = readDraft(state.draft);
  const machines = state.machines.map((name) => findMachine(name, source)).filter((machine) => machine !== null);
  const tried = machines.map((machine) => tryMachine(read.config, read.image, machine));
  const chosen = tried.find(({ machine }) => machine.name === state.chosen) ?? tried[0] ?? null;
  return { ...read, tried, chosen };
}
