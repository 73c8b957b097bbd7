// The bars: how each machine's memory is divided. The bar is for the eye; the list below it says the same in words.

import { describeLeftOut, describeRest, describeSpare } from "../../cli/print/print-division.ts";
import { formatBytes, MIB } from "../../size.ts";
import { divide, type Piece } from "../divide.ts";
import type { TriedMachine } from "../try-machine.ts";
import { amount, button, element, hueOf, show } from "./dom.ts";
import type { Results } from "./results.ts";
import type { Store } from "./store.ts";
import { describeVerdict, upperFirst } from "./words.ts";

export function showDivision({ tried, config, chosen }: Results, store: Store): void {
  if (tried.length === 0) return show("division", element("p", { class: "about" }, "Add a machine to see its bar."));
  const hues = new Map(config.apps.map(({ name }, index) => [name, hueOf(index)]));
  show(
    "division",
    ...tried.map((each) => machineBlock(each, divide(config, each).filter(isOfNote), hues, each === chosen, store)),
  );
}

/** Rounding leaves a few bytes to the page cache: not worth a line. */
function isOfNote({ kind, memoryBytes }: Piece): boolean {
  return kind !== "cache" || memoryBytes >= MIB;
}

function machineBlock(
  tried: TriedMachine,
  pieces: readonly Piece[],
  hues: ReadonlyMap<string, number>,
  isChosen: boolean,
  store: Store,
): HTMLElement {
  const { machine, verdict } = tried;
  const { memLimitBytes, vcpus } = machine.facts;
  const choose = button(
    machine.label,
    { id: `choose-${machine.name}`, class: "machine-name", "aria-pressed": String(isChosen) },
    () => store.change((state) => ({ ...state, chosen: machine.name })),
  );
  return element(
    "article",
    { class: "machine", "aria-label": machine.label },
    element(
      "div",
      { class: "machine-head" },
      choose,
      element("span", { class: "about" }, amount(formatBytes(memLimitBytes), memLimitBytes), ` · ${vcpus} vCPU`),
      element("span", { class: "verdict", "data-verdict": verdict }, describeVerdict(verdict)),
    ),
    ...(pieces.length > 0 ? [bar(pieces, hues), legend(pieces, hues, memLimitBytes)] : []),
    ...remarks(tried).map((text) => element("p", { class: "remark" }, text)),
  );
}

function bar(pieces: readonly Piece[], hues: ReadonlyMap<string, number>): HTMLElement {
  const made = element("div", { class: "bar", "aria-hidden": "true" });
  for (const piece of pieces) {
    const part = element("span", { class: "piece", ...colourOf(piece, hues) }, element("span", {}, piece.label));
    part.style.flexGrow = String(piece.memoryBytes);
    part.title = `${piece.label}: ${formatBytes(piece.memoryBytes)}`;
    made.append(part);
  }
  return made;
}

function legend(pieces: readonly Piece[], hues: ReadonlyMap<string, number>, wholeBytes: number): HTMLElement {
  const items = pieces.map((piece) =>
    element(
      "li",
      { "data-piece": piece.kind === "app" ? `app-${piece.label}` : piece.kind },
      element("span", { class: "swatch", "aria-hidden": "true", ...colourOf(piece, hues) }),
      element("span", { class: "piece-name" }, piece.label),
      " ",
      amount(formatBytes(piece.memoryBytes), piece.memoryBytes),
      element("span", { class: "share" }, ` ${formatShare(piece.memoryBytes / wholeBytes)}`),
    ),
  );
  return element("ul", { class: "legend" }, ...items);
}

function colourOf({ kind, label }: Piece, hues: ReadonlyMap<string, number>): Record<string, string | number> {
  return kind === "app" ? { "data-hue": hues.get(label) ?? 0 } : { "data-kind": kind };
}

function formatShare(share: number): string {
  return share < 0.01 ? "under 1 %" : `${Math.round(share * 100)} %`;
}

function remarks({ tuning, problems }: TriedMachine): string[] {
  if (tuning === null) return problems.map(({ what, fix }) => `${sentence(what)} ${fix}`);
  const [spare, rest] = [describeSpare(tuning.budget), describeRest(tuning.budget)];
  const leftOut = tuning.budget.leftOut.map((name) => `${describeLeftOut(name)}.`);
  const unused = spare === null && rest !== null ? [sentence(`left to the page cache: ${rest}`)] : [];
  return [...(spare === null ? [] : [sentence(spare)]), ...unused, ...leftOut];
}

function sentence(text: string): string {
  return `${upperFirst(text)}.`;
}
