// The form of the machines: those that are shown, and a field that adds a type, a pattern of types, or a size.

import { addMachines, findMachine, type MachineSource } from "../machines.ts";
import { ARCHITECTURES, MOST_MACHINES, type PageState } from "../page-state.ts";
import { button, element, place, show } from "./dom.ts";
import { checkField, focus } from "./field.ts";
import type { Store } from "./store.ts";

const FIELD = "add-machine";

export function showMachines({ machines, draft }: PageState, source: MachineSource, store: Store): void {
  show(
    "machines",
    element("ul", { class: "chips" }, ...machines.map((name) => chip(name, source, store))),
    adder(source, store),
    element(
      "fieldset",
      {},
      element("legend", {}, "Built for"),
      ...ARCHITECTURES.map((name) =>
        checkField(`architecture-${name}`, name, draft.architectures.includes(name), (isOn) =>
          setArchitecture(store, name, isOn),
        ),
      ),
      element("p", { class: "about" }, "None: any CPU."),
    ),
  );
}

function chip(name: string, source: MachineSource, store: Store): HTMLElement {
  const label = findMachine(name, source)?.label ?? name;
  const remove = button("×", { "aria-label": `Remove ${label}` }, () => {
    store.change((state) => ({ ...state, machines: state.machines.filter((each) => each !== name) }));
    focus(FIELD);
  });
  return element("li", {}, element("span", {}, label), remove);
}

function adder(source: MachineSource, store: Store): HTMLElement {
  const input = element("input", {
    id: FIELD,
    type: "text",
    list: "known-types",
    autocapitalize: "off",
    spellcheck: "false",
    placeholder: "m7g.large",
    "aria-describedby": `${FIELD}-about ${FIELD}-refused`,
  });
  const add = (): void => tryAdd(input, source, store);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    add();
  });
  // What the list of the browser offers, chosen there, is complete.
  input.addEventListener("change", () => (source.catalogue.rows.has(input.value.trim()) ? add() : undefined));
  return element(
    "div",
    { class: "field" },
    element("label", { for: FIELD }, "Add a machine"),
    element("div", { class: "beside" }, input, button("Add", {}, add)),
    element("p", { id: `${FIELD}-about`, class: "about" }, "A type, a pattern (m7g.*), or memory/CPUs (8GiB/4)."),
    element("p", { id: `${FIELD}-refused`, class: "refused", role: "alert" }),
    element("datalist", { id: "known-types" }, ...knownTypes(source)),
  );
}

function knownTypes({ catalogue }: MachineSource): HTMLOptionElement[] {
  return [...catalogue.rows.keys()].map((type) => element("option", { value: type }));
}

function tryAdd(input: HTMLInputElement, source: MachineSource, store: Store): void {
  const typed = input.value.trim();
  if (typed === "") return;
  const added = addMachines(typed, source);
  if (added.kind === "refused") {
    place(`${FIELD}-refused`).textContent = added.why;
    input.setAttribute("aria-invalid", "true");
    return;
  }
  store.change((state) => {
    const machines = [...new Set([...state.machines, ...added.names])].slice(0, MOST_MACHINES);
    return { ...state, machines, chosen: added.names[0] ?? state.chosen };
  });
  focus(FIELD);
}

function setArchitecture(store: Store, name: string, isOn: boolean): void {
  store.change(({ draft, ...state }) => {
    const others = draft.architectures.filter((each) => each !== name);
    return { ...state, draft: { ...draft, architectures: isOn ? [...others, name].toSorted() : others } };
  });
}
