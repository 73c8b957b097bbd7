// A run's report for people: what changed, in a few lines; nothing to do is one line. Pure.

import { describeResize } from "../../apply/state/last-machine.ts";
import type { FileReport, Report } from "../../report/report.ts";
import { formatColumns } from "../columns.ts";
import { formatCount, type Paint } from "../text.ts";
import { groupValidations } from "./group-validations.ts";

export function formatReport(report: Report, paint: Paint): string {
  const files = report.files.filter(({ change }) => change !== "unchanged");
  const secrets = report.secrets.filter(({ change }) => change !== "unchanged");
  const folders = report.folders.filter(({ change }) => change !== "unchanged");
  const rows = [
    ...folders.map(({ path, change }) => [change, `${path}/`, ""]),
    ...files.map((file) => [file.change, file.path, paint.dim(describeContact(file))]),
    ...secrets.map(({ name, id, change }) => [change, `secret ${name}`, paint.dim(id)]),
    ...report.held.map(({ what, because }) => ["held", what, paint.dim(because.map((one) => one.what).join("; "))]),
    ...groupValidations(report.files).map(([paths, reason]) => ["validate", paths, paint.dim(reason)]),
    ...report.units.map(({ unit, action, outcome }) => [action, unit, paint.dim(outcome)]),
    ...report.healthChecks.map(({ path, outcome }) => ["health", path, paint.dim(outcome)]),
  ];
  const count = `${formatCount(report.files.length, "file")}, ${formatCount(report.secrets.length, "secret")}`;
  const took = `${Math.round(report.tookMs)} ms`;
  const storage =
    report.storage === null ? "" : `; secrets are on ${report.storage.fileSystem} (${report.storage.guarantee})`;
  const headline = report.changed ? `${paint.green("done")}: ` : `${paint.green("nothing to do")}: `;
  const recovered =
    report.recovered === null
      ? ""
      : `${paint.yellow(`an earlier run was cut short, and is ${report.recovered} now`)}\n`;
  const resized = tellResize(report)
    .map((line) => `${line}\n`)
    .join("");
  return `${recovered}${resized}${formatColumns(rows, paint, "  ")}${headline}${count} in ${took}${storage}\n${describeTrial(report, paint)}`;
}

/** That it was another instance is a warning. */
export function tellResize({ machine }: Report): string[] {
  return machine?.change === "resized" && machine.before !== null ? [describeResize(machine.before, machine)] : [];
}

function describeTrial({ confirmUntil }: Report, paint: Paint): string {
  if (confirmUntil === null) return "";
  const waits = paint.yellow(`until ${confirmUntil}`);
  return `${waits}: run \`parbake confirm\` to keep this; else it is taken back, also if this session ends or the machine reboots\n`;
}

function describeContact({ adopted, drift }: FileReport): string {
  if (adopted) return "it was there before parbake";
  return drift === null ? "" : `edited by hand, last on ${drift.since}`;
}
