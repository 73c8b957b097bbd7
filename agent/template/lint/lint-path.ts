// Whether a path of a template may be used as it is used: printed, tested, looped over, given to a helper.

import { MOST_COMPARED, suggest } from "../../nearest.ts";
import type { Lookup } from "../context/scope.ts";
import { appsOfProfile, SecretHole } from "../context/template-context.ts";
import { type View, isContainer, isUnknown, namesIn, opennessOf } from "../context/view.ts";
import type { Helper } from "../helpers/helpers.ts";
import type { Path } from "../tree/template-ast.ts";

/**
 * `test`: `#if` and the like. `within`: `#with`, which asks and enters. `default`: what may be missing. `structure`: a helper
 * that takes lists and maps. `typed`: a helper that takes a secret's value, to print it.
 */
export type PathUse = "output" | "argument" | "typed" | "structure" | "list" | "test" | "within" | "default";

/** Of the argument of that number. */
export function useOf({ optional, takes, takesSecrets }: Helper, index: number): PathUse {
  if (takesSecrets) return "typed";
  if (optional === "all") return "test";
  if (optional === "first" && index === 0) return "default";
  return ["list", "any"].includes(takes[index] ?? "any") ? "structure" : "argument";
}

interface Objection {
  readonly what: string;
  readonly fix: string;
}

/** Names that lead into JavaScript itself. */
const INTERNALS = new Set(Object.getOwnPropertyNames(Object.prototype).concat("prototype"));

function useDefault(name: string): string {
  return `Write {{default ${name} …}} if it may be missing.`;
}

/** @param secretValuesAllowed whether the file may hold a secret's value */
export function checkPath(path: Path, found: Lookup, use: PathUse, secretValuesAllowed: boolean): Objection | null {
  const internal = path.parts.find((part) => INTERNALS.has(part));
  if (internal !== undefined) {
    return { what: `${path.original} leads into JavaScript ('${internal}')`, fix: "Use another name." };
  }
  if (found.kind === "no-such-place") return found;
  if (found.kind === "missing") return mayBeMissing(found.holder, use) ? null : explainMissing(path.original, found);
  if (!found.inEveryItem && !mayBeNull(use)) return notInEveryItem(path.original);
  if (isUnknown(found.view)) return null;
  return (
    checkSecretPart(path.original, found.view, use, secretValuesAllowed) ?? checkValues(path.original, found.view, use)
  );
}

/** `secrets.db.password` is neither the secret's path nor its value, and `secrets.db` no key: which is meant must be said. */
function checkSecretPart(name: string, { values }: View, use: PathUse, valuesAllowed: boolean): Objection | null {
  if (use !== "argument" && !mayBeSecret(use)) return null;
  const [value] = values;
  if (!isContainer(value)) return null;
  if (values.every(isSecretKey)) {
    const path = `{{${name}.path}} prints where its file is`;
    const text = `{{${name}.value}} prints the value`;
    const ways = [values.every((one) => Object.hasOwn(one, "path")) ? path : "", valuesAllowed ? text : ""].filter(
      (way) => way !== "",
    );
    return {
      what: `${name} is a key of a secret, and says neither its path nor its value`,
      fix:
        ways.length > 0 ? `${ways.join(", ")}.` : `Give the key a \`file:\` in the config, and print {{${name}.path}}.`,
    };
  }
  const key = Object.keys(value).find((one) => isSecretKey(value[one]));
  if (key === undefined) return null;
  return {
    what: `${name} is a whole secret, and a template prints one key of it`,
    fix: `Name the key: ${name}.${key}.`,
  };
}

/** What `secrets.<name>.<key>` leads to. */
export function isSecretKey(value: unknown): value is Record<string, unknown> {
  return isContainer(value) && value["value"] instanceof SecretHole;
}

/** For a file that is not on the secrets file system. */
export function checkSecret(found: Lookup, use: PathUse): Objection | null {
  if (found.kind !== "found" || !mayBeSecret(use)) return null;
  if (!found.view.values.some((value) => value instanceof SecretHole)) return null;
  return {
    what: `${found.view.path} is a secret's value, and this file is not on the secrets file system`,
    fix: "Move the file below the secrets folder, or print the secret's .path and let the program read it there.",
  };
}

function mayBeSecret(use: PathUse): boolean {
  return use === "output" || use === "typed";
}

function notInEveryItem(name: string): Objection {
  return { what: `not every item has ${name}`, fix: useDefault(name) };
}

function mayBeNull(use: PathUse): boolean {
  return use === "test" || use === "within" || use === "default";
}

function mayBeMissing(holder: View, use: PathUse): boolean {
  const openness = opennessOf(holder);
  if (use === "default") return openness !== "nowhere";
  return mayBeNull(use) && openness === "tests";
}

function explainMissing(
  name: string,
  { holder, name: missing, inSomeItems }: Extract<Lookup, { kind: "missing" }>,
): Objection {
  if (inSomeItems) return notInEveryItem(name);
  const apps = holder.values.flatMap((value) => appsOfProfile(value, missing));
  if (apps.length > 0)
    return {
      what: `${name}: ${apps.length} apps have the profile ${missing}`,
      fix: `Say which: ${apps.map((app) => `apps.${app}`).join(" or ")}.`,
    };
  if (opennessOf(holder) === "tests") return { what: `there is no ${name} on this instance`, fix: useDefault(name) };
  if (missing === "path" && holder.values.every(isSecretKey))
    return {
      what: `${name}: the key has no file, and so no path`,
      fix: "Give it one in the config: `file:`, a path below the secrets folder.",
    };
  const place = holder.path === "" ? "" : ` (${holder.path} has no '${missing}')`;
  if (!holder.values.some(isContainer))
    return { what: `${name}: there is nothing inside ${holder.path}`, fix: `Write {{${holder.path}}}.` };
  return { what: `unknown variable ${name}${place}`, fix: suggestFrom(holder, missing) };
}

function checkValues(name: string, { values }: View, use: PathUse): Objection | null {
  if (!mayBeSecret(use) && values.some((value) => value instanceof SecretHole)) {
    return {
      what: `${name} is a secret's value, which can only be printed`,
      fix: "Print it on its own: {{secrets.<name>.<key>.value}}.",
    };
  }
  if (mayBeNull(use)) return null;
  if (values.some((value) => value === null || value === undefined)) {
    return { what: `${name} is null here`, fix: useDefault(name) };
  }
  if (use === "list" && !values.every(isContainer)) {
    return { what: `#each wants a list or a map, and ${name} is neither`, fix: "Print it with {{…}}." };
  }
  if (use === "output" && values.some(isContainer)) {
    return {
      what: `${name} is a list or a map and has no text of its own`,
      fix: "Use {{#each …}}, {{join …}} or {{json …}}.",
    };
  }
  return null;
}

function suggestFrom(holder: View, missing: string): string {
  const names = namesIn(holder);
  if (names.length > MOST_COMPARED) return suggest(missing, names);
  if (names.length > 0) return suggest(missing, names.toSorted());
  return opennessOf(holder) === "defaults"
    ? "Declare it under vars: in the config."
    : `There is nothing in ${holder.path}.`;
}
