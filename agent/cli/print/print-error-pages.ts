// What TROUBLESHOOTING.md says of an error, for people. Pure.

import { type ErrorPage, withoutTicks } from "../error-pages.ts";
import type { Paint } from "../text.ts";

const WIDTH = 80;

export function formatErrorPages(pages: readonly ErrorPage[], paint: Paint): string {
  return pages.map((page) => formatPage(page, paint)).join("\n");
}

function formatPage({ codes, title, text }: ErrorPage, paint: Paint): string {
  const name = codes.length === 0 ? "" : `${codes.join(" ")}: `;
  return `${wrap(name + withoutTicks(title))
    .split("\n")
    .map(paint.bold)
    .join("\n")}\n\n${formatProse(text)}\n`;
}

/** Paragraphs and examples: no other Markdown is on the page. */
export function formatProse(text: string): string {
  return text
    .split(/(^```[^]*?^```$)/m)
    .map((part) => (part.startsWith("```") ? formatExample(part) : formatParagraphs(part)))
    .filter((part) => part !== "")
    .join("\n\n");
}

function formatExample(block: string): string {
  const lines = block.split("\n").slice(1, -1);
  return lines.map((line) => `  ${line}`).join("\n");
}

function formatParagraphs(text: string): string {
  const paragraphs = text.split(/\n{2,}/).filter((paragraph) => paragraph.trim() !== "");
  return paragraphs.map((paragraph) => wrap(plain(paragraph))).join("\n\n");
}

function plain(paragraph: string): string {
  const words = paragraph.trim().split(/\s+/).join(" ");
  return withoutTicks(words.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1"));
}

function wrap(text: string): string {
  const lines: string[] = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length <= WIDTH || line === "") lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.join("\n");
}
