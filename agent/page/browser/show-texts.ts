// What the page says of itself.

import { place } from "./dom.ts";
import type { PageData } from "./read-data.ts";

export function showTexts({ start, source }: PageData): void {
  const whose = start.origin === "config" ? "It starts with the image's own config." : "It starts with an example.";
  place("lead").textContent =
    `How parbake divides a machine among its apps, computed here by the code that runs at boot. ${whose}`;
  place("made").textContent =
    `Made by parbake ${start.version}, with the instance types of ${source.catalogue.asOf}. This page sends and loads nothing; ` +
    "its address keeps what you edit.";
}
