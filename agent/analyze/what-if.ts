// When each unit of a boot would have been started if some of them had taken no time: by the order that systemd keeps, with all
// else as it was. Pure.

import type { BootUnit } from "./boot-units.ts";

export interface Boot {
  readonly units: ReadonlyMap<string, BootUnit>;
}

/** The units that a unit waited for in this boot: it is ordered after them, and they were there before it began. */
function waitedFor({ units }: Boot, unit: BootUnit): BootUnit[] {
  return unit.after.flatMap((name) => {
    const other = units.get(name);
    return other === undefined || other === unit || other.doneUs > unit.startUs ? [] : [other];
  });
}

/** The last of those that it waited for; null: it waited for none. */
function lastBefore(boot: Boot, unit: BootUnit): BootUnit | null {
  const [first, ...others] = waitedFor(boot, unit);
  return first === undefined
    ? null
    : others.reduce((last, other) => (other.doneUs > last.doneUs ? other : last), first);
}

/** From a unit back to the first that was started, each the last that the one before it waited for. */
export function criticalChain(boot: Boot, unit: BootUnit): BootUnit[] {
  const chain = [unit];
  for (let at = lastBefore(boot, unit); at !== null && !chain.includes(at); at = lastBefore(boot, at)) chain.push(at);
  return chain;
}

interface Times {
  readonly startUs: number;
  readonly doneUs: number;
}

/** @returns when a unit would have been started, and been there, if those that `isFree` names had taken no time */
export function planWithout(boot: Boot, isFree: (name: string) => boolean): (unit: BootUnit) => Times {
  const known = new Map<BootUnit, Times>();
  const plan = (unit: BootUnit): Times => {
    const found = known.get(unit);
    if (found !== undefined) return found;
    // Whoever asks again on the way is in a circle of units without a time of their own: as it was.
    known.set(unit, unit);
    const before = waitedFor(boot, unit);
    const sooner = soonerBy(before, before.map(plan));
    const startUs = unit.startUs - sooner;
    const times = { startUs, doneUs: startUs + (isFree(unit.name) ? 0 : unit.doneUs - unit.startUs) };
    known.set(unit, times);
    return times;
  };
  return plan;
}

/** How much sooner the last of them is there. */
function soonerBy(units: readonly BootUnit[], planned: readonly Times[]): number {
  if (units.length === 0) return 0;
  return Math.max(...units.map(({ doneUs }) => doneUs)) - Math.max(...planned.map(({ doneUs }) => doneUs));
}
