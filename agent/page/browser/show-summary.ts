// One sentence on what comes of the form, which a screen reader hears after each change.

import { show } from "./dom.ts";
import type { Results } from "./results.ts";
import { describeVerdict } from "./words.ts";

let shown = "";

export function showSummary({ problems, tried }: Results): void {
  const text = summarize({ problems, tried });
  // Said again only where it is another.
  if (text !== shown) show("summary", text);
  shown = text;
}

function summarize({ problems, tried }: Pick<Results, "problems" | "tried">): string {
  if (problems.length > 0) {
    const [first] = problems;
    const more = problems.length > 1 ? ` And ${problems.length - 1} more.` : "";
    return `Not yet: ${first?.what}. ${first?.fix}${more}`;
  }
  if (tried.length === 0) return "No machine is chosen.";
  return `${tried.map(({ machine, verdict }) => `${machine.label}: ${describeVerdict(verdict)}`).join("; ")}.`;
}
