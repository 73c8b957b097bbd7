// Writes the tables of TROUBLESHOOTING.md that say what each error of AWS's means, from those that parbake decides by; and
// systemd/parbake.catalog, by which `journalctl -x` explains an entry, from the page. Usage: write-troubleshooting.ts

import { readFileSync, writeFileSync } from "node:fs";
import { DENIALS } from "../../agent/aws/calls/denial-rules.ts";
import { BEHIND_PROXY, NETWORK_FAMILIES, NETWORK_POLICY, PROXY_POLICY } from "../../agent/aws/calls/network-rules.ts";
import type { Rule } from "../../agent/aws/calls/rule.ts";
import { EC2_POLICY } from "../../agent/aws/ec2/error-rules.ts";
import { API_POLICY } from "../../agent/aws/secrets-manager/error-rules.ts";
import { loadRuler } from "../../agent/cli/ruler.ts";
import { TOP } from "../building/build-pinned-node.ts";
import { formatCatalog } from "./format-catalog.ts";
import { formatPage } from "./format-page.ts";

export const TROUBLESHOOTING = `${TOP}/TROUBLESHOOTING.md`;
export const CATALOG = `${TOP}/systemd/parbake.catalog`;

const MADE = /(<!-- begin of the tables of errors -->\n)[^]*(<!-- end of the tables of errors -->)/;

export function formatTroubleshooting(page: string): string {
  const tables = [
    "### What Secrets Manager answers",
    formatErrors(API_POLICY.map((rule) => [rule.names, rule])),
    "### What forbids a call",
    formatDenials(),
    "### What EC2 answers, to `fleet` alone",
    formatErrors(EC2_POLICY.map((rule) => [rule.names, rule])),
    "### What never reached AWS",
    formatErrors([
      ...NETWORK_POLICY.map((rule) => [rule.names, rule] as const),
      ...familyRows(),
      [[], BEHIND_PROXY],
      ...PROXY_POLICY.map((rule) => [rule.names, rule] as const),
    ]),
  ];
  return formatPage(
    TROUBLESHOOTING,
    page.replace(MADE, (_, begin, end) => `${begin}\n${tables.join("\n\n")}\n\n${end}`),
  );
}

type Row = readonly [names: readonly string[], rule: Rule];

/** Families that mean the same share a row. */
function familyRows(): Row[] {
  const rules = new Map(NETWORK_FAMILIES.map(([, rule]) => [rule.what, rule]));
  return [...rules.values()].map((rule) => {
    const starts = NETWORK_FAMILIES.filter(([, { what }]) => what === rule.what).map(([start]) => `${start}…`);
    return [starts, rule];
  });
}

function formatErrors(rows: readonly Row[]): string {
  const lines = rows.map(([names, rule]) => formatRow([names.map(code).join(", "), rule.what, endOf(rule), rule.fix]));
  return [
    formatRow(["error", "the line says", "how a run ends", "what mends it"]),
    formatRow(Array(4).fill("-")),
    ...lines,
  ].join("\n");
}

function formatDenials(): string {
  const lines = DENIALS.map(([phrase, { what, fix }]) => formatRow([what, `AWS says "${phrase}"`, fix]));
  return [formatRow(["the line says", "why", "what mends it"]), formatRow(Array(3).fill("-")), ...lines].join("\n");
}

function endOf({ kind, code: ending }: Rule): string {
  const tries = { fatal: "", retry: ", after tries until its deadline", refresh: ", after a try with new credentials" };
  return `${code(ending)}${tries[kind]}`;
}

function formatRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function code(word: string): string {
  return `\`${word}\``;
}

if (import.meta.main) {
  const page = formatTroubleshooting(readFileSync(TROUBLESHOOTING, "utf8"));
  writeFileSync(TROUBLESHOOTING, page);
  writeFileSync(CATALOG, formatCatalog(page, await loadRuler()));
}
