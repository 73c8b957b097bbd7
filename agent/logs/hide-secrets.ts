// What looks like a credential in a told config: variables with the name of a secret, and whatever the rules of `seal` find. `config show`
// hides them, and the salt of `seal`, for people paste what they see into tickets; `check` warns of what the rules find.

import type { Told, ToldEntry } from "../config/read/tell-config.ts";
import type { Problem } from "../refusal.ts";
import { holdsValue } from "../seal/rules/assigned-rules.ts";
import { SecretFinder, type Judged } from "./find-secrets.ts";
import { hideKnown } from "./hide.ts";
import { isAssignedName, isSecretName, isVersionName } from "./secret-names.ts";

type Scalar = Extract<Told, { kind: "scalar" }>;

interface Placed {
  readonly path: string;
  readonly scalar: Scalar;
}

const SALT = "seal.salt";

export function hideSecrets(entries: readonly ToldEntry[]): readonly ToldEntry[] {
  const scalars = entries.flatMap(([key, told]) => listScalars(key, told));
  const named = scalars.filter(({ path }) => path === SALT || isNamed(path));
  const found = [...named, ...findCredentials(scalars)];
  const hidden = new Set([...found, ...findCopies(scalars, found)].map(({ scalar }) => scalar));
  return entries.map((entry) => replaceIn(entry, hidden));
}

/** An alias of one, or the same once more. Below `secrets` stand names of secrets, as in a variable `secretName`. */
function findCopies(scalars: readonly Placed[], found: readonly Placed[]): readonly Placed[] {
  const values = new Set(found.map(textOf).filter(holdsValue));
  return scalars.filter((placed) => values.has(textOf(placed)) && namesOf(placed.path)[0] !== "secrets");
}

function textOf({ scalar: { scalar } }: Placed): string {
  return String(scalar);
}

/** A variable with such a name, or below one. */
function isNamed(path: string): boolean {
  const [top, ...names] = namesOf(path);
  return top === "vars" && names.some(isSecretName);
}

function namesOf(path: string): readonly string[] {
  return path.split(/[.[]/);
}

/**
 * Of the same, but by its name alone nothing is one: `tokenLifetime: 30m`, `secretName: prod/db`. The salt is meant to be there. Never
 * says a value.
 */
export function warnCredentials(entries: readonly ToldEntry[]): Problem[] {
  const scalars = entries.flatMap(([key, told]) => listScalars(key, told)).filter(({ path }) => path !== SALT);
  return findCredentials(scalars).map(({ path, scalar }) => ({
    what: `${path} looks like a credential, and the config is in the image`,
    fix: "Fetch it as a secret at the boot: keep it in Secrets Manager, and name it under `secrets`.",
    at: scalar.at,
  }));
}

function findCredentials(scalars: readonly Placed[]): readonly Placed[] {
  const found = new Set(findByRules(scalars));
  return scalars.filter((placed) => found.has(placed) || isKnown(placed.scalar) || isAssigned(placed));
}

/** A word with a digit in it, which is set to the name of a secret's, or to one of its versions. */
function isAssigned({ path, scalar: { scalar } }: Placed): boolean {
  const [top, ...names] = namesOf(path);
  const name = names.findLast((each) => !/^\d+\]$/.test(each) && !isVersionName(each));
  if (top !== "vars" || name === undefined || !isAssignedName(name) || typeof scalar !== "string") return false;
  return holdsValue(scalar) && /^(?!\w+:)(?=\D*\d)\S+$/.test(scalar);
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

/** All are judged in one text, in which each stands behind its key, and what follows in a list behind a blank, as in a command. */
function findByRules(scalars: readonly Placed[]): Placed[] {
  const lines = scalars.map((placed) =>
    Buffer.from(isFollowing(placed) ? ` ${textOf(placed)}` : `\n\n${keyOf(placed)}: ${textOf(placed)}`),
  );
  const judged = new SecretFinder().judge({ name: "config", bytes: Buffer.concat(lines) });
  const found = placesIn(judged).toSorted((one, other) => one - other);
  let [end, next] = [0, 0];
  return scalars.filter((_, index) => {
    const first = next;
    end += lines[index]!.length;
    while (next < found.length && found[next]! < end) next += 1;
    return next > first;
  });
}

function isFollowing({ path }: Placed): boolean {
  return path.endsWith("]") && !path.endsWith("[0]");
}

function keyOf({ path }: Placed): string {
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
