// Which parbake-ready@ a unit waits for. A service's is named without its suffix, as systemctl takes it; that of any other unit with
// it, and that of a service whose name would then end like another type's. Pure.

import { isHoldable, isUnitName, MOST_CHARACTERS } from "./unit-name.ts";

/** How a held unit's drop-in names it (systemd.unit(5), "Specifiers"). */
export function nameSpecifier(unit: string): "%N" | "%n" {
  return unit.endsWith(".service") && !isHoldable(unit.slice(0, -".service".length)) ? "%N" : "%n";
}

/** The unit by which it waits. */
function readyUnitOf(unit: string): string {
  return `parbake-ready@${nameSpecifier(unit) === "%N" ? unit.slice(0, -".service".length) : unit}.service`;
}

/** systemd drops a dependency on a unit whose name is too long, and would start this one without a wait. */
export function hasRoomToWait(unit: string): boolean {
  return isUnitName(readyUnitOf(unit));
}

/** Of the unit's own name, whatever its type. */
export const MOST_HELD_CHARACTERS = MOST_CHARACTERS - "parbake-ready@.service".length;

const READY = /^parbake-ready@(.+)\.service$/;

/** The unit that one of them is for, by drop-ins of every version; null: it is none. */
export function heldUnitOf(ready: string): string | null {
  const name = READY.exec(ready)?.[1];
  return name === undefined ? null : isHoldable(name) ? name : `${name}.service`;
}
