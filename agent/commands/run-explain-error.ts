// `parbake explain-error CODE|LINE`: what TROUBLESHOOTING.md says of an error. Needs no config, no root and no network.

import { readCarried } from "../carried.ts";
import { parseErrorPages, type ErrorPage } from "../cli/error-pages.ts";
import { findErrorPages } from "../cli/find-error-pages.ts";
import { findStatusPages } from "../cli/find-status-pages.ts";
import type { Command } from "../cli/invocation.ts";
import { formatErrorPages, formatStatusPages } from "../cli/print/print-error-pages.ts";
import type { Ending } from "../ending.ts";
import { nearestOf } from "../nearest.ts";
import { Refusal } from "../refusal.ts";
import { PROFILES } from "../tuning/profiles.ts";
import type { Session } from "./session.ts";

export function runExplainError(
  { asked }: Extract<Command, { kind: "explain-error" }>,
  { options, emit, say }: Session,
): Ending {
  const pages = parseErrorPages(readCarried("TROUBLESHOOTING.md"));
  const found = findErrorPages(asked, pages);
  const ofStatuses = found.length > 0 ? [] : findStatusPages(asked, pages);
  if (found.length + ofStatuses.length === 0) throw refuseUnknown(asked, pages);
  if (options.json)
    emit({ schema: 1, about: found.length > 0 ? "error" : "statuses", explanations: [...found, ...ofStatuses] });
  else if (found.length > 0) say(found, formatErrorPages);
  else say(ofStatuses, formatStatusPages);
  return "done";
}

function refuseUnknown(asked: string, pages: readonly ErrorPage[]): Refusal {
  if (PROFILES.has(asked))
    return new Refusal("usage", {
      what: `'${asked}' is a profile and no error`,
      fix: `\`parbake help ${asked}\` has its options, \`parbake explain APP\` says why an app has its numbers.`,
    });
  const close = nearestOf(asked, new Set(pages.flatMap(({ codes }) => codes)));
  const ways = `Give an exit status (78), its name, an error of AWS's, or a whole line of parbake's in quotes: 'parbake: …'.`;
  const fix = close.length === 0 ? ways : `Did you mean ${close.map((each) => `'${each}'`).join(" or ")}?`;
  return new Refusal("usage", { what: `parbake knows no error '${asked.slice(0, 60)}'`, fix });
}
