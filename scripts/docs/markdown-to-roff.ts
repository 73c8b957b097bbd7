// A page, or a section of one, as roff: headings, paragraphs, lists, examples and tables, as the formatter leaves them. Nothing else of
// Markdown.

import { formatExample, formatInline, formatParagraph, formatSubheading, formatTagged } from "./roff.ts";

/** What stands below the page's own title. */
export function readBody(page: string): string {
  return page.slice(page.indexOf("\n")).trim();
}

/** What stands below `## title`. @throws Error where the page has no such section */
export function readSection(page: string, title: string): string {
  const section = page.split(/^## /m).find((each) => each.startsWith(`${title}\n`));
  if (section === undefined) throw new Error(`the page has no section "${title}"`);
  return section.slice(title.length).trim();
}

export function convertMarkdown(text: string): string {
  return splitBlocks(text).map(convertBlock).join("\n");
}

/** At blank lines, but for those inside of an example. */
function splitBlocks(text: string): string[] {
  return text
    .split(/(^```[^]*?^```$)/m)
    .flatMap((part) => (part.startsWith("```") ? [part] : part.split(/\n{2,}/)))
    .map((block) => block.trim())
    .filter((block) => block !== "");
}

function convertBlock(block: string): string {
  if (block.startsWith("```")) return formatExample(block.split("\n").slice(1, -1).join("\n"));
  if (block.startsWith("#")) return formatSubheading(block.replace(/^#+ /, ""));
  if (block.startsWith("- ")) return block.split(/^- /m).slice(1).map(convertItem).join("\n");
  if (block.startsWith("|")) return block.split("\n").slice(2).map(convertRow).join("\n");
  return formatParagraph(joinLines(block));
}

function convertItem(item: string): string {
  return `.IP \\(bu 2\n${formatInline(joinLines(item))}`;
}

/** The first cell is what the others are about. */
function convertRow(row: string): string {
  const [tag, ...rest] = row
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
  return formatTagged(`\`${tag}\``, rest.join(". "));
}

function joinLines(text: string): string {
  return text.trim().split(/\n\s*/).join(" ");
}
