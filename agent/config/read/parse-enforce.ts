// `enforce` of an app: `true`, a unit, or `{ unit: …, memoryHigh: 90% }`. Pure. Which unit is meant by `true` the plan tells.

import { adviseUnit, isLimitable, isOfTheMachine, isUnitName } from "../../names/unit-name.ts";
import { parseDecimal } from "../../number.ts";
import type { Enforcement } from "../config.ts";
import { ENFORCE_KEYS } from "../keys/app-keys.ts";
import type { Field } from "../yaml/field.ts";

const EXAMPLE = "`enforce: true`, or the unit: `enforce: postgresql@16-main.service`";

/** Undefined where nothing is to be enforced. */
export function parseEnforce(field: Field | undefined): Enforcement | undefined {
  if (field === undefined || field.isEmpty) return undefined;
  const { at } = field;
  const value = field.scalar();
  if (typeof value === "boolean") return value ? { unit: null, highPercent: null, at } : undefined;
  if (typeof value === "string") return { unit: parseUnit(field), highPercent: null, at };
  if (value !== undefined || field.isList) {
    field.refuse(`expected true or a unit, found ${field.found()}`, `Write ${EXAMPLE}.`);
    return undefined;
  }
  const keys = field.known(ENFORCE_KEYS);
  const unit = keys.get("unit");
  return { unit: unit === undefined ? null : parseUnit(unit), highPercent: parseHigh(keys.get("memoryHigh")), at };
}

function parseUnit(field: Field): string | null {
  const unit = field.text();
  if (unit === undefined) return null;
  if (!isLimitable(unit)) field.refuse(describeUnlimited(unit), adviseLimited(unit));
  return unit;
}

/** Why it cannot be the unit of an app. */
export function describeUnlimited(unit: string): string {
  return isOfTheMachine(unit)
    ? `${unit} holds the machine's own services, such as sshd and journald, and is no unit of one app`
    : `'${unit.slice(0, 80)}' is no service and no slice`;
}

export function adviseLimited(unit: string): string {
  if (isOfTheMachine(unit)) return "Name the app's service, or a slice of its own: app.slice.";
  if (/^(?:yes|on)$/i.test(unit)) return `Write true: to YAML 1.2, ${unit} is a text.`;
  return isUnitName(unit) && !unit.includes("@.")
    ? "Only services and slices can be limited: name one."
    : adviseUnit(unit);
}

function parseHigh(field: Field | undefined): number | null {
  if (field === undefined) return null;
  const spelling = field.spelling() ?? "";
  if (ENFORCE_KEYS.memoryHigh.value.pattern.test(spelling)) return parseDecimal(spelling.slice(0, -1));
  field.refuse(
    `expected a part of the share, found ${field.found()}`,
    "Write a percentage from 50 to below 100: 90%. Without it, MemoryHigh is not set.",
  );
  return null;
}
