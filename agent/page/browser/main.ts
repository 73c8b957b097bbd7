// The page starts here: what it carries is read, its forms are filled, and each change shows what comes of it.

import { familyOf } from "../../names/instance-size.ts";
import { tryFamilies } from "../fit-families.ts";
import type { PageState } from "../page-state.ts";
import { place, show } from "./dom.ts";
import { showProblems } from "./field.ts";
import { type PageData, readData } from "./read-data.ts";
import { computeResults, type Results } from "./results.ts";
import { showApps } from "./show-apps.ts";
import { showConfig } from "./show-config.ts";
import { showCurve } from "./show-curve.ts";
import { showDivision } from "./show-division.ts";
import { showFit } from "./show-fit.ts";
import { showMachines } from "./show-machines.ts";
import { showRest } from "./show-rest.ts";
import { showSettings } from "./show-settings.ts";
import { showSummary } from "./show-summary.ts";
import { showTexts } from "./show-texts.ts";
import { Store } from "./store.ts";
import { watchTheme } from "./theme.ts";

async function start(): Promise<void> {
  watchTheme();
  const data = await readData();
  showTexts(data);
  let shape = "";
  const update = (state: PageState, isReplaced: boolean): void => {
    const next = shapeOf(state);
    if (isReplaced || next !== shape) showForms(state, data, store);
    shape = next;
    showResults(state, data, store);
  };
  const store = new Store(data.start.state, update);
  place("again").addEventListener("click", () => store.startAgain());
  update(store.state, true);
  document.documentElement.dataset["ready"] = "";
}

/** What the forms are made of: whoever types in a field keeps it as long as this stays. */
function shapeOf({ draft, machines }: PageState): string {
  return JSON.stringify([draft.apps.map(({ profile, enforce }) => [profile, enforce !== null]), machines]);
}

function showForms(state: PageState, { source }: PageData, store: Store): void {
  showApps(state, store);
  showMachines(state, source, store);
  showRest(state, store);
}

function showResults(state: PageState, data: PageData, store: Store): void {
  const results = computeResults(state, data.source);
  showProblems(results.problems);
  showSummary(results);
  if (results.problems.length > 0) return showNothing(state);
  showDivision(results, store);
  showSettings(results);
  showConfig(state);
  showFamilies(state, data, results, store);
}

/** What would be computed of a config that nobody could write. */
function showNothing(state: PageState): void {
  for (const id of ["division", "settings", "fit", "curve"]) show(id, "…");
  showConfig(state);
}

let waiting: number | null = null;

/** A thousand types are tuned once nobody types. */
function showFamilies(state: PageState, { source }: PageData, results: Results, store: Store): void {
  if (waiting !== null) clearTimeout(waiting);
  document.documentElement.dataset["pending"] = "";
  waiting = window.setTimeout(() => {
    waiting = null;
    const families = tryFamilies(results.config, results.image, [...source.catalogue.rows.values()]);
    showFit(results, families);
    const { chosen } = results;
    showCurve(state, families, chosen === null ? "" : familyOf(chosen.machine.name), store);
    delete document.documentElement.dataset["pending"];
  }, FAMILIES_AFTER_MS);
}

const FAMILIES_AFTER_MS = 150;

void start();
