// The form of the apps: a card for each, with what its profile lets one choose.

import { ENFORCE_KEYS, MOST_APPS } from "../../config/keys/app-keys.ts";
import type { Profile } from "../../tuning/profile/profile.ts";
import { PROFILES } from "../../tuning/profiles.ts";
import { type AppDraft, type EnforceDraft, newApp } from "../draft.ts";
import { fieldOf, OPTIONS_FIELD } from "../field-names.ts";
import type { PageState } from "../page-state.ts";
import { changeApp } from "./change-app.ts";
import { button, element, hueOf, show } from "./dom.ts";
import { checkField, choiceField, focus, textField } from "./field.ts";
import { showOptions } from "./show-options.ts";
import type { Store } from "./store.ts";

export function showApps({ draft: { apps } }: PageState, store: Store): void {
  const isFull = apps.length >= MOST_APPS;
  show(
    "apps",
    ...apps.map((app, index) => card(app, index, store)),
    button("Add an app", { id: "add-app", class: "wide", disabled: isFull }, () => addApp(store)),
  );
}

function addApp(store: Store): void {
  const { apps } = store.state.draft;
  store.change(({ draft, ...state }) => {
    const app = newApp(freeName(apps.map(({ name }) => name)), "postgresql");
    return { ...state, draft: { ...draft, apps: [...draft.apps, app] } };
  });
  document.getElementById(fieldOf(apps.length, "fold"))?.setAttribute("open", "");
  focus(fieldOf(apps.length, "name"));
}

function freeName(taken: readonly string[]): string {
  let number = taken.length + 1;
  while (taken.includes(`app${number}`)) number += 1;
  return `app${number}`;
}

function removeApp(store: Store, index: number): void {
  store.change(({ draft, ...state }) => ({
    ...state,
    draft: { ...draft, apps: draft.apps.filter((_, at) => at !== index) },
  }));
  focus("add-app");
}

function card(app: AppDraft, index: number, store: Store): HTMLElement {
  const profile = PROFILES.get(app.profile);
  const title = fieldOf(index, "card");
  const hue = element("span", { class: "swatch", "data-hue": hueOf(index), "aria-hidden": "true" });
  return element(
    "details",
    { id: fieldOf(index, "fold"), class: "card", open: isWide() },
    element("summary", { class: "card-head" }, hue, element("h3", { id: title }, app.name), profileName(app)),
    element(
      "div",
      { class: "fields" },
      ...identityFields(app, index, store),
      ...(profile?.takesMemory === false ? [] : [memoryFields(app, profile, index, store)]),
      element("p", { id: `${fieldOf(index, OPTIONS_FIELD)}-wrong`, class: "wrong", hidden: true }),
      details(app, profile, index, store),
      button("Remove", { class: "quiet small", "aria-label": `Remove ${app.name}` }, () => removeApp(store, index)),
    ),
  );
}

/** On a phone the cards begin closed: what comes of them is below. */
function isWide(): boolean {
  return window.matchMedia("(min-width: 60rem)").matches;
}

function profileName({ profile, name }: AppDraft): HTMLElement {
  return element("span", { class: "profile" }, profile === name ? "" : profile);
}

function identityFields({ name, profile }: AppDraft, index: number, store: Store): HTMLElement[] {
  const id = (field: string): string => fieldOf(index, field);
  const about = PROFILES.get(profile)?.about;
  const known = [...PROFILES.keys()].map((each) => [each, each] as const);
  const choices = PROFILES.has(profile) ? known : [[profile, `${profile}: no such profile`] as const, ...known];
  return [
    textField({
      id: id("name"),
      label: "Name",
      value: name,
      onInput(value) {
        changeApp(store, index, { name: value });
        const title = document.getElementById(id("card"));
        if (title !== null) title.textContent = value;
      },
    }),
    choiceField(
      {
        id: id("profile"),
        label: "Profile",
        value: profile,
        ...(about !== undefined && { about }),
        // What one profile's options mean, another's do not.
        onInput: (value) => changeApp(store, index, { profile: value, options: {} }),
      },
      choices,
    ),
  ];
}

function memoryFields(app: AppDraft, profile: Profile | undefined, index: number, store: Store): HTMLElement {
  const field = (name: "weight" | "min" | "max", label: string, usual: string): HTMLElement =>
    textField({
      id: fieldOf(index, name),
      label,
      value: app[name],
      usual,
      isNumber: name === "weight",
      onInput: (value) => changeApp(store, index, { [name]: value }),
    });
  return element(
    "div",
    { class: "three" },
    field("weight", "Weight", String(profile?.usualWeight ?? 1)),
    field("min", "At least", "512MiB"),
    field("max", "At most", "no limit"),
  );
}

function details(app: AppDraft, profile: Profile | undefined, index: number, store: Store): HTMLElement {
  const given = Object.keys(app.options).length;
  const label = given === 0 ? "Options" : `Options (${given} given)`;
  const id = fieldOf(index, "more");
  return element(
    "details",
    { id },
    element("summary", {}, label),
    element(
      "div",
      { class: "fields" },
      ...(profile === undefined ? [] : [showOptions(app, profile, index, store)]),
      textField({
        id: fieldOf(index, "cpuWeight"),
        label: "CPU weight",
        value: app.cpuWeight,
        usual: "1",
        about: "An app with half the weight of the heaviest counts on half of the CPUs.",
        isNumber: true,
        onInput: (value) => changeApp(store, index, { cpuWeight: value }),
      }),
      ...enforceFields(app, index, store),
      checkField(fieldOf(index, "optional"), "Leave it out where the machine is too small", app.optional, (isOn) =>
        changeApp(store, index, { optional: isOn }),
      ),
    ),
  );
}

function enforceFields({ enforce }: AppDraft, index: number, store: Store): HTMLElement[] {
  const check = checkField(fieldOf(index, "enforce"), "Have systemd keep it to its share", enforce !== null, (isOn) =>
    changeApp(store, index, { enforce: isOn ? { unit: "", memoryHigh: "" } : null }),
  );
  if (enforce === null) return [check];
  const field = (name: keyof EnforceDraft, label: string, usual: string): HTMLElement =>
    textField({
      id: fieldOf(index, name),
      label,
      value: enforce[name],
      usual,
      about: ENFORCE_KEYS[name].about,
      onInput: (value) => changeEnforce(store, index, { [name]: value }),
    });
  return [check, field("unit", "Unit", "api.service"), field("memoryHigh", "MemoryHigh", "90%")];
}

/** Of what is there now: another field may have changed since. */
function changeEnforce(store: Store, index: number, change: Partial<EnforceDraft>): void {
  const now = store.state.draft.apps[index]?.enforce ?? { unit: "", memoryHigh: "" };
  changeApp(store, index, { enforce: { ...now, ...change } });
}
