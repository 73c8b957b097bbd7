// The fields of an app's options, by the rules of its profile.

import { formatBytes } from "../../size.ts";
import type { OptionRule, Profile } from "../../tuning/profile/profile.ts";
import type { AppDraft } from "../draft.ts";
import { fieldOf } from "../field-names.ts";
import { changeApp } from "./change-app.ts";
import { element } from "./dom.ts";
import { choiceField, textField } from "./field.ts";
import { showExpressions } from "./show-expressions.ts";
import type { Store } from "./store.ts";

export function showOptions(app: AppDraft, profile: Profile, index: number, store: Store): HTMLElement {
  const fields = Object.entries(profile.options).map(([name, rule]) => optionField(name, rule, app, index, store));
  const own = profile.anyOption === undefined ? [] : [showExpressions(app, profile, index, store)];
  return element("div", { class: "options" }, ...fields, ...own);
}

function optionField(name: string, rule: OptionRule, app: AppDraft, index: number, store: Store): HTMLElement {
  const field = {
    id: fieldOf(index, `option-${name}`),
    label: name,
    value: app.options[name] ?? "",
    usual: describeDefault(rule),
    about: rule.about,
    isNumber: rule.kind === "integer",
    onInput: (value: string) => setOption(store, index, name, value),
  };
  const choices = choicesOf(rule);
  if (choices === null) return textField(field);
  return choiceField(field, [["", `usual: ${describeDefault(rule)}`], ...choices.map((each) => [each, each] as const)]);
}

function choicesOf({ kind, choices = [] }: OptionRule): readonly string[] | null {
  switch (kind) {
    case "choice":
      return choices;
    case "boolean":
      return ["true", "false"];
    case "integer":
    case "size":
    case "text":
      return null;
  }
}

function describeDefault({ kind, default: usual }: OptionRule): string {
  if (usual === null) return "worked out";
  return kind === "size" && typeof usual === "number" ? formatBytes(usual) : String(usual);
}

/** An empty one is left out. */
function setOption(store: Store, index: number, name: string, value: string): void {
  const options = { ...store.state.draft.apps[index]?.options };
  if (value === "") delete options[name];
  else options[name] = value;
  changeApp(store, index, { options });
}
