// Takes out the findings that the config allows, and tells of allowances that have run out or that nothing needs any more. Pure.

import type { SealAllowance, SealConfig } from "../config/seal-config.ts";
import type { Finding } from "./finding.ts";
import type { CompileGlob } from "./path-globs.ts";

export interface Allowed {
  readonly findings: readonly Finding[];
  /** Findings that the config allows. */
  readonly allowed: readonly { readonly finding: Finding; readonly reason: string; readonly owner: string }[];
}

/** @param today `2027-01-31` */
export function applyAllowances(
  found: readonly Finding[],
  { allow, severities }: SealConfig,
  today: string,
  compile: CompileGlob,
): Allowed {
  const rated = found.map((finding) => ({ ...finding, severity: severities.get(finding.kind) ?? finding.severity }));
  const tests = allow.map((allowance) => ({
    allowance,
    covers: coverer(allowance, compile),
    isOver: allowance.until !== null && allowance.until < today,
  }));
  const used = new Set<SealAllowance>();
  const allowed: Allowed["allowed"][number][] = [];
  const findings = rated.filter((finding) => {
    const covering = tests.filter(({ covers }) => covers(finding));
    for (const { allowance } of covering) used.add(allowance);
    const valid = covering.find(({ isOver }) => !isOver)?.allowance;
    if (valid !== undefined) allowed.push({ finding, reason: valid.reason, owner: valid.owner });
    return valid === undefined;
  });
  const warnings = tests.flatMap(({ allowance, isOver }) => warnOf(allowance, isOver, used.has(allowance)));
  return { findings: [...findings, ...warnings], allowed };
}

function warnOf({ at, until, owner }: SealAllowance, isOver: boolean, isUsed: boolean): Finding[] {
  const place = { file: at.file, ...(at.line !== undefined && { line: at.line }) };
  const warning = { kind: "allowance", severity: "warn", place } as const;
  if (isOver)
    return [
      {
        ...warning,
        what: `an allowance that ended on ${until}`,
        fix: `Ask its owner, ${owner}, whether it is still meant.`,
      },
    ];
  if (isUsed) return [];
  return [{ ...warning, what: "an allowance that nothing needs", fix: "Remove it: it would hide the next one." }];
}

function coverer({ path, kind, digest }: SealAllowance, compile: CompileGlob): (finding: Finding) => boolean {
  const isMeant = path === null ? null : compile(path);
  return (finding) =>
    (kind === null || kind === finding.kind) &&
    (digest === null || digest === finding.digest) &&
    (isMeant === null || (finding.place !== undefined && isMeant(finding.place.file)));
}
