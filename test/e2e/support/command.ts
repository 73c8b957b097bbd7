// The programs of a test, run as the simulation runs its own.

export {
  attempt,
  run,
  waitUntil,
  type Outcome,
  type ProgramOptions as CommandOptions,
} from "../../../scripts/simulation/program.ts";
