// Why a command ended badly, for whoever reads its stderr: a person, a collector, the journal.

import { describeBug, tellFailure } from "../bug.ts";
import { formatEntry } from "../cli/create-log.ts";
import type { Invocation } from "../cli/invocation.ts";
import { endingOf } from "../ending.ts";
import { formatProblem, Refusal, type Problem } from "../refusal.ts";
import { chooseFormat } from "./choose-format.ts";
import type { Failure } from "./tell-journal.ts";
import type { World } from "./world.ts";

/** @param invocation null: the command line itself was wrong */
export async function tellError(error: unknown, invocation: Invocation | null, world: World): Promise<void> {
  const format = chooseFormat(invocation?.options.logFormat ?? null, world);
  if (format === "text") return tellInWords(error, world);
  const failure = { code: endingOf(error), problems: error instanceof Refusal ? error.problems : [bugOf(error)] };
  const say = (message: string) => world.writeError(formatEntry({ level: "error", message, fields: {} }, format));
  if (format === "journal" && invocation !== null && (await tellJournal(failure, invocation, say, world))) return;
  for (const problem of failure.problems) say(formatProblem(problem));
}

function tellInWords(error: unknown, { writeError }: World): void {
  if (error instanceof Refusal)
    for (const problem of error.problems) writeError(`parbake: ${formatProblem(problem)}\n`);
  else writeError(`parbake: a bug in parbake: ${describeBug(error)}\n${REPORT_IT}\n`);
}

const REPORT_IT = "Please report it with the command line and the config.";

function bugOf(error: unknown): Problem {
  return { what: tellFailure(error), fix: REPORT_IT };
}

/** As entries with fields, where systemd runs one of parbake's own units. @returns whether it did */
async function tellJournal(
  failure: Failure,
  { command, options: { root } }: Invocation,
  say: (message: string) => void,
  { environment }: World,
): Promise<boolean> {
  const place = { root, socket: environment["NOTIFY_SOCKET"], say };
  try {
    const teller = await import("./tell-journal.ts");
    if (command.kind === "apply") return await teller.tellFailure(failure, place);
    return command.kind === "ready" && teller.tellHeld(command.unit, failure.problems, place);
  } catch {
    // Whatever keeps it from telling more, the failure itself is told.
    return false;
  }
}
