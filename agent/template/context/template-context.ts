// What a template can see: `facts`, `apps.<name>.<setting>`, `profiles.<profile>.<setting>`, `secrets.<name>.<key>`, `vars`.
// Never holds a secret's value.

import type { SecretConfig } from "../../config/config.ts";
import type { Facts } from "../../facts/facts.ts";
import type { SecretReference } from "../../formats/content.ts";
import { inOrder } from "../../ordered-map.ts";
import type { Setting } from "../../tuning/profile/profile.ts";
import type { AppPlan } from "../../tuning/tuning.ts";
import { Written } from "../../written.ts";

/** A setting: printed as its `text` (`2560MB`), calculated with as its `value` (2684354560). */
export class TunedValue {
  readonly setting: Setting;

  constructor(setting: Setting) {
    this.setting = setting;
  }

  /** A number stays a number where the text says the same, so that JSON gets `4` and not `"4"`. */
  get printed(): string | number | boolean {
    const { value, text } = this.setting;
    return String(value) === text ? value : text;
  }
}

/** Stands for a secret's value, which only apply has. */
export class SecretHole {
  readonly reference: SecretReference;

  constructor(reference: SecretReference) {
    this.reference = reference;
  }
}

/** Stands for what could not be worked out this time: any path through it passes the linter. */
export const UNKNOWN = Symbol("unknown");

export interface TemplateContext {
  readonly facts: Readonly<Record<string, unknown>>;
  readonly apps: Readonly<Record<string, unknown>> | typeof UNKNOWN;
  /** The same apps by their profile, where there is one of it: a template that is made for a profile need not know names. */
  readonly profiles: Readonly<Record<string, unknown>> | typeof UNKNOWN;
  readonly secrets: Readonly<Record<string, unknown>>;
  readonly vars: Readonly<Record<string, unknown>>;
}

interface ContextInput {
  readonly facts: Facts;
  /** Null: tuning failed, and templates are linted only. */
  readonly apps: readonly AppPlan[] | null;
  /** Optional apps that are left out: their settings are never printed, but a template may name them. */
  readonly absent?: readonly AppPlan[];
  readonly secrets: readonly SecretConfig[];
  readonly secretsFolder: string;
  readonly vars: Readonly<Record<string, unknown>>;
}

export function buildTemplateContext(input: ContextInput): TemplateContext {
  const { facts, apps, absent = [], secrets, secretsFolder, vars } = input;
  // Without what only some apps need: a bake always knows what the catalogue says of a type, and never the file systems.
  const { origins: _, network: __, cpuBaselinePercent: ___, fileSystems: ____, tags, ...plain } = facts;
  const appsMap = apps === null ? null : appsContext(apps, absent);
  return map({
    // An instance without tags has an empty map: there `#if facts.tags.Role` is false.
    facts: copyMap({ ...plain, tags: tags ?? {} }),
    apps: appsMap ?? UNKNOWN,
    profiles: appsMap === null ? UNKNOWN : profilesContext([...(apps ?? []), ...absent], appsMap),
    secrets: map(Object.fromEntries(secrets.map((secret) => [secret.name, secretContext(secret, secretsFolder)]))),
    vars: copyMap(vars),
  });
}

/** `#each apps` goes over those that are present. */
function appsContext(apps: readonly AppPlan[], absent: readonly AppPlan[]): Record<string, unknown> {
  const context = map(Object.fromEntries(apps.map((app) => [app.name, appContext(app, true)])));
  for (const app of absent) {
    Object.defineProperty(context, app.name, { value: appContext(app, false), enumerable: false });
  }
  return context;
}

/** The apps that share a profile, by the profile: which of them is meant must be said. */
const AMBIGUOUS = Symbol("ambiguous");

function profilesContext(apps: readonly AppPlan[], byName: Record<string, unknown>): Record<string, unknown> {
  const context = map<Record<string, unknown>>({});
  const ambiguous = new Map<string, readonly string[]>();
  const profiles = Map.groupBy(apps, ({ profile }) => profile);
  for (const [profile, same] of profiles) {
    const names = same.map(({ name }) => name);
    const [name = "", ...others] = names;
    const value = byName[name];
    if (others.length > 0) ambiguous.set(profile, names);
    else Object.defineProperty(context, profile, { value, enumerable: isPresent(value) });
  }
  return Object.defineProperty(context, AMBIGUOUS, { value: ambiguous, enumerable: false });
}

function isPresent(app: unknown): boolean {
  return typeof app === "object" && app !== null && "present" in app && app.present === true;
}

/** The apps of a profile that several have; none where `holder` is not `profiles`. */
export function appsOfProfile(holder: unknown, profile: string): readonly string[] {
  if (typeof holder !== "object" || holder === null || !(AMBIGUOUS in holder)) return [];
  return (holder[AMBIGUOUS] as ReadonlyMap<string, readonly string[]>).get(profile) ?? [];
}

/** Where an app stands by its name, whichever way a template came to it. */
const PLACE = Symbol("place");

export function placeOf(context: unknown): string | null {
  if (typeof context !== "object" || context === null || !(PLACE in context)) return null;
  return context[PLACE] as string;
}

/** Marks an app that a smaller machine does without: its settings may be read only where it is known to be present. */
const OPTIONAL = Symbol("optional");

export function isOptionalApp(context: unknown): boolean {
  return typeof context === "object" && context !== null && Object.hasOwn(context, OPTIONAL);
}

/** `memoryBytes`, `vcpus` and `present` can be read too, but `#each apps.db` goes over the settings alone. */
function appContext(
  { name: app, settings, memoryBytes, vcpus, optional }: AppPlan,
  present: boolean,
): Record<string, unknown> {
  const context = map(
    Object.fromEntries(Object.entries(settings).map(([name, setting]) => [name, new TunedValue(setting)])),
  );
  for (const [name, value] of Object.entries({ memoryBytes, vcpus, present })) {
    if (!Object.hasOwn(context, name)) Object.defineProperty(context, name, { value, enumerable: false });
  }
  Object.defineProperty(context, PLACE, { value: `apps.${app}`, enumerable: false });
  if (optional) Object.defineProperty(context, OPTIONAL, { value: true, enumerable: false });
  return context;
}

function secretContext(secret: SecretConfig, folder: string): Record<string, unknown> {
  const contextOf = (name: string, key: string, file: string | null): Record<string, unknown> => {
    const value = new SecretHole({ secret: name, key });
    return file === null ? { value } : { path: secretPath(folder, file), value };
  };
  const keys = secret.keys.map(({ key, file, previous }) => {
    const context = contextOf(secret.name, key, file);
    if (!previous) return [key, map(context)] as const;
    return [key, map({ ...context, previous: map(contextOf(previousName(secret.name), key, previous.file)) })] as const;
  });
  return map(Object.fromEntries(keys));
}

/** The step that fetches the version before. No name in the config has a dot. */
export function previousName(name: string): string {
  return `${name}.previous`;
}

export function secretPath(folder: string, file: string): string {
  return `${folder.replace(/\/+$/, "")}/${file}`;
}

/** Without JavaScript's prototype, so that no path can reach into the language. */
function map<T extends object>(entries: T): T {
  return Object.setPrototypeOf({ ...entries }, null);
}

function copyMap(entries: object): Record<string, unknown> {
  const members = Object.entries(entries).map(([key, member]) => [key, copy(member)] as const);
  return inOrder(
    map(Object.fromEntries(members)),
    members.map(([key]) => key),
  );
}

function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (typeof value !== "object" || value === null || value instanceof Written) return value;
  return copyMap(value);
}
