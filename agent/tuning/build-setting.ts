// Builds settings, so that a profile reads as a table of values and reasons.

import type { Bound, Setting } from "./setting.ts";

/** Why a setting is what it is. */
export interface Reason {
  readonly formula: string;
  readonly source: string;
  readonly boundBy?: Bound;
}

export function count(value: number, { formula, source, boundBy = null }: Reason): Setting {
  return { value, unit: "count", text: String(value), formula, source, boundBy };
}

export function bytes(value: number, written: string, { formula, source, boundBy = null }: Reason): Setting {
  return { value, unit: "bytes", text: written, formula, source, boundBy };
}

export function text(value: string, { formula, source, boundBy = null }: Reason): Setting {
  return { value, unit: "text", text: value, formula, source, boundBy };
}
