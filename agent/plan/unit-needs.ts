// Which units need what a plan makes: those that its steps name. Pure.

import { limitedUnit } from "../config/share-path.ts";
import { isService, templateOf } from "../names/unit-name.ts";
import type { Plan, Step } from "./plan.ts";

export function unitsOf(step: Step): string[] {
  switch (step.kind) {
    case "folder":
      return [];
    case "file":
      return unique([...limitedService(step.path), ...step.onChange.map(({ unit }) => unit)]);
    case "secret":
      return unique(
        step.keys.flatMap(({ onChange, credential }) => [
          ...(onChange ?? []).map(({ unit }) => unit),
          ...(credential?.units ?? []),
        ]),
      );
  }
}

/** A service is to start within its limits. A slice holds nobody back: it has no name that anybody waits for. */
function limitedService(path: string): string[] {
  const unit = limitedUnit(path);
  return unit !== null && isService(unit) ? [unit] : [];
}

/** The units that a plan names and that lack nothing of it. */
export function readyUnits({ steps }: Plan, held: readonly { readonly units: readonly string[] }[]): string[] {
  const lacking = new Set(held.flatMap(({ units }) => units));
  return unique(steps.flatMap(unitsOf)).filter((unit) => !withTemplate(unit).some((name) => lacking.has(name)));
}

/** What an instance needs is what its template needs, and its own. */
export function withTemplate(unit: string): string[] {
  const template = templateOf(unit);
  return template === null ? [unit] : [unit, template];
}

function unique(units: readonly string[]): string[] {
  return [...new Set(units)];
}
