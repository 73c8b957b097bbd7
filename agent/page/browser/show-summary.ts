// One sentence on what comes of the form, which a screen reader hears after each change.

import { show } from "./dom.ts";
import type { Results } from "./results.ts";
import { describeVerdict } from "./words.ts";

let shown = "";

// More names would hide what comes of them.
const MOST_NAMED = 4;

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
  const fitting = tried.filter(({ tuning }) => tuning !== null).length;
  if (tried.length > MOST_NAMED) return `The image fits on ${fitting} of the ${tried.length} machines.`;
  return `${tried.map(({ machine, verdict }) => `${machine.label}: ${describeVerdict(verdict)}`).join("; ")}.`;
}
