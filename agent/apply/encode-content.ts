// Fills the holes of a planned file with the secret values that were fetched. Every failure names the secret's label only:
// no message of a decoder, for it may quote the value.

import { isUtf8 } from "node:buffer";
import type { FetchedSecret } from "../aws/fetched-secret.ts";
import { encode, Unencodable } from "../plan/encode.ts";
import type { FileStep, SecretPart } from "../plan/plan.ts";
import { Refusal } from "../refusal.ts";

/** By the secret's name in the config. */
export type FetchedSecrets = ReadonlyMap<string, FetchedSecret>;

export function encodeContent({ content, path }: FileStep, secrets: FetchedSecrets): Buffer {
  return Buffer.concat(
    content.map((part) => (typeof part === "string" ? Buffer.from(part) : fill(part, path, secrets))),
  );
}

function fill({ reference, format, place }: SecretPart, path: string, secrets: FetchedSecrets): Buffer {
  const value = secrets.get(reference.secret)?.values.get(reference.key);
  if (!value) throw new Error(`the plan prints ${reference.secret}.${reference.key}, which was not fetched`);
  const bytes = value.reveal();
  if (!isUtf8(bytes)) throw unfit(path, value.label, "it is not text (UTF-8)");
  try {
    return Buffer.from(encode(format, bytes.toString("utf8"), place));
  } catch (error) {
    throw unfit(
      path,
      value.label,
      error instanceof Unencodable ? error.message : `the format ${format} cannot hold it`,
    );
  }
}

function unfit(path: string, label: string, why: string): Refusal {
  return new Refusal("data", {
    what: `${path} cannot hold the secret ${label}: ${why}`,
    fix: "Give the key a file of its own, and print that file's path.",
  });
}
