// Asks each changed file's own program whether it would take the file, before anything is swapped in. Never through a shell;
// never shows what a program says of a file that holds secrets.

import { join } from "node:path";
import { allGathering } from "../../collect-refusals.ts";
import type { Deadline } from "../../deadline.ts";
import { describeCommandFailure, firstLines, type CommandResult, type RunCommand } from "../../host/run-command.ts";
import { Refusal, type Declared } from "../../refusal.ts";
import { UNTIMED, type TimeStep } from "../../time-step.ts";

export interface Validation extends Declared {
  /** argv; `{}` stands for the staged file. */
  readonly argv: readonly string[];
  readonly path: string;
  readonly stagedPath: string;
  readonly holdsSecrets: boolean;
}

interface ValidationContext {
  readonly deadline: Deadline;
  readonly run: RunCommand;
  /** Default: no time is noted. */
  readonly time?: TimeStep;
}

/** A validator needs a moment; one that needs longer hangs, and must not eat the time of the stages after it. */
const TIMEOUT_MS = 30_000;

export type ValidationOutcome =
  | { readonly kind: "passed" }
  /** Its program could not be asked here. */
  | { readonly kind: "skipped"; readonly by: readonly string[]; readonly reason: string }
  /** It prints secrets or names their files, and neither is in an image: the boot asks. */
  | { readonly kind: "later"; readonly by: readonly string[] };

/** By the file's path. */
export type ValidationOutcomes = ReadonlyMap<string, ValidationOutcome>;

/** @throws Refusal with all that their programs refuse */
export async function validateFiles(
  validations: readonly Validation[],
  context: ValidationContext,
): Promise<ValidationOutcomes> {
  const byCommand = new Map(validations.map((validation) => [JSON.stringify(commandOf(validation)), validation]));
  const unrunnable = new Set<string>();
  await allGathering([...byCommand.values()], async (validation) => {
    const refusal = await validate(validation, context);
    if (refusal === null) return;
    // A program that cannot be run is one cause, whatever number of files it validates.
    const { cause } = refusal;
    if (cause !== null && unrunnable.has(cause)) return;
    if (cause !== null) unrunnable.add(cause);
    throw refusal.refusal;
  });
  return new Map(validations.map(({ path }) => [path, { kind: "passed" }]));
}

/** `passed`, or `not validated by /usr/sbin/nginx: …`. */
export function describeValidation(outcome: ValidationOutcome): string {
  switch (outcome.kind) {
    case "passed":
      return "passed";
    case "skipped":
      return `not validated by ${outcome.by[0]}: ${outcome.reason}`;
    case "later":
      return `not validated by ${outcome.by[0]} before the boot: it needs secrets, which are in no image`;
  }
}

async function validate(
  validation: Validation,
  { deadline, run, time = UNTIMED }: ValidationContext,
): Promise<{ readonly refusal: Refusal; readonly cause: string | null } | null> {
  const timeoutMs = Math.min(TIMEOUT_MS, deadline.remainingMs());
  const ask = () => run(commandOf(validation), timeoutMs, deadline.signal);
  const result = await time(`validate ${validation.path}`, ask);
  if (result.kind === "exited" && result.status === 0) return null;
  const problem = {
    what: `${judge(result, validation)}: ${describeCommandFailure(result, timeoutMs)}${quote(result, validation)}`,
    fix: fixFor(result, validation),
  };
  // With another value of a secret it may pass.
  const isOfSecret = validation.holdsSecrets ? { isRetryable: true } : {};
  const refusal = new Refusal(result.kind === "not-started" ? "system" : "data", problem, isOfSecret);
  return { refusal, cause: causeInProgram(result, validation) };
}

/** What keeps the program from any verdict, by which several files have it in common. Null: it is about this file. */
function causeInProgram(result: CommandResult, { argv }: Validation): string | null {
  if (result.kind === "absent" || result.kind === "forbidden") return argv[0] ?? "";
  return isUnstartable(result) ? JSON.stringify([argv[0], result]) : null;
}

/**
 * POSIX: 126 and 127 are of what could not be executed or found. So end chroot, env and shells, and the dynamic loader where a library is
 * missing; a file that the program has read makes none of them.
 */
function isUnstartable(result: CommandResult): boolean {
  return result.kind === "exited" && (result.status === 126 || result.status === 127);
}

function judge(result: CommandResult, { argv, path }: Validation): string {
  const validator = `validator \`${argv.join(" ")}\``;
  if (isUnstartable(result))
    return `the ${validator} of ${path} gave no verdict, as it, or what it calls, cannot run here`;
  if (result.kind === "exited") return `${path} is refused by its ${validator}`;
  return `the ${validator} of ${path} gave no verdict`;
}

function commandOf({ argv, stagedPath }: Validation): string[] {
  return argv.map((word) => word.replaceAll("{}", () => stagedPath));
}

function quote(result: CommandResult, { holdsSecrets, stagedPath, path }: Validation): string {
  if (!("output" in result)) return "";
  if (holdsSecrets) return " (its output is withheld: the file holds secrets)";
  const said = firstLines(result.output, 3).replaceAll(stagedPath, () => join("/", path));
  return said === "" ? "" : `: ${said}`;
}

function fixFor(result: CommandResult, { argv }: Validation): string {
  switch (result.kind) {
    case "killed":
      // The kernel's way, where the machine's memory or the unit's MemoryMax= is used up.
      if (result.signal === "SIGKILL")
        return "Look whether it ran out of memory (journalctl -k); if not, fix the template; the file was not changed.";
      return "Fix the template; the file was not changed.";
    case "exited":
      return isUnstartable(result)
        ? `Look in the image for what ${argv[0]} needs: its interpreter, which \`file\` names (a script's is behind its #!), and the libraries that \`ldd\` lists; the file was not changed.`
        : "Fix the template; the file was not changed.";
    case "timed-out":
      return "Use a validator that ends by itself; the file was not changed.";
    case "interrupted":
      return "Run parbake again; the file was not changed.";
    case "not-started":
      return "Free memory or processes, and try again; the file was not changed.";
    case "forbidden":
      return `Make it executable in the image: chmod +x ${argv[0]}; the file was not changed.`;
    case "absent":
      return "Install the program in the image, or fix `validate:`; the file was not changed.";
  }
}
