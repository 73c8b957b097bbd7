// All machines side by side, where there are several: the values alone, and only what differs on demand.

import { oneLine } from "../../cli/print/print-settings.ts";
import { formatBytes } from "../../size.ts";
import type { TriedMachine } from "../try-machine.ts";
import { cell, element, row, rowHead, table } from "./dom.ts";

/** Null: there is nothing to compare. */
export function compare(tried: readonly TriedMachine[]): HTMLElement | null {
  const fitting = tried.filter(({ tuning }) => tuning !== null);
  if (fitting.length < 2) return null;
  const labels = fitting.map(({ machine }) => machine.label);
  return element(
    "details",
    { id: "side-by-side" },
    element("summary", {}, "Side by side"),
    element(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Settings of all machines" },
      table("Settings of all machines", ["Setting", ...labels], rowsOf(fitting), "comparison"),
    ),
  );
}

function rowsOf(tried: readonly TriedMachine[]): HTMLTableRowElement[] {
  const names = new Set(tried.flatMap(({ tuning }) => tuning?.apps.map(({ name }) => name) ?? []));
  return [...names].flatMap((name) => {
    const apps = tried.map(({ tuning }) => tuning?.apps.find((app) => app.name === name));
    const settings = new Set(apps.flatMap((app) => Object.keys(app?.settings ?? {})));
    const shares = apps.map((app) => (app !== undefined && app.memoryBytes > 0 ? formatBytes(app.memoryBytes) : ""));
    return [
      valueRow(name, shares, "app"),
      ...[...settings].map((setting) =>
        valueRow(
          setting,
          apps.map((app) => oneLine(app?.settings[setting])),
          "",
        ),
      ),
    ];
  });
}

function valueRow(name: string, values: readonly string[], className: string): HTMLTableRowElement {
  const made = row(rowHead(name), ...values.map((value) => cell({}, value)));
  const differs = new Set(values).size > 1 ? "differs" : "";
  made.className = [className, differs].filter((each) => each !== "").join(" ");
  return made;
}
