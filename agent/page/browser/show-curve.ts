// The curve of one setting over the types of one family, with the same numbers as a table.

import { formatBytes } from "../../size.ts";
import type { TriedFamily } from "../fit-families.ts";
import type { PageState } from "../page-state.ts";
import { type Curve, type CurvePoint, listSubjects, traceCurve } from "../trace-curve.ts";
import { amount, cell, element, row, rowHead, show, table } from "./dom.ts";
import { drawCurve } from "./draw-curve.ts";
import { choiceField } from "./field.ts";
import type { Store } from "./store.ts";

/** @param usualFamily of the chosen machine; none of the catalogue's where that is a size */
export function showCurve(state: PageState, families: readonly TriedFamily[], usualFamily: string, store: Store): void {
  const subjects = listSubjects(families);
  const subject = subjects.includes(state.setting) ? state.setting : subjects[0];
  const family =
    [state.family, usualFamily, "m7g"]
      .map((name) => families.find((each) => each.name === name))
      .find((found) => found !== undefined) ?? families[0];
  if (subject === undefined || family === undefined)
    return show("curve", element("p", { class: "about" }, "The image fits on no type."));
  const curve = traceCurve(family, subject);
  const title = `${describeSubject(subject)} over the types of ${family.name}`;
  show(
    "curve",
    element(
      "div",
      { class: "two" },
      choiceField(
        {
          id: "curve-setting",
          label: "Setting",
          value: subject,
          onInput: (setting) => store.change((old) => ({ ...old, setting })),
        },
        subjects.map((each) => [each, describeSubject(each)] as const),
      ),
      choiceField(
        {
          id: "curve-family",
          label: "Family",
          value: family.name,
          onInput: (name) => store.change((old) => ({ ...old, family: name })),
        },
        families.map(({ name }) => [name, name] as const),
      ),
    ),
    drawCurve(curve, title) ?? element("p", { class: "about" }, "It is no number: the table has its values."),
    element(
      "details",
      { id: "curve-table" },
      element("summary", {}, "The same as a table"),
      table(
        title,
        ["Type", "Memory", "Value"],
        curve.points.map((point) => pointRow(point, curve)),
      ),
    ),
  );
}

function describeSubject(subject: string): string {
  return subject.includes(".") ? subject : `${subject}: its memory`;
}

function pointRow({ type, memoryBytes, vcpus, value, text }: CurvePoint, { unit }: Curve): HTMLTableRowElement {
  const isShare = text === String(value) && unit === "bytes" && typeof value === "number";
  return row(
    rowHead(type),
    cell({}, amount(formatBytes(memoryBytes), memoryBytes), ` · ${vcpus} vCPU`),
    cell({}, value === null ? "does not fit" : isShare ? formatBytes(value) : element("code", {}, text)),
  );
}
