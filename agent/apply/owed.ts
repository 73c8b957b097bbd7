// What is still to be reloaded or restarted, written down before the first file is swapped in, so that a run that is killed
// leaves the next one its debts. Lives in /run: after a reboot every unit starts with the new files anyway.

import type { OnChange } from "../config/config.ts";
import type { RunRecord } from "./run-record.ts";
import { readState, removeState, writeState } from "./state-file.ts";
import {
  applyUnitActions,
  hasSystemd,
  mergeActions,
  refuseFailedUnits,
  type UnitContext,
  type UnitReport,
} from "./units.ts";

const NAME = "owed.json";

export interface Debts {
  /** Of earlier runs. */
  readonly old: readonly OnChange[];
  /** Those and this run's, one for each unit. */
  readonly all: readonly OnChange[];
  /** Why nothing is owed here after all; null: it is. */
  readonly obstacle: UnitReport["outcome"] | null;
}

export function openDebts(root: string, actions: readonly OnChange[]): Debts {
  const old = readOwed(root);
  return { old, all: mergeActions([...old, ...actions]), obstacle: findObstacle(root) };
}

export function writeDebts(root: string, { all, obstacle }: Debts): void {
  if (obstacle === null && all.length > 0) writeOwed(root, all);
}

/** For a swap that did not happen. */
export function forgetDebts(root: string, { old, all, obstacle }: Debts): void {
  if (obstacle === null && all.length > 0) writeOwed(root, old);
}

/** Throws where a unit failed, after all were tried; its debt stays for the next run. */
export async function payDebts(
  { all, obstacle }: Debts,
  { root, ...context }: UnitContext & { readonly root: string },
  record: RunRecord,
): Promise<void> {
  if (obstacle !== null) {
    record.units = all.map((action) => ({ ...action, outcome: obstacle }));
    return;
  }
  if (all.length === 0) return;
  const outcomes = await applyUnitActions(all, context);
  record.units = outcomes.map(({ report }) => report);
  writeOwed(
    root,
    all.filter((_, index) => outcomes[index]!.problem !== null),
  );
  refuseFailedUnits(outcomes);
}

function findObstacle(root: string): UnitReport["outcome"] | null {
  // The units of a mounted image do not run.
  if (root !== "/") return "not done: --root";
  return hasSystemd() ? null : "no systemd here";
}

function readOwed(root: string): OnChange[] {
  const units = readState(root, NAME)?.["units"];
  return Array.isArray(units) ? units.filter(isOnChange) : [];
}

function writeOwed(root: string, units: readonly OnChange[]): void {
  if (units.length === 0) removeState(root, NAME);
  else writeState(root, NAME, { schema: 1, units });
}

function isOnChange(value: unknown): value is OnChange {
  if (typeof value !== "object" || value === null || !("unit" in value) || !("action" in value)) return false;
  return typeof value.unit === "string" && (value.action === "reload" || value.action === "restart");
}
