// Finds an app's profile and checks its options, or says what is wrong. Pure.

import type { AppConfig } from "../config/config.ts";
import { nearest, suggest } from "../nearest.ts";
import type { Position, Problem } from "../refusal.ts";
import type { OptionProblem, Options, Profile } from "./profile/profile.ts";
import { PROFILES } from "./profiles.ts";
import { resolveOptions } from "./resolve-options.ts";

/** An app whose profile exists and whose options fit it. */
export interface ResolvedApp {
  readonly app: AppConfig;
  readonly profile: Profile;
  readonly options: Options;
}

type ResolveAppResult =
  | (ResolvedApp & { readonly kind: "resolved" })
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

export function resolveApp(app: AppConfig): ResolveAppResult {
  const profile = findProfile(app.profile);
  if (!profile) return { kind: "refused", problems: [unknownProfile(app.profile, app.at)] };
  const resolved = resolveOptions(profile, app.options);
  switch (resolved.kind) {
    case "resolved":
      return { kind: "resolved", app, profile, options: resolved.options };
    case "refused":
      return { kind: "refused", problems: resolved.problems.map((problem) => placeInConfig(app, problem)) };
  }
}

function placeInConfig(app: AppConfig, { what, fix, option }: OptionProblem): Problem {
  return { what, fix, at: placeOption(app, option) };
}

function placeOption({ optionsAt = {}, at }: AppConfig, option: string | undefined): Position {
  const own = option !== undefined && Object.hasOwn(optionsAt, option) ? optionsAt[option] : undefined;
  return own ?? at;
}

/** The page is agent/tuning/WITHOUT.md. */
const WITHOUT =
  " An app without a profile is tuned by custom; `parbake templates without.md` says which programs need none.";

export function findProfile(name: string): Profile | undefined {
  return PROFILES.get(name);
}

export function unknownProfile(name: string, at?: Position): Problem {
  const [shown, known] = [name.slice(0, 80), [...PROFILES.keys()]];
  const others = nearest(shown, known) === null ? WITHOUT : "";
  return { what: `there is no profile '${shown}'`, fix: suggest(shown, known) + others, ...(at ? { at } : {}) };
}
