// The outcomes of a command as JUnit's XML, which every CI server shows: a test case for each machine. Holds what a problem and a
// warning say, so no secret's value. Pure.

import { formatProblem, type Problem } from "../refusal.ts";
import { escapeXml, escapeXmlLine } from "./xml.ts";

export interface JunitCase {
  readonly name: string;
  /** None: it passes. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** @param className of the cases, and the suite's name: `parbake.check` */
export function formatJunit(className: string, cases: readonly JunitCase[]): string {
  const failures = cases.filter(({ problems }) => problems.length > 0).length;
  const counts = `tests="${cases.length}" failures="${failures}" errors="0"`;
  const name = quote(className);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name=${name} ${counts}>`,
    `  <testsuite name=${name} ${counts} skipped="0">`,
    ...cases.flatMap((each) => formatCase(className, each)),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function formatCase(className: string, { name, problems, warnings }: JunitCase): string[] {
  const [first] = problems;
  const failure =
    first && `<failure message=${quote(describeFirst(first, problems.length))}>${list(problems)}</failure>`;
  const out = warnings.length === 0 ? undefined : `<system-out>${list(warnings)}</system-out>`;
  const inside = [failure, out].filter((element) => element !== undefined).map((element) => `      ${element}`);
  const tag = `    <testcase classname=${quote(className)} name=${quote(name)}`;
  return inside.length === 0 ? [`${tag}/>`] : [`${tag}>`, ...inside, "    </testcase>"];
}

function describeFirst({ what }: Problem, count: number): string {
  return count === 1 ? what : `${what} (and ${count - 1} more)`;
}

function list(problems: readonly Problem[]): string {
  return escapeXml(problems.map(formatProblem).join("\n"));
}

function quote(text: string): string {
  return `"${escapeXmlLine(text)}"`;
}
