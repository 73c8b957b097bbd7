// Every setting of the chosen machine with its reason: formula, the numbers in it, what bound it, who says so.

import { describeBelowUseful } from "../../cli/warn-below-useful.ts";
import { formatBytes } from "../../size.ts";
import { type Levers, substitute } from "../../tuning/explain.ts";
import type { GivenUp } from "../../tuning/profile/degraded.ts";
import type { Setting, Settings } from "../../tuning/profile/profile.ts";
import type { AppPlan } from "../../tuning/tuning.ts";
import { explainSteps, findChanges, type ShareStep } from "../explain-app.ts";
import type { TriedMachine } from "../try-machine.ts";
import { amount, breakable, cell, element, rowHead, show, table } from "./dom.ts";
import type { Results } from "./results.ts";
import { changesFold } from "./show-changes.ts";
import { compare } from "./show-comparison.ts";
import { shareFold } from "./show-share.ts";
import { explainBound, readableAmount, upperFirst } from "./words.ts";

export function showSettings({ chosen, tried, config }: Results): void {
  const tuning = chosen?.tuning ?? null;
  if (chosen === null || tuning === null) return show("settings", nothing(chosen));
  const { label, facts } = chosen.machine;
  const others = tried.length > 1 ? " Choose another machine by its name above." : "";
  const blocks = tuning.apps.map((app) =>
    appBlock(app, label, explainSteps(config, facts, tuning, app), (key) => findChanges(config, tuning, app.name, key)),
  );
  show("settings", element("p", { class: "about" }, `On ${label}.${others}`), compare(tried), ...blocks);
}

function nothing(chosen: TriedMachine | null): HTMLElement {
  const text = chosen === null ? "No machine is chosen." : `The image does not fit on ${chosen.machine.label}.`;
  return element("p", { class: "about" }, text);
}

function appBlock(
  app: AppPlan,
  machine: string,
  steps: readonly ShareStep[],
  find: (key: string) => Levers | null,
): HTMLElement {
  const { name, profile, memoryBytes, vcpus, settings, limits = {} } = app;
  const title = `settings-of-${name}`;
  const limited = Object.entries(limits).map(([key, limit]) =>
    settingRow(`${name}.limit`, key, limit, why(limit, limits)),
  );
  return element(
    "section",
    { class: "app-settings", "aria-labelledby": title },
    element("h3", { id: title }, name, element("span", { class: "profile" }, profile === name ? "" : ` ${profile}`)),
    element(
      "p",
      { class: "about" },
      ...(memoryBytes > 0 ? [amount(formatBytes(memoryBytes), memoryBytes), " and "] : []),
      `${vcpus} CPU${vcpus === 1 ? "" : "s"}`,
    ),
    shareFold(name, steps),
    ...warnings(app),
    table(`Settings of ${name} on ${machine}`, HEADS, settingRows(app, settings, find), "settings"),
    ...(limited.length > 0
      ? [table(`What systemd keeps ${name} to`, ["Limit", "Value", "Why"], limited, "settings")]
      : []),
  );
}

const HEADS = ["Setting", "Value", "Why"] as const;

function warnings({ name, belowUseful, degraded }: AppPlan): HTMLElement[] {
  return belowUseful.map((below) => {
    const { what, fix } = describeBelowUseful(name, below, degraded);
    return element("p", { class: "warning" }, `${upperFirst(what)}. ${fix}`);
  });
}

function settingRows({ name, degraded }: AppPlan, settings: Settings, find: (key: string) => Levers | null) {
  return Object.entries(settings).map(([key, setting]) =>
    settingRow(name, key, setting, [
      ...why(setting, settings),
      ...givenUp(key, degraded),
      changesFold(`changes-of-${name}-${key}`, () => find(key)),
    ]),
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
