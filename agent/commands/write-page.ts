// The page of an image and its machines, as one file: its parts out of the executable, and no credential in it.

import { createHash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { readCarried } from "../carried.ts";
import { findAccounts } from "../logs/account-ids.ts";
import { SecretFinder } from "../logs/find-secrets.ts";
import { assemblePage, type PageStart } from "../page/assemble-page.ts";
import type { Draft } from "../page/draft.ts";
import { PAGE_SCRIPT } from "../page/page-script.ts";
import { formatVersion } from "../process/version.ts";
import { Refusal, type Problem } from "../refusal.ts";

/** @throws Refusal `data` where an app's option looks like a credential, or names an AWS account: pages are mailed around */
export function writePage(start: Omit<PageStart, "version">): string {
  const problems = findPrivate(start.state.draft);
  if (problems.length > 0) throw new Refusal("data", problems);
  const catalogue = readCarried("agent/facts/catalogue/catalogue.tsv");
  return assemblePage(
    {
      html: readCarried("agent/page/browser/page.html"),
      style: readCarried("agent/page/browser/page.css"),
      script: readCarried(PAGE_SCRIPT),
      catalogue: deflateRawSync(catalogue, { level: 9 }).toString("base64"),
    },
    { ...start, version: formatVersion().replace(/^parbake /, "") },
    (text) => createHash("sha256").update(text).digest("base64"),
  );
}

function findPrivate({ apps }: Draft): Problem[] {
  const finder = new SecretFinder();
  return apps.flatMap(({ name, options }) =>
    Object.entries(options)
      .filter(([option, value]) => isPrivate(`${option}: ${value}\n`, finder))
      .map(([option]) => ({
        what: `${name}: the option ${option} may hold a credential or the id of an account, and a page is made to be passed on`,
        fix: "Take it out of the config: no profile needs one.",
      })),
  );
}

function isPrivate(line: string, finder: SecretFinder): boolean {
  const judged = finder.judge({ name: "option", bytes: Buffer.from(line) });
  return judged.kind === "whole" || judged.found.length > 0 || findAccounts([line]).size > 0;
}
