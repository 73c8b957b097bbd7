// Which pages are about what somebody asks for: a code by its name, or a line by how it reads. Pure.

import { type ErrorPage, withoutTicks } from "./error-pages.ts";
import { MESSAGE_IDS } from "./message-ids.ts";

/** A shorter text is a part of too many lines. */
const FEWEST_LETTERS = 8;
/** Of what is pasted, as much is looked at: a title's gaps are tried at each of its places. */
const MOST_LETTERS = 2000;
/** Of the pages of a line, the most: those that say the most of it. */
const MOST_PAGES = 3;

/** @param asked a code, a MESSAGE_ID, or a line as parbake prints it, whole or in part */
export function findErrorPages(asked: string, pages: readonly ErrorPage[]): ErrorPage[] {
  const text = asked.trim().slice(0, MOST_LETTERS);
  const code = nameOf(text);
  // parbake's own `unavailable` is another than EC2's `Unavailable`.
  const exact = findByCode(code, pages, (name) => name);
  if (exact.length > 0) return exact;
  const alike = findByCode(code, pages, (name) => name.toLowerCase());
  return alike.length > 0 ? alike : findByLine(text, pages);
}

function findByCode(asked: string, pages: readonly ErrorPage[], fold: (name: string) => string): ErrorPage[] {
  return pages.filter(({ codes }) => codes.some((each) => isCalled(fold(each), fold(asked))));
}

/** `HPE_…` is a family of codes. */
function isCalled(name: string, code: string): boolean {
  return name.endsWith("…") ? code.startsWith(name.slice(0, -1)) : name === code;
}

function nameOf(asked: string): string {
  const id = asked.toLowerCase().replace(/^message_id=/, "");
  return Object.entries(MESSAGE_IDS).find(([, each]) => each === id)?.[0] ?? asked;
}

function findByLine(line: string, pages: readonly ErrorPage[]): ErrorPage[] {
  const found = pages.map((page) => ({ page, letters: countShared(page.title, line) }));
  const about = found.filter(({ letters }) => letters > 0).toSorted((a, b) => b.letters - a.letters);
  return about.slice(0, MOST_PAGES).map(({ page }) => page);
}

/** How much of the line the title says; 0: it is about another. */
function countShared(title: string, line: string): number {
  const isPart = line.length >= FEWEST_LETTERS && withoutTicks(title).toLowerCase().includes(line.toLowerCase());
  const forms = alternativesOf(title).filter((form) => patternOf(form).test(line));
  return Math.max(isPart ? line.length : 0, ...forms.map((form) => form.length));
}

/** What stands in backticks, where that is all there is; else the title. */
function alternativesOf(title: string): readonly string[] {
  return /^(`[^`]+`(, )?)+$/.test(title) ? title.split(", ").map(withoutTicks) : [withoutTicks(title)];
}

/** `…`, N and words in capitals stand for anything. */
function patternOf(form: string): RegExp {
  const escaped = form.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(escaped.replaceAll(/…|\bN\b|\b(?!IMDS|HTTP|FIPS)[A-Z]{4,}\b/g, ".+?"), "i");
}
