// Fills the holes of a planned file with the secret values that were fetched, and has the result read back before it goes
// anywhere. Every failure names the secret's label only: no message of a decoder, for it may quote the value.

import { isUtf8 } from "node:buffer";
import type { FetchedSecrets } from "../../aws/fetched-secret.ts";
import type { SecretValue } from "../../aws/secret-value.ts";
import type { SecretPart } from "../../formats/content.ts";
import { Unencodable } from "../../formats/encode.ts";
import { fillHole, readBack, type Hole } from "../../formats/read-back.ts";
import type { FileStep } from "../../plan/plan.ts";
import { Refusal } from "../../refusal.ts";

/** The part of a content that one secret fills. */
interface Filling {
  readonly hole: Hole;
  readonly value: SecretValue;
}

export function encodeContent(step: FileStep, secrets: FetchedSecrets): Buffer {
  const fillings: Filling[] = [];
  const parts = step.content.map((part) => {
    if (typeof part === "string") return part;
    const filling = fill(part, step, secrets, fillings.length);
    fillings.push(filling);
    return filling.hole;
  });
  const format = step.content.find((part) => typeof part !== "string")?.format;
  const [first] = fillings;
  if (format !== undefined && first !== undefined) proveReadBack(step, format, parts, fillings, first);
  return toBytes(parts.map((part) => (typeof part === "string" ? part : part.written)));
}

// Straight into one buffer, which the caller zeroes: each buffer on the way would be a copy that nobody does.
function toBytes(texts: readonly string[]): Buffer {
  const bytes = Buffer.alloc(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0));
  let offset = 0;
  for (const text of texts) offset += bytes.write(text, offset);
  return bytes;
}

function fill(
  { reference, format, place, type }: SecretPart,
  step: FileStep,
  secrets: FetchedSecrets,
  index: number,
): Filling {
  const value = secrets.get(reference.secret)?.values.get(reference.key);
  if (!value) throw new Error(`the plan prints ${reference.secret}.${reference.key}, which was not fetched`);
  const bytes = value.reveal();
  if (!isUtf8(bytes)) throw unfit(step, value.label, "it is not text (UTF-8)");
  try {
    return { value, hole: fillHole(format, bytes.toString("utf8"), place ?? "alone", index, type) };
  } catch (error) {
    // Anything else is a bug, of which only the place is ever told.
    if (!(error instanceof Unencodable)) throw error;
    const why = error.message;
    if (type === undefined) throw unfit(step, value.label, why);
    const helper = type === "boolean" ? "bool" : "number";
    const fix = `Fix the value in Secrets Manager, or take \`${helper}\` out of ${step.template} to print it as text.`;
    throw unfit(step, value.label, why, fix);
  }
}

/** The plan proved it with a stand-in for each value; this is the proof for the values themselves. */
function proveReadBack(
  step: FileStep,
  format: SecretPart["format"],
  parts: readonly (string | Hole)[],
  fillings: readonly Filling[],
  first: Filling,
): void {
  const read = readBack(format, parts);
  if (read.kind === "proven") return;
  const found = read.kind === "differs" ? fillings.find(({ hole }) => hole === read.hole) : undefined;
  const { value } = found ?? first;
  const isExpanded = read.kind === "differs" && read.isExpanded === true;
  const why = isExpanded ? `${format} expands the $ in it` : `${format} would not read it back as it is`;
  throw unfit(step, value.label, `where ${step.template} prints it, ${why}`);
}

const OWN_FILE = "Give the key a file of its own, and print that file's path.";

function unfit({ path }: FileStep, label: string, why: string, fix = OWN_FILE): Refusal {
  return new Refusal("data", { what: `${path} cannot hold the secret ${label}: ${why}`, fix }, { isRetryable: true });
}
