// What TROUBLESHOOTING.md says of an error, for people. Pure.

import { type ErrorPage, withoutTicks } from "../error-pages.ts";
import type { Ruler } from "../ruler.ts";
import type { Paint } from "../text.ts";

/** Wider is hard to read, in a pipe too. */
const WIDEST = 80;

export function formatErrorPages(pages: readonly ErrorPage[], paint: Paint): string {
  return pages.map((page) => formatPage(page, paint)).join("\n");
}

/** Of a line that no page is about. */
export function formatStatusPages(pages: readonly ErrorPage[], paint: Paint): string {
  const each =
    pages.length === 1
      ? "This is of the status that such a line mostly ends with:"
      : "These are of the statuses that it may end with:";
  const lead = `The line itself says where it is, what was expected, and what to do. ${each}`;
  return `${paint.ruler.wrap(lead, widthOf(paint)).join("\n")}\n\n${formatErrorPages(pages, paint)}`;
}

function formatPage({ codes, title, text }: ErrorPage, paint: Paint): string {
  const name = codes.length === 0 ? "" : `${codes.join(" ")}: `;
  const head = paint.ruler.wrap(name + withoutTicks(title), widthOf(paint)).map(paint.bold);
  return `${head.join("\n")}\n\n${formatProse(text, widthOf(paint), paint.ruler)}\n`;
}

function widthOf({ columns }: Paint): number {
  return Math.min(WIDEST, columns);
}

/** Paragraphs and examples: no other Markdown is on the page. */
export function formatProse(text: string, width: number, ruler: Ruler): string {
  return text
    .split(/(^```[^]*?^```$)/m)
    .map((part) => (part.startsWith("```") ? formatExample(part) : formatParagraphs(part, width, ruler)))
    .filter((part) => part !== "")
    .join("\n\n");
}

function formatExample(block: string): string {
  const lines = block.split("\n").slice(1, -1);
  return lines.map((line) => `  ${line}`).join("\n");
}

function formatParagraphs(text: string, width: number, ruler: Ruler): string {
  const paragraphs = text.split(/\n{2,}/).filter((paragraph) => paragraph.trim() !== "");
  return paragraphs.map((paragraph) => ruler.wrap(plain(paragraph), width).join("\n")).join("\n\n");
}

function plain(paragraph: string): string {
  const words = paragraph.trim().split(/\s+/).join(" ");
  return withoutTicks(words.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1"));
}
