// Which pager shows what a command says, if any. Pure.

import type { Environment } from "../process/environment.ts";
import type { Invocation } from "./invocation.ts";

/** What a person reads from its top. Not `check` and `apply`, which tell of their work as it goes on, nor what programs read. */
const PAGED: ReadonlySet<Invocation["command"]["kind"]> = new Set([
  "config",
  "explain",
  "explain-error",
  "facts",
  "fleet",
  "help",
  "plan",
  "profiles",
  "status",
  "templates",
  "tune",
]);

const USUAL = "less";

/** A line for the shell; null: none. @param isTerminal whether stdout is one */
export function choosePager(
  { command, options }: Invocation,
  environment: Environment,
  isTerminal: boolean,
): string | null {
  const { TERM: terminal = "dumb", PARBAKE_PAGER: own, PAGER: usual } = environment;
  const isWanted = isTerminal && terminal !== "dumb" && options.pager && !options.json && PAGED.has(command.kind);
  const pager = (own ?? usual ?? USUAL).trim();
  return !isWanted || pager === "" || pager === "cat" ? null : pager;
}
