// What `journalctl -x` says beside parbake's entries, from the sections of TROUBLESHOOTING.md: systemd.catalog(5). Pure.

import { parseErrorPages } from "../../agent/cli/error-pages.ts";
import { MESSAGE_IDS } from "../../agent/cli/message-ids.ts";
import { formatProse } from "../../agent/cli/print/print-error-pages.ts";
import type { Ruler } from "../../agent/cli/ruler.ts";

const HEAD = `# What \`journalctl -x\` says of parbake's entries: systemd.catalog(5). Made by scripts/docs/write-troubleshooting.ts from
# TROUBLESHOOTING.md. The ids are those of agent/cli/message-ids.ts; @NAME@ is a field of the entry.
`;

/** Of a terminal, of whatever width: journalctl breaks no lines. */
const WIDTH = 80;

const ORIGIN = "Defined-By: parbake\nDocumentation: man:parbake(1)\n";

/** Words of the page that an entry has in a field. */
const FIELDS: Readonly<Record<string, readonly [words: RegExp, field: string]>> = {
  held: [/\bUNIT\b/g, "@PARBAKE_UNIT@"],
  killed: [/\bA signal\b/g, "@PARBAKE_SIGNAL@"],
};

export function formatCatalog(page: string, ruler: Ruler): string {
  const pages = parseErrorPages(page);
  const entries = Object.entries(MESSAGE_IDS).map(([code, id]) => {
    const found = pages.find(({ codes }) => codes.includes(code));
    if (found === undefined) throw new Error(`TROUBLESHOOTING.md has no section of ${code}`);
    const [words, field] = FIELDS[code] ?? [/$^/g, ""];
    // What mends a bug, nobody knows.
    const fix = code === "bug" ? "" : "What to do: @PARBAKE_FIX@\n\n";
    const text = `Subject: ${found.title}\n${ORIGIN}\n${fix}${formatProse(found.text, WIDTH, ruler)}\n`;
    return `-- ${id}\n${text.replaceAll(words, field)}`;
  });
  return [HEAD, ...entries].join("\n");
}
