// `analyze --svg`: the boot and the run as bars on their time lines; one file that needs no other, in light and dark. Pure.

import type { Analysis, AnalyzedRun } from "../../analyze/analysis.ts";
import { isParbake, type PlaceInBoot } from "../../analyze/place-in-boot.ts";
import { shown } from "../../shown.ts";
import { cut } from "../text.ts";
import { escapeXmlLine } from "../xml.ts";

interface Bar {
  readonly label: string;
  readonly startMs: number;
  readonly tookMs: number;
  readonly depth: number;
  /** By which colour. */
  readonly kind: "boot" | "parbake" | "unit" | "step";
}

interface Chart {
  readonly title: string;
  readonly bars: readonly Bar[];
}

const [WIDTH, MARGIN, ROW, BAR_HEIGHT] = [1_000, 20, 22, 16];
const [LABELS, AXIS_ROWS] = [380, 3];
const LABEL_LENGTH = 46;
const PLOT = WIDTH - LABELS - 2 * MARGIN;

const STYLE = `
  svg { background: #fff; font: 12px system-ui, sans-serif; }
  text { fill: #1b1f24; } .title { font-weight: 600; font-size: 14px; } .axis { fill: #59636e; font-size: 11px; }
  line { stroke: #d1d9e0; }
  .boot { fill: #8c959f; } .unit { fill: #54aeff; } .parbake { fill: #bf8700; } .step { fill: #2da44e; }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117; } text { fill: #e6edf3; } .axis { fill: #9198a1; } line { stroke: #3d444d; }
    .boot { fill: #656c76; } .unit { fill: #1f6feb; } .parbake { fill: #d29922; } .step { fill: #3fb950; }
  }
`;

export function drawAnalysis({ run, boot }: Analysis): string {
  const charts = [...(boot === null ? [] : [chartOfBoot(boot)]), chartOfRun(run)];
  const parts: string[] = [];
  let top = MARGIN;
  for (const chart of charts) {
    parts.push(drawChart(chart, top));
    top += (chart.bars.length + AXIS_ROWS) * ROW;
  }
  const size = `width="${WIDTH}" height="${top}" viewBox="0 0 ${WIDTH} ${top}"`;
  const body = `<title>parbake analyze</title>\n<style>${STYLE}</style>\n${parts.join("")}`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" ${size}>\n${body}</svg>\n`;
}

function chartOfBoot({ phases, service, chain, units }: PlaceInBoot): Chart {
  const named = new Map(
    [...chain, ...units, ...(service === null ? [] : [service])].map((unit) => [unit.unit, barOfUnit(unit)]),
  );
  const bars = phases.map(({ name, ...times }): Bar => ({ label: name, ...times, depth: 0, kind: "boot" }));
  return {
    title: "The boot: its phases, its critical chain, parbake and the units that it holds",
    bars: [...bars, ...[...named.values()].toSorted((a, b) => a.startMs - b.startMs)],
  };
}

function barOfUnit({ unit, startMs, doneMs }: PlaceInBoot["chain"][number]): Bar {
  return { label: unit, startMs, tookMs: doneMs - startMs, depth: 0, kind: isParbake(unit) ? "parbake" : "unit" };
}

function chartOfRun({ runId, result, waves, steps }: AnalyzedRun): Chart {
  const ofWaves = waves.flatMap(({ name, result: how, tookMs, units }): Bar[] => {
    const words = [`wave ${name}`, ...(how === "done" ? [] : [how])].join(" ");
    const label = units.length === 0 ? words : `${words}: ${units.join(", ")}`;
    return tookMs === null ? [] : [{ label, startMs: 0, tookMs, depth: 0, kind: "parbake" }];
  });
  const bars = steps.map(({ name, tries, startMs, tookMs, depth }): Bar => {
    const label = tries === 1 ? name : `${name} (${tries} tries)`;
    return { label, startMs, tookMs, depth, kind: "step" };
  });
  return { title: `The run ${runId}: ${result}`, bars: [...ofWaves, ...bars] };
}

function drawChart({ title, bars }: Chart, top: number): string {
  const startMs = Math.min(0, ...bars.map((bar) => bar.startMs));
  const endMs = Math.max(startMs + 1, ...bars.map((bar) => bar.startMs + bar.tookMs));
  const scale = PLOT / (endMs - startMs);
  const xOf = (ms: number): string => (MARGIN + LABELS + (ms - startMs) * scale).toFixed(1);
  const bottom = top + (bars.length + 2) * ROW;
  const ticks = listTicks(startMs, endMs).map(
    (ms) =>
      `<line x1="${xOf(ms)}" x2="${xOf(ms)}" y1="${top + ROW + 6}" y2="${bottom - ROW + 6}"/>` +
      `<text class="axis" text-anchor="middle" x="${xOf(ms)}" y="${top + ROW}">${formatTick(ms)}</text>\n`,
  );
  const rows = bars.map((bar, index) => drawBar(bar, xOf, scale, top + (index + 1) * ROW + 8));
  return `<text class="title" x="${MARGIN}" y="${top}">${escapeXmlLine(title)}</text>\n${ticks.join("")}${rows.join("")}`;
}

function drawBar({ label, startMs, tookMs, depth, kind }: Bar, xOf: (ms: number) => string, scale: number, y: number) {
  const text = escapeXmlLine(`${cut(shown(label), LABEL_LENGTH - 2 * depth)}, ${Math.round(tookMs * 10) / 10} ms`);
  const width = Math.max(1, tookMs * scale).toFixed(1);
  const tip = `<title>${escapeXmlLine(`${label}: from ${startMs} ms, ${tookMs} ms`)}</title>`;
  return (
    `<text x="${MARGIN + depth * 12}" y="${y + BAR_HEIGHT - 4}">${text}</text>` +
    `<rect class="${kind}" x="${xOf(startMs)}" y="${y}" width="${width}" height="${BAR_HEIGHT}" rx="2">${tip}</rect>\n`
  );
}

/** Ten at most, at round numbers. */
function listTicks(startMs: number, endMs: number): number[] {
  const least = (endMs - startMs) / 10;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= least)!;
  const first = Math.ceil(startMs / step);
  return Array.from({ length: Math.floor(endMs / step) - first + 1 }, (_, index) => (first + index) * step);
}

function formatTick(ms: number): string {
  return Math.abs(ms) >= 1_000 ? `${Number((ms / 1_000).toFixed(3))} s` : `${Number(ms.toFixed(2))} ms`;
}
