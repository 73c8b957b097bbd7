// Takes out of a told config what looks like a credential: the salt of `seal`, variables with the name of a secret, and whatever the rules
// of `seal` find. A config should have none of the latter, and people paste what they see into tickets.

import type { Told, ToldEntry } from "../config/read/tell-config.ts";
import { SECRET_NAME } from "../seal/rules/assigned-rules.ts";
import { SecretFinder, type Judged } from "./find-secrets.ts";
import { hideKnown } from "./hide.ts";

type Scalar = Extract<Told, { kind: "scalar" }>;

interface Placed {
  readonly path: string;
  readonly scalar: Scalar;
}

const NAMED = new RegExp(String.raw`^vars\..*${SECRET_NAME}[^.]*$`, "i");

export function hideSecrets(entries: readonly ToldEntry[]): readonly ToldEntry[] {
  const scalars = entries.flatMap(([key, told]) => listScalars(key, told));
  const named = scalars.filter(({ path, scalar }) => path === "seal.salt" || NAMED.test(path) || isKnown(scalar));
  const hidden = new Set([...named, ...findSecrets(scalars)].map(({ scalar }) => scalar));
  return entries.map((entry) => replaceIn(entry, hidden));
}

/** By no rule: a private key, however long. */
function isKnown({ scalar }: Scalar): boolean {
  return typeof scalar === "string" && hideKnown(scalar).text !== scalar;
}

function listScalars(path: string, told: Told): Placed[] {
  switch (told.kind) {
    case "scalar":
      return [{ path, scalar: told }];
    case "hidden":
      return [];
    case "list":
      return told.items.flatMap((item, index) => listScalars(`${path}[${index}]`, item));
    case "mapping":
      return told.entries.flatMap(([key, each]) => listScalars(`${path}.${key}`, each));
  }
}

/** All are judged in one text, in which each stands behind its key. */
function findSecrets(scalars: readonly Placed[]): Placed[] {
  const lines = scalars.map(({ path, scalar }) => Buffer.from(`${keyOf(path)}: ${String(scalar.scalar)}\n\n`));
  const found = placesIn(new SecretFinder().judge({ name: "config", bytes: Buffer.concat(lines) }));
  let end = 0;
  return scalars.filter((_, index) => {
    const start = end;
    end += lines[index]!.length;
    return found.some((at) => at >= start && at < end);
  });
}

function keyOf(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

function placesIn(judged: Judged): readonly number[] {
  return judged.kind === "whole" ? [] : judged.found.map(({ at }) => at);
}

function replaceIn([key, told]: ToldEntry, hidden: ReadonlySet<Scalar>): ToldEntry {
  return [key, replace(told, hidden)];
}

function replace(told: Told, hidden: ReadonlySet<Scalar>): Told {
  switch (told.kind) {
    case "scalar":
      return hidden.has(told) ? { kind: "hidden", at: told.at } : told;
    case "hidden":
      return told;
    case "list":
      return { ...told, items: told.items.map((item) => replace(item, hidden)) };
    case "mapping":
      return { ...told, entries: told.entries.map((entry) => replaceIn(entry, hidden)) };
  }
}
