// Which unit an app is, for what limits it: the one that its config names, else the only one that its files name in onChange. Pure.

import type { AppConfig, Enforcement } from "../config/config.ts";
import { isInSlice, isLimitable } from "../names/unit-name.ts";
import type { Problem } from "../refusal.ts";
import type { FileStep } from "./plan.ts";

/** A file of the plan, and what its template reads: `apps.db.shared_buffers`. */
export interface ReadingFile {
  readonly step: FileStep;
  readonly reads: ReadonlySet<string>;
}

type FoundUnits =
  | { readonly kind: "units"; readonly unitByApp: ReadonlyMap<string, string> }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

type Enforced = AppConfig & { readonly enforce: Enforcement };

export function findUnits(apps: readonly AppConfig[], files: readonly ReadingFile[]): FoundUnits {
  const unitByApp = new Map<string, string>();
  const problems: Problem[] = [];
  for (const app of apps.filter(isEnforced)) {
    const named = app.enforce.unit === null ? namedByFiles(app, apps, files) : [app.enforce.unit];
    const [unit] = named;
    if (unit === undefined || named.length > 1) {
      problems.push(unclear(app, named));
      continue;
    }
    const overlap = findOverlap(app, unit, unitByApp);
    if (overlap !== null) problems.push(overlap);
    else unitByApp.set(app.name, unit);
  }
  return problems.length > 0 ? { kind: "refused", problems } : { kind: "units", unitByApp };
}

function isEnforced(app: AppConfig): app is Enforced {
  return app.enforce !== undefined;
}

function namedByFiles(app: AppConfig, apps: readonly AppConfig[], files: readonly ReadingFile[]): string[] {
  const isOnlyOfProfile = apps.filter(({ profile }) => profile === app.profile).length === 1;
  const roots = [`apps.${app.name}`, ...(isOnlyOfProfile ? [`profiles.${app.profile}`] : [])];
  const own = files.filter(({ reads }) => [...reads].some((path) => roots.some((root) => isWithin(root, path))));
  const units = own.flatMap(({ step }) => step.onChange.map(({ unit }) => unit));
  return [...new Set(units.filter(isLimitable))];
}

function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(`${root}.`) || path.startsWith(`${root}[`);
}

function unclear({ name, enforce }: Enforced, named: readonly string[]): Problem {
  const found =
    named.length === 0
      ? `no file that prints apps.${name} names one in onChange`
      : `the files that print apps.${name} name ${named.join(" and ")} in onChange`;
  return {
    what: `${name}: enforce: true needs to know the app's unit, and ${found}`,
    fix: `Name it: \`enforce: ${named[0] ?? `${name}.service`}\`.`,
    at: enforce.at,
  };
}

function findOverlap(app: Enforced, unit: string, unitByApp: ReadonlyMap<string, string>): Problem | null {
  for (const [other, taken] of unitByApp) {
    if (taken === unit) return takenTwice(app, unit, other);
    if (isInSlice(unit, taken) || isInSlice(taken, unit)) return nested(app, unit, other, taken);
  }
  return null;
}

/** Of a slice and what is in it, the slice's limit would be for both apps, and the share of one be counted twice. */
function nested({ name, enforce }: Enforced, unit: string, other: string, taken: string): Problem {
  const what = isInSlice(unit, taken)
    ? `${unit} is in ${taken}, which is kept to the share of ${other} alone`
    : `${unit} holds ${taken}, which is kept to the share of ${other} already`;
  return {
    what: `${name}: ${what}`,
    fix: "Name units of which none holds the other, or leave one of the two without enforce.",
    at: enforce.at,
  };
}

function takenTwice({ name, enforce }: Enforced, unit: string, other: string): Problem {
  return {
    what: `${name}: ${unit} is kept to the share of ${other} already, and a unit has one limit`,
    fix: "Name another unit, or leave one of the two without enforce.",
    at: enforce.at,
  };
}
