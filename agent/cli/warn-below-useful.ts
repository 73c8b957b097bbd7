// The warnings of values that an expert would not sign, one for each setting however many machines have it. Pure.

import type { Problem } from "../refusal.ts";
import type { GivenUp } from "../tuning/profile/degraded.ts";
import type { BelowUseful } from "../tuning/profile/profile.ts";
import type { AppPlan } from "../tuning/tuning.ts";
import { joinWords } from "./text.ts";

type WarnedApp = Pick<AppPlan, "name" | "degraded" | "belowUseful">;

interface WarnedMachine {
  readonly type: string;
  /** Null: the image does not fit. */
  readonly tuning: { readonly apps: readonly WarnedApp[] } | null;
}

interface Found {
  readonly type: string;
  readonly app: WarnedApp;
  readonly below: BelowUseful;
}

// More names would hide the sentence around them.
const MOST_NAMED = 3;

/** @param withTypes whether to say on which machines: `heap is only 64 MiB on t3.nano and 90 MiB on t3.micro, and …` */
export function warnBelowUseful(
  machines: readonly WarnedMachine[],
  withTypes: boolean = machines.length > 1,
): Problem[] {
  const found = machines.flatMap(({ type, tuning }) =>
    (tuning?.apps ?? []).flatMap((app) => app.belowUseful.map((below) => ({ type, app, below }))),
  );
  const groups = Map.groupBy(found, ({ app: { name }, below }) => `${name} ${below.setting} ${below.because}`);
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [describeGroup([first, ...others], withTypes)],
  );
}

/** The warning for one app, without a machine's name. */
export function describeBelowUseful(name: string, below: BelowUseful, degraded: readonly GivenUp[] = []): Problem {
  const { setting, because, fix, at } = below;
  return { what: `${name}: ${setting} is only ${formatGot(below, degraded)}, and ${because}`, fix, ...(at && { at }) };
}

/** What an app gave up and no warning mentions. */
export function listUntold({ degraded, belowUseful }: WarnedApp): readonly GivenUp[] {
  return degraded.filter(({ setting }) => belowUseful.every((below) => below.setting !== setting));
}

function describeGroup(group: readonly [Found, ...Found[]], withTypes: boolean): Problem {
  const [{ app, below }] = group;
  if (!withTypes) return describeBelowUseful(app.name, below, app.degraded);
  const named = group.slice(0, MOST_NAMED).map(formatFound);
  const others = group.length - named.length;
  const got = joinWords(others === 0 ? named : [...named, `likewise on ${others} more`]);
  return describeBelowUseful(app.name, { ...below, got });
}

function formatFound({ type, app, below }: Found): string {
  return `${formatGot(below, app.degraded)} on ${type}`;
}

/** `20 of 250` if the app gave up the rest. */
function formatGot({ setting, got }: BelowUseful, degraded: readonly GivenUp[]): string {
  const given = degraded.find((each) => each.setting === setting);
  return given === undefined ? got : `${given.got} of ${given.wanted}`;
}
