// The config that the form stands for, to be copied.

import type { PageState } from "../page-state.ts";
import { writeYaml } from "../write-yaml.ts";
import { button, element, place, show } from "./dom.ts";

export function showConfig({ draft }: PageState): void {
  const yaml = writeYaml(draft);
  show(
    "config",
    element("p", { class: "about" }, "For /etc/parbake/parbake.yaml, or a file of its own in /etc/parbake/parbake.d."),
    element(
      "pre",
      { id: "yaml", tabindex: 0, role: "region", "aria-label": "The config as YAML" },
      element("code", {}, yaml),
    ),
    element(
      "div",
      { class: "beside" },
      button("Copy the config", { id: "copy" }, () => void copy(yaml)),
      element("span", { id: "copied", role: "status", class: "about" }),
    ),
  );
}

async function copy(text: string): Promise<void> {
  place("copied").textContent = (await reachesClipboard(text)) ? "Copied." : "Selected: copy it with your keyboard.";
}

/** A browser may keep its clipboard from a page; what is selected can be copied by hand. */
async function reachesClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(place("yaml"));
    return false;
  }
}
