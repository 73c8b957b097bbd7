// Writes NOTICE: whose work is in the binary, and under which licences, with their texts. Usage: write-notice.ts

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nodePath, TOP } from "../building/build-pinned-node.ts";
import { listBundledPackages } from "./bundled-packages.ts";
import { listCarriedData } from "./carried-data.ts";
import { listNodeParts } from "./node-parts.ts";

export const NOTICE = join(TOP, "NOTICE");

export async function formatNotice(): Promise<string> {
  const licensed = [...(await listBundledPackages()), ...listCarriedData()];
  const works = [...licensed, ...listNodeParts(process.versions)];
  return `parbake
Copyright 2026 The parbake authors

Licensed under the Apache License, Version 2.0: see LICENSE.

The binary also has in it, under their own licences, which follow:
${works.map((work) => `  ${title(work)}, ${work.license}`).join("\n")}

Made by scripts/packaging/write-notice.ts.

${[...groupByText(licensed)].map(([text, titles]) => formatSection(titles.join(", "), text)).join("\n")}
${formatSection(`Node.js ${process.versions.node} and its parts`, readNodeLicense())}`;
}

function title({ name, version }: { readonly name: string; readonly version: string }): string {
  return `${name} ${version}`;
}

interface Licensed {
  readonly name: string;
  readonly version: string;
  readonly licenseText: string;
}

function groupByText(works: readonly Licensed[]): Map<string, string[]> {
  const titles = new Map<string, string[]>();
  for (const each of works) {
    const text = each.licenseText.replaceAll("\r\n", "\n").trim();
    titles.set(text, [...(titles.get(text) ?? []), title(each)]);
  }
  return titles;
}

function formatSection(heading: string, text: string): string {
  return `${"=".repeat(78)}\n${heading}\n${"=".repeat(78)}\n\n${text}\n`;
}

/** Of Node's distribution and its source tree, and not of the program: what comes beside it, builds it and tests it. */
const NOT_IN_PROGRAM =
  /^- [^\n]*, located at (?:deps\/(?:npm|corepack|googletest)|tools|test)\b[^\n]*\n {2}"""\n[^]*?^ {2}"""\n\n?/gm;

function readNodeLicense(): string {
  const text = readFileSync(join(nodePath(process.arch as "x64" | "arm64"), "../../LICENSE"), "utf8");
  return text.replaceAll(NOT_IN_PROGRAM, "").trim();
}

if (import.meta.main) writeFileSync(NOTICE, await formatNotice());
