// What a path of a template may lead to: the very values that it will find, since all but secrets are known before rendering.

import { Written } from "../../written.ts";
import { JsonText, RawText, TypedScalar } from "./helper-values.ts";
import { placeOf, SecretHole, TunedValue, UNKNOWN } from "./template-context.ts";

/** Every value that a name can have at a place; several inside `#each`. None at all: an empty list, of which nothing is known. */
export interface View {
  readonly values: readonly unknown[];
  /** From the root: `apps.db`, `vars.users[]`. */
  readonly path: string;
}

/** Where a name that is not there is no mistake: in `#if` and `default` (tags), in `default` alone (vars), nowhere. */
type Openness = "tests" | "defaults" | "nowhere";

export type Resolved =
  | { readonly kind: "found"; readonly view: View; readonly inEveryItem: boolean }
  | { readonly kind: "missing"; readonly name: string; readonly holder: View; readonly inSomeItems: boolean };

export function resolve(view: View, parts: readonly string[]): Resolved {
  let current = view;
  let inEveryItem = true;
  for (const [index, name] of parts.entries()) {
    if (isUnknown(current)) return { kind: "found", view: { ...current, values: [] }, inEveryItem: true };
    const holders = current.values.filter(
      (value): value is Record<string, unknown> => isContainer(value) && Object.hasOwn(value, name),
    );
    inEveryItem = holders.length === current.values.length;
    if (holders.length === 0 || (!inEveryItem && index < parts.length - 1)) {
      return { kind: "missing", name, holder: current, inSomeItems: holders.length > 0 };
    }
    const values = holders.map((value) => value[name]);
    const path = current.path === "" ? name : `${current.path}.${name}`;
    current = { values, path: (values.length === 1 ? placeOf(values[0]) : null) ?? path };
  }
  return { kind: "found", view: current, inEveryItem };
}

/** What `this` is inside `#each`, and what `@key` is. */
export function itemsOf(view: View): { readonly items: View; readonly keys: View } {
  const containers = view.values.filter(isContainer);
  const keys = containers.flatMap<unknown>((value) => (Array.isArray(value) ? [...value.keys()] : Object.keys(value)));
  return {
    items: { values: containers.flatMap((value) => Object.values(value)), path: `${view.path}[]` },
    keys: { values: keys, path: "@key" },
  };
}

export function isUnknown({ values }: View): boolean {
  return values.length === 0 || values.includes(UNKNOWN);
}

/** What looks like a map to JavaScript, and is one value. */
const VALUES = [TunedValue, SecretHole, Written, JsonText, RawText, TypedScalar] as const;

/** A map or list that can be gone into; settings, secrets, what was written and what helpers give are values. */
export function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !VALUES.some((kind) => value instanceof kind);
}

/** `vars` and tags are filled by people, per image and per instance. */
export function opennessOf({ path }: View): Openness {
  if (/^facts\.tags\b/.test(path)) return "tests";
  return /^vars\b/.test(path) ? "defaults" : "nowhere";
}

export function namesIn({ values }: View): string[] {
  const names = values
    .filter(isContainer)
    .flatMap((value) => (Array.isArray(value) ? [] : Object.getOwnPropertyNames(value)));
  return [...new Set(names)];
}
