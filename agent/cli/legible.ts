// Makes a value safe to print: every text in it goes through shown(), whoever wrote it. Session.say calls it, so that no printer
// has to. Pure.

import { shown, shownLines } from "../shown.ts";

/** A file's text or a part of it: print-diff.ts compares it unchanged, then shows it line by line. */
const COMPARED = new Set(["content", "currentText", "newText"]);
/** A setting's, which may be a whole file. */
const OF_LINES = new Set(["text", "value"]);

/** @returns the same value, if no text in it changes. @param value plain data */
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
