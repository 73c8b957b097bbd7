// An app that an image has.

import type { Problem } from "../refusal.ts";

/** What the heads of the templates say, and what it is in this image. */
export type Replacement = readonly [said: string, is: string];

export interface FoundApp {
  readonly kind: "app";
  readonly profile: string;
  /** What systemd runs it as: no template. */
  readonly unit: string;
  /** What tells it from others of its profile. */
  readonly stem: string;
  /** Whether the stem alone names it: a service of the operator's own. */
  readonly isOwn: boolean;
  /** What told that it is there: paths, and what a unit runs. Never a command line, which may hold anything. */
  readonly evidence: readonly string[];
  readonly replacements: readonly Replacement[];
  readonly options: Readonly<Record<string, string>>;
  readonly vars: Readonly<Record<string, string>>;
  /** What was not to be seen, and taken for the usual. */
  readonly guesses: readonly Problem[];
}

/** Something that looks like an app and is none that init can write an entry for. */
interface NoApp {
  readonly kind: "note";
  readonly problem: Problem;
}

export type Found = FoundApp | NoApp;

type Known = Pick<FoundApp, "profile" | "unit" | "stem" | "evidence">;

/** With what is usual for the rest. */
export function foundApp(known: Known, more: Partial<Omit<FoundApp, "kind" | keyof Known>> = {}): FoundApp {
  const rest = { isOwn: false, replacements: [], options: {}, vars: {}, guesses: [] };
  return { kind: "app", ...known, ...rest, ...more };
}
