// Says what others than root could have written. What is so for the same reason is told once: a checkout that is a developer's
// is one thing to know, with however many files. Pure.

import type { Problem } from "../../refusal.ts";
import { isRoot } from "../own-ids.ts";
import { formatCommands, type Danger } from "../trust.ts";

/** Something on the way to what parbake is told to do. */
export interface Untrusted {
  readonly path: string;
  readonly kind: "file" | "folder" | "symlink";
  readonly dangers: readonly Danger[];
}

/** As many of them are named; the command names all. */
const MOST_NAMED = 3;

export function describeUntrusted(all: readonly Untrusted[]): Problem[] {
  const alike = Map.groupBy(all, ({ kind, dangers }) => `${kind === "symlink"}: ${reasonOf(dangers)}`);
  return [...alike.values()].flatMap((each) => each.slice(0, 1).map((first) => describeAlike(first, each)));
}

/** @param alike of the first's kind, with its dangers */
function describeAlike({ kind, dangers }: Untrusted, alike: readonly Untrusted[]): Problem {
  const whom = isRoot() ? "root" : "parbake";
  const paths = alike.map(({ path }) => path);
  const commands = formatCommands(kind === "symlink" ? [OWN_SYMLINK] : dangers, ...paths);
  return {
    what: `${nameAll(alike)} ${reasonOf(dangers)}, who could tell ${whom} what to do`,
    fix: `Inspect what ${paths.length === 1 ? "it holds" : "they hold"}, then run \`${commands}\`, or keep it where root alone may write.`,
  };
}

const OWN_SYMLINK: Danger = { what: "", command: "chown -h root" };

function reasonOf(dangers: readonly Danger[]): string {
  return dangers.map(({ what }) => what).join(" and ");
}

function nameAll(alike: readonly Untrusted[]): string {
  const names = alike.map(({ kind, path }) => (kind === "folder" ? `the folder ${path}` : path));
  if (names.length === 1) return names.join("");
  const isLong = names.length > MOST_NAMED;
  const last = isLong ? `${names.length - MOST_NAMED} more` : names.at(-1);
  return `${names.slice(0, isLong ? MOST_NAMED : -1).join(", ")} and ${last}: each`;
}
