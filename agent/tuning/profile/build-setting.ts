// Builds settings, so that a profile reads as a table of values and reasons.

import type { Bound, Inputs, OptionRule, Setting, Unit } from "./profile.ts";

/** Why a setting is what it is. */
export interface Reason {
  readonly formula: string;
  readonly source: string;
  readonly inputs?: Inputs;
  readonly boundBy?: Bound;
  readonly note?: string;
}

/** For a value that is the operator's option unchanged. */
export function fromOption(name: string, value: number | string): Reason {
  return { formula: name, inputs: { [name]: value }, source: "the option", boundBy: "user" };
}

/** For what an option gave, for a setting that `source` documents. */
export function byGiven(name: string, value: number | string, source: string): Reason {
  return { formula: `the option ${name}`, inputs: { [name]: value }, source, boundBy: "user" };
}

/** For an option that has a default, which the operator need not have given. */
export function byOption(name: string, value: number | string, rule: OptionRule, source: string): Reason {
  return { ...byGiven(name, value, source), boundBy: value === rule.default ? null : "user" };
}

export function count(value: number, reason: Reason): Setting {
  return build(value, "count", String(value), reason);
}

/** @param written as the app's config spells it */
export function bytes(value: number, written: string, reason: Reason): Setting {
  return build(value, "bytes", written, reason);
}

export function text(value: string, reason: Reason): Setting {
  return build(value, "text", value, reason);
}

function build(value: number | string, unit: Unit, written: string, reason: Reason): Setting {
  const { formula, source, inputs = {}, boundBy = null, note = null } = reason;
  return { value, unit, text: written, formula, inputs, source, boundBy, note };
}
