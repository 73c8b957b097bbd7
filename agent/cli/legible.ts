// A value as people may look at it: every text in it shown, whoever wrote it. The one way from values to words (Session.say), so
// that no printer has to think of it. Pure.

import { shown, shownLines } from "../shown.ts";

/** A file's text or a part of it: what print-diff.ts compares as it is, and then shows line by line. */
const COMPARED = new Set(["content", "currentText", "newText"]);
/** A setting's, which may be a whole file. */
const OF_LINES = new Set(["text", "value"]);

/** The same value, if there is nothing in it that had to be shown. Of plain data alone. */
export function legible<T>(value: T): T {
  return show(value, shown) as T;
}

function show(value: unknown, showText: (text: string) => string): unknown {
  if (typeof value === "string") return showText(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return showItems(value, showText);
  return showFields(value);
}

function showItems(items: readonly unknown[], showText: (text: string) => string): readonly unknown[] {
  const legibles = items.map((item) => show(item, showText));
  return legibles.every((item, index) => item === items[index]) ? items : legibles;
}

function showFields(record: object): object {
  let isSame = true;
  const legibles = Object.entries(record).map(([name, value]) => {
    const [shownName, shownValue] = [shown(name), showField(name, value)];
    isSame &&= shownName === name && shownValue === value;
    return [shownName, shownValue] as const;
  });
  return isSame ? record : Object.fromEntries(legibles);
}

function showField(name: string, value: unknown): unknown {
  return COMPARED.has(name) ? value : show(value, OF_LINES.has(name) ? shownLines : shown);
}
