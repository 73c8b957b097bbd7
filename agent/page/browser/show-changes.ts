// What would give a setting another value, worked out once somebody wants to know it.

import type { Levers } from "../../tuning/explain.ts";
import { element } from "./dom.ts";

export function changesFold(id: string, find: () => Levers | null): HTMLElement {
  const fold = element("details", { id, class: "changes" }, element("summary", {}, "What would change it"));
  fold.addEventListener("toggle", () => {
    if (fold.open && fold.childElementCount === 1) fold.append(listChanges(find()));
  });
  return fold;
}

function listChanges(levers: Levers | null): HTMLElement {
  const { options = [], withTwiceTheMemory = null, withTwiceTheCpus = null } = levers ?? {};
  const items = [
    ...(withTwiceTheMemory === null ? [] : [twice("Twice the memory", withTwiceTheMemory)]),
    ...(withTwiceTheCpus === null ? [] : [twice("Twice the CPUs", withTwiceTheCpus)]),
    ...options.map(({ name, about }) => element("li", {}, "The option ", element("code", {}, name), `: ${about}`)),
  ];
  return items.length === 0 ? element("p", {}, "Nothing.") : element("ul", {}, ...items);
}

function twice(what: string, text: string): HTMLElement {
  return element("li", {}, `${what}: `, element("code", {}, text));
}
