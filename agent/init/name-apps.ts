// What the config calls the apps that were found: a service of the operator's own by its unit, any other by its profile. Pure.

import { isConfigName } from "../names/config-name.ts";
import type { FoundApp } from "./found.ts";

export interface NamedApp {
  readonly name: string;
  readonly app: FoundApp;
  /** Whether there are others of its profile, so that its templates must call it by name. */
  readonly isOneOfMany: boolean;
}

export function nameApps(apps: readonly FoundApp[]): readonly NamedApp[] {
  const taken = new Set<string>();
  return apps.map((app) => {
    const isOneOfMany = apps.filter(({ profile }) => profile === app.profile).length > 1;
    const wanted = app.isOwn ? app.stem : isOneOfMany ? `${app.profile}-${app.stem}` : app.profile;
    const name = makeUnique(makeName(wanted), taken);
    taken.add(name);
    return { name, app, isOneOfMany };
  });
}

/** Short enough for a number behind it. */
const MOST_CHARACTERS = 55;

function makeName(wanted: string): string {
  const plain = wanted.replaceAll(/[^A-Za-z0-9_-]+/g, "-").slice(0, MOST_CHARACTERS);
  return isConfigName(plain) ? plain : `app-${plain}`;
}

function makeUnique(name: string, taken: ReadonlySet<string>): string {
  let unique = name;
  for (let count = 2; taken.has(unique); count++) unique = `${name}-${count}`;
  return unique;
}
