// Withholds what a failed program says where that quotes a secret: a validator or a health check may read secrets by
// itself, also for a file that holds none. Never changes what a program that ended well has said.

import type { FetchedSecrets } from "../../aws/fetched-secret.ts";
import { errnoOf } from "../../host/file-error.ts";
import { readPlain } from "../../host/read-plain.ts";
import { resolveInRoot } from "../../host/resolve-in-root.ts";
import type { RunCommand } from "../../host/run-command.ts";
import type { Plan } from "../../plan/plan.ts";
import { Refusal } from "../../refusal.ts";
import { locate } from "../change/generation-layout.ts";
import { STORED_FILE } from "./stored-generation.ts";

const WITHHELD = "(withheld: a secret's value is in what it says; run it by hand to see that)";

/** A message quotes a part of what it could not read. Shorter parts are in any text. */
const PART_LENGTH = 8;
/** What is shorter is no secret that a message could give away: a port, a name. */
const SHORTEST_LENGTH = 5;

/** @param values asked for only where a program has failed, and zeroed after that */
export function withholdSecrets(run: RunCommand, values: () => readonly Buffer[]): RunCommand {
  return async (argv, timeoutMs, signal) => {
    const result = await run(argv, timeoutMs, signal);
    if (!("output" in result) || (result.kind === "exited" && result.status === 0)) return result;
    const copies = values();
    try {
      return quotesAny(result.output, copies) ? { ...result, output: WITHHELD } : result;
    } finally {
      for (const bytes of copies) bytes.fill(0);
    }
  };
}

/**
 * Copies, the caller's to zero, of the values that this run has fetched, and those that have a file of their own. Of a
 * value that only templates print, and that was stored before, nothing is known.
 */
export function listValues({ steps, secretsFolder }: Plan, root: string, secrets: FetchedSecrets): Buffer[] {
  return steps.flatMap((step) => {
    if (step.kind !== "secret") return [];
    const fetched = [...(secrets.get(step.name)?.values.values() ?? [])].map((value) => Buffer.from(value.reveal()));
    return [
      ...fetched,
      ...step.keys.flatMap(({ path }) =>
        path === null ? [] : (readStored(resolveInRoot(root, locate(root, secretsFolder, path))) ?? []),
      ),
    ];
  });
}

function readStored(file: string): Buffer | null {
  try {
    return readPlain(file, file, STORED_FILE).bytes;
  } catch (error) {
    // Not stored yet, not ours to read, or no file at all.
    if (errnoOf(error) === null && !(error instanceof Refusal)) throw error;
    return null;
  }
}

function quotesAny(output: string, values: readonly Buffer[]): boolean {
  // One character for each byte, so that values that are no text compare as well.
  const text = Buffer.from(output).toString("latin1");
  const parts = new Set(partsOf(text));
  return values.some((bytes) => quotes(text, parts, bytes.toString("latin1").trim()));
}

function quotes(text: string, parts: ReadonlySet<string>, value: string): boolean {
  if (value.length < SHORTEST_LENGTH) return false;
  return value.length < PART_LENGTH ? text.includes(value) : partsOf(value).some((part) => parts.has(part));
}

function partsOf(text: string): string[] {
  return Array.from({ length: Math.max(0, text.length - PART_LENGTH + 1) }, (_, start) =>
    text.slice(start, start + PART_LENGTH),
  );
}
