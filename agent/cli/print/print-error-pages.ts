// What TROUBLESHOOTING.md says of an error, for people. Pure.

import { type ErrorPage, withoutTicks } from "../error-pages.ts";
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
  return `${wrap(lead, Math.min(WIDEST, paint.columns))}\n\n${formatErrorPages(pages, paint)}`;
}

function formatPage({ codes, title, text }: ErrorPage, paint: Paint): string {
  const width = Math.min(WIDEST, paint.columns);
  const name = codes.length === 0 ? "" : `${codes.join(" ")}: `;
  return `${wrap(name + withoutTicks(title), width)
    .split("\n")
    .map(paint.bold)
    .join("\n")}\n\n${formatProse(text, width)}\n`;
}

/** Paragraphs and examples: no other Markdown is on the page. */
export function formatProse(text: string, width: number): string {
  return text
    .split(/(^```[^]*?^```$)/m)
    .map((part) => (part.startsWith("```") ? formatExample(part) : formatParagraphs(part, width)))
    .filter((part) => part !== "")
    .join("\n\n");
}

function formatExample(block: string): string {
  const lines = block.split("\n").slice(1, -1);
  return lines.map((line) => `  ${line}`).join("\n");
}

function formatParagraphs(text: string, width: number): string {
  const paragraphs = text.split(/\n{2,}/).filter((paragraph) => paragraph.trim() !== "");
  return paragraphs.map((paragraph) => wrap(plain(paragraph), width)).join("\n\n");
}

function plain(paragraph: string): string {
  const words = paragraph.trim().split(/\s+/).join(" ");
  return withoutTicks(words.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1"));
}

function wrap(text: string, width: number): string {
  const lines: string[] = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length <= width || line === "") lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.join("\n");
}
