// `parbake explain-error CODE`: what TROUBLESHOOTING.md says of an error. Needs no config, no root and no network.

import { readCarried } from "../carried.ts";
import { parseErrorPages, type ErrorPage } from "../cli/error-pages.ts";
import { findErrorPages } from "../cli/find-error-pages.ts";
import type { Command } from "../cli/invocation.ts";
import { formatErrorPages } from "../cli/print/print-error-pages.ts";
import type { Ending } from "../ending.ts";
import { nearestOf } from "../nearest.ts";
import { Refusal } from "../refusal.ts";
import type { Session } from "./session.ts";

export function runExplainError(
  { asked }: Extract<Command, { kind: "explain-error" }>,
  { options, emit, say }: Session,
): Ending {
  const pages = parseErrorPages(readCarried("TROUBLESHOOTING.md"));
  const found = findErrorPages(asked, pages);
  if (found.length === 0) throw refuseUnknown(asked, pages);
  if (options.json) emit({ schema: 1, explanations: found });
  else say(found, formatErrorPages);
  return "done";
}

function refuseUnknown(asked: string, pages: readonly ErrorPage[]): Refusal {
  const close = nearestOf(asked, new Set(pages.flatMap(({ codes }) => codes)));
  const ways = "Give an exit status, its name, an error of AWS's, or a line of parbake's in quotes.";
  const fix = close.length === 0 ? ways : `Did you mean ${close.map((each) => `'${each}'`).join(" or ")}?`;
  return new Refusal("usage", { what: `parbake knows no error '${asked.slice(0, 60)}'`, fix });
}
