// `status` for people and for programs. Pure.

import { formatAge } from "../../age.ts";
import { explainNoRetry, type Failures } from "../../apply/state/failures.ts";
import type { FileStatus } from "../../inspect/check-files.ts";
import type { ImageStatus } from "../../inspect/compare-bake.ts";
import type { SecretStatus, Status } from "../../inspect/gather-status.ts";
import { formatProblem } from "../../refusal.ts";
import type { Report, WaveReport } from "../../report/report.ts";
import { formatTook } from "../../took.ts";
import { formatColumns, formatParagraph } from "../columns.ts";
import { formatCount, type Paint } from "../text.ts";
import { tellResize } from "./print-report.ts";
import { formatInterruption, formatTrial } from "./print-unfinished.ts";

export function statusDocument(status: Status): unknown {
  return { schema: 1, ...status };
}

export function formatStatus(status: Status, paint: Paint): string {
  const headline = status.inSync
    ? `${paint.green("in sync")}${describeUnseen(status.files)}\n`
    : formatParagraph("", `${paint.yellow("not in sync")}: ${status.reasons.join("; ")}`, paint);
  const sections = [
    headline,
    ...status.unreadable.map((problem) => formatParagraph(`${paint.red("!")} `, formatProblem(problem), paint)),
    ...status.trials.map((each) => formatTrial(each, paint)),
    ...status.interruptions.map((each) => formatInterruption(each, paint)),
    formatRun(status, paint),
    formatImage(status.image, paint),
    formatHeld(status, paint),
    formatFiles(status.files, paint),
    formatSecrets(status.secrets, paint),
    formatOwed(status, paint),
  ];
  return sections.filter((section) => section !== "").join("");
}

function describeUnseen(files: readonly FileStatus[]): string {
  const unknown = files.filter(({ state }) => state === "unknown").length;
  return unknown === 0 ? "" : `, except for ${formatCount(unknown, "file")} that could not be inspected`;
}

function formatRun({ lastRun, lastRunAgeMs, failures, generation }: Status, paint: Paint): string {
  if (lastRun === null) return generation === null ? "" : `${paint.bold("last change")}  ${generation}\n`;
  const { startedAt, tookMs, versions } = lastRun;
  const rows = [
    [paint.bold("last run"), `${describeResult(lastRun, paint)}, ${formatAge(lastRunAgeMs ?? 0)} ago`],
    ["", `${startedAt}, took ${formatTook(tookMs)}, parbake ${versions.parbake}`],
    ...(lastRun.waves.length === 0 ? [] : [["", lastRun.waves.map(describeWave).join(", ")]]),
    ...lastRun.problems.map(({ what, fix }) => ["", `${paint.red("!")} ${what}. ${fix}`]),
    ...tellResize(lastRun).map((line) => ["", line]),
    ...(failures === null ? [] : [["", describeFailures(failures)]]),
    ...lastRun.warnings.map(({ what, fix }) => ["", `${paint.yellow("warned:")} ${what}. ${fix}`]),
    ...(generation === null ? [] : [[paint.bold("generation"), generation]]),
  ];
  return formatColumns(rows, paint);
}

function describeFailures({ count, givenUp }: Failures): string {
  const times = `parbake.service has failed ${count === 1 ? "once" : `${count} times in a row`}`;
  return givenUp === null ? times : `${times}, and is not tried again by itself: ${explainNoRetry(givenUp)}`;
}

function describeWave({ name, result, tookMs }: WaveReport): string {
  const when = tookMs === null ? "" : ` after ${formatTook(tookMs)}`;
  return result === "done" ? `${name}${when}` : `${name} ${result}${when}`;
}

function formatImage(image: ImageStatus | null, paint: Paint): string {
  if (image === null) return "";
  const { bakedAt, ageMs, amiId, baseImage, family, sourceCommit, parbake, differences } = image;
  const from = [
    ...(amiId === null ? [] : [amiId]),
    ...(family === null ? [] : [`family ${family}`]),
    ...(baseImage === null ? [] : [`from ${baseImage}`]),
    ...(sourceCommit === null ? [] : [`of commit ${sourceCommit}`]),
    `by parbake ${parbake.version}`,
  ];
  const rows = [
    [paint.bold("image"), `baked ${formatAge(ageMs)} ago, at ${bakedAt}`],
    ["", from.join(", ")],
    ...differences.map(({ path, kind, difference }) => ["", `${paint.yellow(difference)} ${kind ?? "file"} ${path}`]),
  ];
  return formatColumns(rows, paint);
}

function formatHeld({ lastRun }: Status, paint: Paint): string {
  const held = lastRun?.held ?? [];
  if (held.length === 0) return "";
  const rows = held.map((each) => [paint.yellow(each.what), describeHold(each)]);
  return `${paint.bold("held back")}\n${formatColumns(rows, paint, "  ")}`;
}

function describeHold({ units, isInPlace }: Report["held"][number]): string {
  if (isInPlace) return "in place from an earlier run";
  return units.length === 0 ? "not in place, and no unit waits for it" : `waiting: ${units.join(", ")}`;
}

function describeResult({ result, changed, rolledBack }: Report, paint: Paint): string {
  if (result === "failed") return paint.red(rolledBack ? "failed, and restored the old files" : "failed");
  return `${paint.green("done")}, ${changed ? "with changes" : "nothing changed"}`;
}

const MARKS: Readonly<Record<FileStatus["state"], string>> = {
  "in sync": "=",
  kept: "≈",
  unfinished: "…",
  drifted: "~",
  missing: "-",
  unknown: "?",
};

function formatFiles(files: readonly FileStatus[], paint: Paint): string {
  if (files.length === 0) return "";
  const rows = files.map((file) => [paintState(file, MARKS[file.state], paint), file.state, file.path, detail(file)]);
  const unknown = files.filter(({ state }) => state === "unknown").length;
  const note = unknown === 0 ? "" : `  this user may not inspect ${formatCount(unknown, "file")}: run status as root\n`;
  return `${paint.bold("files")}\n${formatColumns(rows, paint, "  ")}${note}`;
}

function paintState({ state }: FileStatus, text: string, paint: Paint): string {
  switch (state) {
    case "in sync":
    case "kept":
      return paint.dim(text);
    case "unfinished":
    case "drifted":
    case "unknown":
      return paint.yellow(text);
    case "missing":
      return paint.red(text);
  }
}

function detail({ kind, drift, driftedSince }: FileStatus): string {
  const since = driftedSince === null ? "" : ` since ${driftedSince}`;
  const words = [kind === "secret" ? "secret" : "", drift.length > 0 ? `${drift.join(", ")}${since}` : ""];
  return words.filter((word) => word !== "").join(", ");
}

function formatSecrets(secrets: readonly SecretStatus[], paint: Paint): string {
  if (secrets.length === 0) return "";
  const rows = secrets.map(({ name, id, versionId, ageMs }) => [
    name,
    id,
    `version ${versionId}`,
    `fetched ${formatAge(ageMs)} ago`,
  ]);
  return `${paint.bold("secrets")}\n${formatColumns(rows, paint, "  ")}`;
}

function formatOwed({ owed }: Status, paint: Paint): string {
  if (owed.length === 0) return "";
  const rows = owed.map(({ action, unit }) => [action, unit]);
  return `${paint.bold("owed")}\n${formatColumns(rows, paint, "  ")}`;
}
