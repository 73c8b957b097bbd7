// The options of an app whose operator names them: one `name = expression` a line.

import type { Profile } from "../../tuning/profile/profile.ts";
import type { AppDraft } from "../draft.ts";
import { fieldOf } from "../field-names.ts";
import { changeApp } from "./change-app.ts";
import { element } from "./dom.ts";
import type { Store } from "./store.ts";

export function showExpressions(app: AppDraft, profile: Profile, index: number, store: Store): HTMLElement {
  const id = fieldOf(index, "expressions");
  const own = Object.entries(app.options).filter(([name]) => !Object.hasOwn(profile.options, name));
  const area = element(
    "textarea",
    { id, rows: 5, spellcheck: "false", "aria-describedby": `${id}-about`, placeholder: "workers = max(2, vcpus - 1)" },
    own.map(([name, value]) => `${name} = ${value}`).join("\n"),
  );
  area.addEventListener("input", () => {
    const kept = Object.entries(store.state.draft.apps[index]?.options ?? {}).filter(([name]) =>
      Object.hasOwn(profile.options, name),
    );
    changeApp(store, index, { options: Object.fromEntries([...kept, ...readLines(area.value)]) });
  });
  return element(
    "div",
    { class: "field" },
    element("label", { for: id }, "Settings, one a line"),
    area,
    element("p", { id: `${id}-about`, class: "about" }, profile.anyOption?.about ?? ""),
  );
}

function readLines(text: string): (readonly [name: string, value: string])[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => {
    const cut = line.indexOf("=");
    return cut < 0 ? ([line.trim(), ""] as const) : ([line.slice(0, cut).trim(), line.slice(cut + 1).trim()] as const);
  });
}
