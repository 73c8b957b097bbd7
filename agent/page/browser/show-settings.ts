// Every setting of the chosen machine with its reason: formula, the numbers in it, what bound it, who says so.

import { describeBelowUseful } from "../../cli/warn-below-useful.ts";
import { formatBytes } from "../../size.ts";
import { substitute } from "../../tuning/explain.ts";
import type { GivenUp } from "../../tuning/profile/degraded.ts";
import type { Setting, Settings } from "../../tuning/profile/profile.ts";
import type { AppPlan } from "../../tuning/tuning.ts";
import type { TriedMachine } from "../try-machine.ts";
import { amount, breakable, cell, element, rowHead, show, table } from "./dom.ts";
import { upperFirst } from "./field.ts";
import type { Results } from "./results.ts";
import { compare } from "./show-comparison.ts";
import { explainBound, readableAmount } from "./words.ts";

export function showSettings({ chosen, tried }: Results): void {
  if (chosen === null || chosen.tuning === null) return show("settings", nothing(chosen));
  const { label } = chosen.machine;
  const others = tried.length > 1 ? " Choose another machine by its name above." : "";
  show(
    "settings",
    element("p", { class: "about" }, `On ${label}.${others}`),
    compare(tried),
    ...chosen.tuning.apps.map((app) => appBlock(app, label)),
  );
}

function nothing(chosen: TriedMachine | null): HTMLElement {
  const text = chosen === null ? "No machine is chosen." : `The image does not fit on ${chosen.machine.label}.`;
  return element("p", { class: "about" }, text);
}

function appBlock(app: AppPlan, machine: string): HTMLElement {
  const { name, profile, memoryBytes, vcpus, settings, degraded, belowUseful } = app;
  const rows = Object.entries(settings).map(([key, setting]) =>
    settingRow(name, key, setting, [...why(setting, settings), ...givenUp(key, degraded)]),
  );
  const title = `settings-of-${name}`;
  return element(
    "section",
    { class: "app-settings", "aria-labelledby": title },
    element("h3", { id: title }, name, element("span", { class: "profile" }, ` ${profile}`)),
    element(
      "p",
      { class: "about" },
      ...(memoryBytes > 0 ? [amount(formatBytes(memoryBytes), memoryBytes), " and "] : []),
      `${vcpus} CPU${vcpus === 1 ? "" : "s"}`,
    ),
    ...belowUseful.map((below) => {
      const { what, fix } = describeBelowUseful(name, below, degraded);
      return element("p", { class: "warning" }, `${upperFirst(what)}. ${fix}`);
    }),
    table(`Settings of ${name} on ${machine}`, ["Setting", "Value", "Why"], rows, "settings"),
  );
}

function settingRow(app: string, key: string, setting: Setting, reasons: readonly HTMLElement[]): HTMLTableRowElement {
  const readable = readableAmount(setting);
  return element(
    "tr",
    { role: "row", "data-setting": `${app}.${key}` },
    rowHead(...breakable(key)),
    cell(
      { class: "value" },
      element("code", {}, setting.text),
      readable === null ? null : element("span", { class: "readable" }, ` ${readable}`),
    ),
    cell({ class: "why" }, ...reasons),
  );
}

function givenUp(key: string, degraded: readonly GivenUp[]): HTMLElement[] {
  return degraded
    .filter(({ setting }) => setting === key)
    .map(({ wanted }) => element("p", {}, "With more memory: ", element("code", {}, wanted)));
}

function why(setting: Setting, settings: Settings): HTMLElement[] {
  const { formula, boundBy, source, note } = setting;
  const numbers = substitute(setting, settings);
  return [
    // A formula that is the value itself says nothing.
    ...(formula === setting.text ? [] : [element("p", { class: "formula" }, element("code", {}, formula))]),
    ...(numbers === formula ? [] : [element("p", {}, `= ${numbers}`)]),
    ...(boundBy === null ? [] : [element("p", { class: "bound" }, explainBound(boundBy))]),
    ...(note === null ? [] : [element("p", {}, upperFirst(note))]),
    element("p", { class: "source" }, source),
  ];
}
