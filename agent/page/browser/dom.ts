// Elements out of words. Text is only ever text: nothing that somebody typed, or wrote into an address, becomes markup.

type Content = Node | string | null;
export type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/** An attribute that is null or false is left out. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes,
  ...contents: readonly Content[]
): HTMLElementTagNameMap[Name] {
  return fill(document.createElement(name), attributes, contents);
}

const SVG = "http://www.w3.org/2000/svg";

export function drawn<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Attributes,
  ...contents: readonly Content[]
): SVGElementTagNameMap[Name] {
  return fill(document.createElementNS(SVG, name), attributes, contents);
}

function fill<Made extends Element>(made: Made, attributes: Attributes, contents: readonly Content[]): Made {
  for (const [name, value] of Object.entries(attributes))
    if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : String(value));
  made.append(...contents.filter((content) => content !== null));
  return made;
}

export function place(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

/** Whoever was in a field stays in it, and what somebody opened or closed stays so. */
export function show(id: string, ...contents: readonly Content[]): void {
  const focused = document.activeElement?.id ?? "";
  const isOpen = new Map(foldsIn(id).map((fold) => [fold.id, fold.open]));
  place(id).replaceChildren(...contents.filter((content) => content !== null));
  for (const fold of foldsIn(id)) fold.open = isOpen.get(fold.id) ?? fold.open;
  if (focused !== "" && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
}

function foldsIn(id: string): readonly HTMLDetailsElement[] {
  return [...place(id).querySelectorAll("details")];
}

/** As many as page.css has: the apps after them begin with the first again. */
const HUES = 8;

/** @param index of the app */
export function hueOf(index: number): number {
  return index % HUES;
}

/** May be broken after an underscore or a dot, as long names are read. */
export function breakable(name: string): readonly Content[] {
  return name.split(/(?<=[_.])/).flatMap((part, index) => (index === 0 ? [part] : [element("wbr", {}), part]));
}

export function button(label: string, attributes: Attributes, act: () => void): HTMLButtonElement {
  const made = element("button", { type: "button", ...attributes }, label);
  made.addEventListener("click", act);
  return made;
}

/** An amount of memory as people read it, with its bytes for whoever counts. */
export function amount(text: string, bytes: number, attributes: Attributes = {}): HTMLDataElement {
  return element("data", { value: bytes, ...attributes }, text);
}

export function row(...cells: readonly HTMLTableCellElement[]): HTMLTableRowElement {
  return element("tr", { role: "row" }, ...cells);
}

function columnHead(label: string): HTMLTableCellElement {
  return element("th", { scope: "col", role: "columnheader" }, label);
}

export function rowHead(...contents: readonly Content[]): HTMLTableCellElement {
  return element("th", { scope: "row", role: "rowheader" }, ...contents);
}

export function cell(attributes: Attributes, ...contents: readonly Content[]): HTMLTableCellElement {
  return element("td", { role: "cell", ...attributes }, ...contents);
}

/** Roles by name: on a phone a row is no longer laid out as one, and browsers then forget that it is one. */
export function table(
  caption: string,
  heads: readonly string[],
  rows: readonly HTMLTableRowElement[],
  className: string | null = null,
): HTMLTableElement {
  return element(
    "table",
    { role: "table", class: className },
    element("caption", { class: "unseen" }, caption),
    element("thead", { role: "rowgroup" }, row(...heads.map(columnHead))),
    element("tbody", { role: "rowgroup" }, ...rows),
  );
}
