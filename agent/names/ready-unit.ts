// Which parbake-ready@ a unit waits for. A service's is named without its suffix, as systemctl takes it; that of any other unit with
// it, and that of a service whose name would then end like another type's. Pure.

import { isHoldable } from "./unit-name.ts";

/** How a held unit's drop-in names it (systemd.unit(5), "Specifiers"). */
export function nameSpecifier(unit: string): "%N" | "%n" {
  return unit.endsWith(".service") && !isHoldable(unit.slice(0, -".service".length)) ? "%N" : "%n";
}

const READY = /^parbake-ready@(.+)\.service$/;

/** The unit that one of them is for, by drop-ins of every version; null: it is none. */
export function heldUnitOf(ready: string): string | null {
  const name = READY.exec(ready)?.[1];
  return name === undefined ? null : isHoldable(name) ? name : `${name}.service`;
}
