// One labelled field of the form, with what it is about and what is wrong with it.

import type { FieldProblem } from "../read-draft.ts";
import { element, place } from "./dom.ts";
import { upperFirst } from "./words.ts";

interface FieldOptions {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  /** What holds where it is empty. */
  readonly usual?: string;
  readonly about?: string;
  readonly isNumber?: boolean;
  readonly onInput: (value: string) => void;
}

export function textField({
  id,
  label,
  value,
  usual = "",
  about,
  isNumber = false,
  onInput,
}: FieldOptions): HTMLElement {
  const input = element("input", {
    id,
    type: "text",
    value,
    placeholder: usual,
    inputmode: isNumber ? "decimal" : null,
    autocapitalize: "off",
    spellcheck: "false",
    "aria-describedby": describedBy(id, about),
  });
  input.addEventListener("input", () => onInput(input.value.trim()));
  return wrap(id, label, about, input);
}

export function choiceField(
  { id, label, value, about, onInput }: FieldOptions,
  choices: readonly (readonly [value: string, label: string])[],
): HTMLElement {
  const select = element(
    "select",
    { id, "aria-describedby": describedBy(id, about) },
    ...choices.map(([each, text]) => element("option", { value: each, selected: each === value }, text)),
  );
  select.addEventListener("change", () => onInput(select.value));
  return wrap(id, label, about, select);
}

export function checkField(id: string, label: string, isOn: boolean, onInput: (isOn: boolean) => void): HTMLElement {
  const input = element("input", { id, type: "checkbox", checked: isOn });
  input.addEventListener("change", () => onInput(input.checked));
  return element("div", { class: "check" }, input, element("label", { for: id }, label));
}

function describedBy(id: string, about: string | undefined): string {
  return about === undefined ? `${id}-wrong` : `${id}-about ${id}-wrong`;
}

function wrap(id: string, label: string, about: string | undefined, control: HTMLElement): HTMLElement {
  return element(
    "div",
    { class: "field" },
    element("label", { for: id }, label),
    control,
    about === undefined ? null : element("p", { id: `${id}-about`, class: "about" }, about),
    element("p", { id: `${id}-wrong`, class: "wrong", hidden: true }),
  );
}

/** Says under each field what is wrong with it, and under no other. */
export function showProblems(problems: readonly FieldProblem[]): void {
  for (const note of document.querySelectorAll<HTMLElement>(".wrong")) {
    const field = note.id.slice(0, -"-wrong".length);
    const own = problems.filter((problem) => problem.field === field);
    note.textContent = own.map(({ what, fix }) => `${upperFirst(what)}. ${fix}`).join(" ");
    note.hidden = own.length === 0;
    const control = document.getElementById(field);
    if (own.length > 0) control?.setAttribute("aria-invalid", "true");
    else control?.removeAttribute("aria-invalid");
  }
}

export function focus(id: string): void {
  place(id).focus();
}
