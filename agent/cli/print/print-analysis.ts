// `analyze` for people: bars on a time line, in 80 columns. Pure.

import type { Analysis, AnalyzedRun } from "../../analyze/analysis.ts";
import { isParbake, type PlaceInBoot } from "../../analyze/place-in-boot.ts";
import { formatTook } from "../../took.ts";
import { formatColumns } from "../columns.ts";
import { cut, type Paint } from "../text.ts";

export function formatAnalysis({ run, boot }: Analysis, paint: Paint): string {
  return (boot === null ? "" : `${formatBoot(boot, run, paint)}\n`) + formatRun(run, paint);
}

function formatBoot(boot: PlaceInBoot, run: AnalyzedRun, paint: Paint): string {
  const { phases, finishedMs, target, service } = boot;
  const total = phases.length === 0 ? 0 : phases.at(-1)!.startMs + phases.at(-1)!.tookMs - phases[0]!.startMs;
  const parts = phases.map(({ name, tookMs }) => `${name} ${formatTook(tookMs)}`).join(", ");
  const rows = [
    [paint.bold("boot"), finishedMs === null ? "it goes on" : formatTook(total), parts],
    ...(target === null ? [] : [["", formatTook(target.doneMs), `${target.unit} was reached`]]),
    [paint.bold("parbake"), ...(service === null ? ["did not run", ""] : describeService(service, run))],
    ["", ...describeCost(boot)],
  ];
  return formatColumns(rows, paint) + formatUnits(boot, paint) + formatChain(boot, paint);
}

function describeService({ startMs, doneMs }: NonNullable<PlaceInBoot["service"]>, run: AnalyzedRun): string[] {
  const isWithin = run.startMs !== null && run.startMs >= startMs && run.startMs <= doneMs;
  const ofRun = isWithin ? `; the run ${formatTook(run.tookMs)} of it` : "";
  return [formatTook(doneMs - startMs), `from ${formatTook(startMs)} to ${formatTook(doneMs)}${ofRun}`];
}

function describeCost({ costMs, target, service }: PlaceInBoot): string[] {
  if (target === null || service === null) return ["", ""];
  if (costMs === null) return ["", "what it cost the boot is not known: it has run again since"];
  if (costMs === 0) return ["no cost", `it is not in the critical chain of ${target.unit}`];
  return [formatTook(costMs), `sooner ${target.unit} would be reached without it`];
}

function formatUnits({ units }: PlaceInBoot, paint: Paint): string {
  if (units.length === 0) return "";
  const rows = units.map(({ unit, startMs, doneMs, waitedMs }) => [
    formatTook(startMs).padStart(TIME_WIDTH),
    formatTook(doneMs).padStart(TIME_WIDTH),
    formatTook(waitedMs).padStart(TIME_WIDTH),
    cut(unit, NAME_WIDTH),
  ]);
  const head = ["started", "up", "waited"].map((word) => word.padStart(TIME_WIDTH));
  return `\n${paint.bold("units that parbake holds")}\n${formatColumns([[...head, ""], ...rows], paint)}`;
}

function formatChain({ chain, target }: PlaceInBoot, paint: Paint): string {
  if (target === null) return "";
  const rows = chain.map(({ unit, startMs, doneMs }) => [
    formatTook(doneMs).padStart(TIME_WIDTH),
    `+${formatTook(doneMs - startMs)}`.padStart(TIME_WIDTH + 1),
    isParbake(unit) ? paint.yellow(cut(unit, NAME_WIDTH)) : cut(unit, NAME_WIDTH),
  ]);
  return `\n${paint.bold("critical chain")}, each after the one below it\n${formatColumns(rows, paint)}`;
}

function formatRun({ runId, result, tookMs, waves, steps }: AnalyzedRun, paint: Paint): string {
  const ended = result === "done" ? paint.green(result) : paint.red(result);
  const head = `${paint.bold("run")}  ${runId}: ${ended}, took ${formatTook(tookMs)}\n`;
  const ofWaves = waves.map(({ name, result: how, tookMs: took, units }) => {
    const bar = took === null ? `|${" ".repeat(BAR_WIDTH)}|` : drawBar(0, took, tookMs);
    const words = `wave ${name}${how === "done" ? "" : ` ${how}`}${units.length === 0 ? "" : `: ${units.join(", ")}`}`;
    return `${(took === null ? "" : formatTook(took)).padStart(TIME_WIDTH)} ${bar} ${paint.bold(cut(words, NAME_WIDTH))}\n`;
  });
  const lines = steps.map(({ name, startMs, tookMs: took, depth, tries }) => {
    const again = tries === 1 ? "" : ` (${tries} tries)`;
    const words = `${"  ".repeat(depth)}${name}`;
    const bar = drawBar(startMs, took, tookMs);
    return `${formatTook(took).padStart(TIME_WIDTH)} ${bar} ${cut(words, NAME_WIDTH - again.length)}${again}\n`;
  });
  return head + ofWaves.join("") + lines.join("");
}

const WIDTH = 80;
const TIME_WIDTH = 9;
const BAR_WIDTH = 24;
const NAME_WIDTH = WIDTH - TIME_WIDTH - BAR_WIDTH - 4;

/** Where in the whole it lies; at least a stroke. */
function drawBar(startMs: number, tookMs: number, wholeMs: number): string {
  const at = (ms: number) => Math.min(BAR_WIDTH, Math.max(0, Math.round((ms / Math.max(wholeMs, 0.1)) * BAR_WIDTH)));
  const [from, to] = [Math.min(BAR_WIDTH - 1, at(startMs)), at(startMs + tookMs)];
  const bar = to > from ? "█".repeat(to - from) : "▏";
  return `|${(" ".repeat(from) + bar).padEnd(BAR_WIDTH)}|`;
}
