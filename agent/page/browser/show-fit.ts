// Where the image stops fitting: family by family, and the least memory that would do.

import { formatBytes } from "../../size.ts";
import { findLeastBytes, type TriedFamily } from "../fit-families.ts";
import type { TriedMachine, Verdict } from "../try-machine.ts";
import { amount, cell, element, rowHead, show, table } from "./dom.ts";
import type { Results } from "./results.ts";
import { describeVerdict, explainVerdict } from "./words.ts";

export function showFit({ image, chosen }: Results, families: readonly TriedFamily[]): void {
  const vcpus = chosen?.machine.facts.vcpus ?? 2;
  const leastBytes = findLeastBytes(image, vcpus);
  const all = families.flatMap(({ tried }) => tried);
  const fitting = all.filter(({ tuning }) => tuning !== null).length;
  const rows = families.map(familyRow);
  show(
    "fit",
    element(
      "p",
      {},
      `It fits on ${fitting} of the ${all.length} types`,
      ...(leastBytes === null
        ? ["."]
        : [", and needs ", amount(formatBytes(leastBytes), leastBytes), ` with ${vcpus} vCPU.`]),
    ),
    key(),
    element(
      "details",
      { id: "families", open: families.length < 12 },
      element("summary", {}, `Family by family (${families.length})`),
      table("The sizes of each family, the smallest first", ["Family", "Sizes"], rows, "families"),
    ),
  );
}

const SHOWN: readonly Verdict[] = ["fits", "reduced", "warned", "small"];

function key(): HTMLElement {
  const items = SHOWN.map((verdict) =>
    element(
      "li",
      {},
      element("span", { class: "size", "data-verdict": verdict }, describeVerdict(verdict)),
      element("span", { class: "about" }, ` ${explainVerdict(verdict)}`),
    ),
  );
  return element("ul", { class: "key" }, ...items);
}

function familyRow({ name, tried }: TriedFamily): HTMLTableRowElement {
  return element("tr", { role: "row" }, rowHead(name), cell({}, element("ul", { class: "sizes" }, ...tried.map(size))));
}

function size({ machine, verdict }: TriedMachine): HTMLElement {
  const { name, facts } = machine;
  return element(
    "li",
    { class: "size", "data-verdict": verdict, title: `${formatBytes(facts.memLimitBytes)}, ${facts.vcpus} vCPU` },
    name.slice(name.indexOf(".") + 1),
    element("span", { class: "unseen" }, `: ${describeVerdict(verdict)}`),
  );
}
