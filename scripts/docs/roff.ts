// Writes roff for man pages, in the macros of man(7): from text with the marks that the documents use. Knows no page.

/** `.TH`: the page's name, section, date and version. */
export function formatTitle(name: string, section: number, date: string, version: string): string {
  return `.TH ${name.toUpperCase()} ${section} ${date} "parbake ${version}" "parbake"`;
}

export function formatHeading(title: string): string {
  return `.SH ${escapeText(title.toUpperCase())}`;
}

/** As it is written: `.SS` is for those within a section. */
export function formatSubheading(title: string): string {
  return `.SS ${formatInline(title)}`;
}

export function formatParagraph(text: string): string {
  return `.PP\n${formatInline(text)}`;
}

/** A paragraph with its subject in front of it. */
export function formatTagged(tag: string, text: string): string {
  return `.TP\n${formatInline(tag)}\n${formatInline(text)}`;
}

/** Indents what stands in it. */
export function formatIndented(lines: readonly string[]): string {
  return [".RS", ...lines, ".RE"].join("\n");
}

export function formatExample(text: string): string {
  return [".PP", ".EX", ...text.split("\n").map(escapeText), ".EE"].join("\n");
}

/** One line: code and what is bold are bold, of a link only its text is left. */
export function formatInline(text: string): string {
  const parts = text.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1").split(/(`[^`]+`|\*\*[^*]+\*\*)/);
  return escapeLine(parts.map((part, index) => (index % 2 === 0 ? escape(part) : formatBold(part))).join(""));
}

function formatBold(part: string): string {
  return `\\fB${escape(part.replaceAll(/^(?:`|\*\*)|(?:`|\*\*)$/g, ""))}\\fR`;
}

function escapeText(text: string): string {
  return escapeLine(escape(text));
}

/** `-` is a minus, so that what is copied from the page is an option and no typographer's hyphen. */
function escape(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-");
}

/** A line that begins like a request is none. */
function escapeLine(line: string): string {
  return /^[.']/.test(line) ? `\\&${line}` : line;
}
