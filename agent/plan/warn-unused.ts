// What the config declares and nothing uses: allowed, but most likely a slip. Pure.

import type { AppConfig, Config, SecretConfig } from "../config/config.ts";
import { declaredAt, type Problem } from "../refusal.ts";
import { PROFILES } from "../tuning/profiles.ts";

/** @param reads the paths that all templates together read: `vars.users`, `apps.db.shared_buffers` */
export function warnUnused(config: Config, reads: ReadonlySet<string>): Problem[] {
  const { apps, secrets, vars, varsAt, files } = config;
  const isRead = indexReads(reads);
  return [
    // Without files a config is for `tune` alone.
    // Who keeps a unit to its share uses it, too.
    ...(files.length === 0 ? [] : apps.filter((app) => !app.enforce && !isAppRead(app, isRead)).map(unreadApp)),
    ...secrets.flatMap((secret) => unusedKeys(secret, isRead)),
    ...Object.keys(vars)
      .filter((name) => !isRead(`vars.${name}`))
      .map((name) => ({
        what: `vars.${name} is read by no template`,
        fix: "Take it out, or look for a template that should print it.",
        ...declaredAt(varsAt[name]),
      })),
  ];
}

/** An app that is found by its profile is read under its name; `profiles` as a whole is all of them. */
function isAppRead({ name }: AppConfig, isRead: IsRead): boolean {
  return isRead(`apps.${name}`) || isRead("profiles");
}

function unreadApp({ name, profile, at }: AppConfig): Problem {
  const fix = `Print them: {{apps.${name}.…}}.`;
  if (PROFILES.get(profile)?.takesMemory === false)
    return { what: `no template reads the settings of apps.${name}`, fix, at };
  const what = `apps.${name} has its share of the memory, and no template reads its settings`;
  return { what, fix: `${fix} If it only keeps memory free, all is well.`, at };
}

/** A key with a file of its own is used by whoever reads the file. */
function unusedKeys({ name, keys, at }: SecretConfig, isRead: IsRead): Problem[] {
  if (keys.length === 0)
    return [{ what: `secrets.${name} has no keys, so nothing is fetched`, fix: "List them, or take it out.", at }];
  return keys
    .filter(({ key, file }) => file === null && !isRead(`secrets.${name}.${key}`))
    .map(({ key, at: place }) => ({
      what: `secrets.${name}.${key} has no file and is read by no template`,
      fix: "Give it a `file:`, print it in a template, or take it out.",
      at: place,
    }));
}

/** Whether a path is read by itself, as a part of something larger, or in a part of it. */
type IsRead = (path: string) => boolean;

function indexReads(reads: ReadonlySet<string>): IsRead {
  const around = new Set([...reads].flatMap(wholesOf));
  return (path) => around.has(path) || [path, "", ...wholesOf(path)].some((whole) => reads.has(whole));
}

/** `a` and `a.b` of `a.b[].c`, and the path itself without its last step: all that it is a part of. */
function wholesOf(path: string): string[] {
  return [...path.matchAll(/[.[]/g)].map(({ index }) => path.slice(0, index));
}
