// Where the image stops fitting: family by family, and the least memory that would do.

import { familyOf, splitType } from "../../names/instance-size.ts";
import { formatBytes } from "../../size.ts";
import { findLeastBytes, type TriedFamily } from "../fit-families.ts";
import type { TriedMachine, Verdict } from "../try-machine.ts";
import { amount, cell, element, rowHead, show, table } from "./dom.ts";
import type { Results } from "./results.ts";
import { describeVerdict, explainVerdict } from "./words.ts";

export function showFit({ image, chosen, tried }: Results, families: readonly TriedFamily[]): void {
  const vcpus = chosen?.machine.facts.vcpus ?? 2;
  const leastBytes = findLeastBytes(image, vcpus);
  const all = families.flatMap((family) => family.tried);
  const fitting = all.filter(({ tuning }) => tuning !== null).length;
  const shown = new Set(tried.map(({ machine }) => familyOf(machine.name)));
  const own = families.filter(({ name }) => shown.has(name));
  show(
    "fit",
    element(
      "p",
      {},
      `The image fits on ${fitting} of ${all.length} instance types.`,
      ...(leastBytes === null
        ? []
        : [
            " Any machine needs ",
            amount(formatBytes(leastBytes), leastBytes),
            `, as its OS reports it, with ${vcpus} vCPU.`,
          ]),
    ),
    key(),
    ...(own.length > 0 ? [familyTable("The families of these machines", own)] : []),
    element(
      "details",
      { id: "families" },
      element("summary", {}, `All ${families.length} families`),
      familyTable("All families", families),
    ),
  );
}

function familyTable(caption: string, families: readonly TriedFamily[]): HTMLTableElement {
  return table(`${caption}, the smallest size first`, ["Family", "Sizes"], families.map(familyRow), "families");
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
    splitType(name)[1],
    element("span", { class: "unseen" }, `: ${describeVerdict(verdict)}`),
  );
}
