// The units that a command line names. Pure.

import { hasRoomToWait, MOST_HELD_CHARACTERS } from "../names/ready-unit.ts";
import { adviseHeld, adviseUnit, isHoldable, isUnitName } from "../names/unit-name.ts";
import type { Problem } from "../refusal.ts";
import type { Given } from "./sort-words.ts";

export function parseUnit(operand: string | undefined, problems: Problem[]): string {
  if (operand === undefined) problems.push({ what: "ready needs a unit", fix: "Write parbake ready api.service." });
  else if (!isUnitName(operand))
    problems.push({ what: `'${operand.slice(0, 80)}' is not a unit name`, fix: adviseUnit(operand) });
  return operand ?? "";
}

function describeTooLong(unit: string): Problem {
  const what = `--unit ${unit.slice(0, 80)}… has a name that is too long for a unit that waits for parbake`;
  return { what, fix: `Shorten it to ${MOST_HELD_CHARACTERS} characters: parbake-ready@ is named after it.` };
}

/** Checked, because each name becomes the name of a folder, and systemd's to read. */
export function parseHeldUnits(given: Given, problems: Problem[]): readonly string[] {
  const units = [...new Set(given.get("unit"))];
  for (const unit of units) {
    if (isHoldable(unit)) {
      if (!hasRoomToWait(unit)) problems.push(describeTooLong(unit));
      continue;
    }
    problems.push({
      what: `--unit ${unit.slice(0, 80)} is not a unit that can wait for parbake`,
      fix: adviseHeld(unit),
    });
  }
  return units;
}
