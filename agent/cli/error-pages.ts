// TROUBLESHOOTING.md as data: what it says of each exit status, each entry of the journal, each error of AWS's, and each line that
// parbake prints. The page is written for people; `explain-error` and the journal's catalog are made from it. Pure.

export interface ErrorPage {
  /** What it is looked up by: `69` and `unavailable`, `AccessDeniedException`. Lines have none. */
  readonly codes: readonly string[];
  /** How the line begins that it is about, or what the code means. */
  readonly title: string;
  /** Markdown. */
  readonly text: string;
}

/** Those of its headings, then those of its tables. */
export function parseErrorPages(page: string): ErrorPage[] {
  const text = page.replaceAll(/<!--[^]*?-->\n*/g, "");
  return [...parseSections(text), ...parseTables(text)];
}

function parseSections(page: string): ErrorPage[] {
  return page
    .split(/^(?=##)/m)
    .map((section) => /^### (?:(\d+) )?`([a-z-]+)`: (.+)\n([^]*)$/.exec(section))
    .filter((found) => found !== null)
    .map(([, status, name = "", title = "", text = ""]) => ({
      codes: status === undefined ? [name] : [status, name],
      title,
      text: text.trim(),
    }));
}

function parseTables(page: string): ErrorPage[] {
  const tables = page.match(/^\|.*\n\|[ -|]+\n(?:\|.*\n?)+/gm) ?? [];
  return tables.flatMap((table) => {
    const [heads, , ...rows] = table.trim().split("\n").map(splitRow);
    return rows.map((cells) => pageOf(heads ?? [], cells));
  });
}

function splitRow(row: string): string[] {
  return row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
}

const CODES: readonly string[] = ["error", "status"];

/** The first cell is what the row is about, unless it has codes: then the second is. */
function pageOf([head = "", ...heads]: readonly string[], [first = "", ...rest]: readonly string[]): ErrorPage {
  const hasCodes = CODES.includes(head);
  const codes = hasCodes ? first.split(", ").map(withoutTicks).filter(Boolean) : [];
  const [title = "", ...cells] = hasCodes ? rest : [first, ...rest];
  const labels = hasCodes ? heads.slice(1) : heads;
  return { codes, title, text: cells.map((cell, index) => `${labels[index]}: ${cell}`).join("\n\n") };
}

export function withoutTicks(text: string): string {
  return text.replaceAll("`", "");
}
