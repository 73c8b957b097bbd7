// The curve of one setting over the types of a family. Pure.

import type { Unit } from "../tuning/profile/profile.ts";
import type { TriedFamily } from "./fit-families.ts";

export interface CurvePoint {
  readonly type: string;
  readonly memoryBytes: number;
  readonly vcpus: number;
  /** Null: the image does not fit, or the app is left out. */
  readonly value: number | string | boolean | null;
  /** As the app's config spells it. */
  readonly text: string;
}

export interface Curve {
  readonly unit: Unit;
  readonly points: readonly CurvePoint[];
}

/** @param subject `db.shared_buffers`; an app's name alone: its share */
export function traceCurve({ tried }: TriedFamily, subject: string): Curve {
  const [app, setting] = splitSubject(subject);
  const units = new Set<Unit>();
  const points = tried.map(({ machine, tuning }): CurvePoint => {
    const { memLimitBytes: memoryBytes, vcpus } = machine.facts;
    const found = tuning?.apps.find(({ name }) => name === app);
    const of = { type: machine.name, memoryBytes, vcpus };
    if (found === undefined) return { ...of, value: null, text: "" };
    if (setting === null) return { ...of, value: found.memoryBytes, text: String(found.memoryBytes) };
    const tuned = found.settings[setting];
    if (tuned === undefined) return { ...of, value: null, text: "" };
    units.add(tuned.unit);
    return { ...of, value: tuned.value, text: tuned.text };
  });
  const [unit = "bytes"] = units;
  return { unit, points };
}

/** The rest may have dots. */
function splitSubject(subject: string): [app: string, setting: string | null] {
  const dot = subject.indexOf(".");
  return dot < 0 ? [subject, null] : [subject.slice(0, dot), subject.slice(dot + 1)];
}

/** What there are curves of: each app's share and its settings, in their order. */
export function listSubjects(families: readonly TriedFamily[]): readonly string[] {
  const subjects = new Set<string>();
  for (const { tried } of families)
    for (const { tuning } of tried)
      for (const { name, memoryBytes, settings } of tuning?.apps ?? []) {
        if (memoryBytes > 0) subjects.add(name);
        for (const setting of Object.keys(settings)) subjects.add(`${name}.${setting}`);
      }
  return [...subjects];
}
