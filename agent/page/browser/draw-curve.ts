// Draws a curve as SVG: memory across, the value up. Null where there is no number to draw.

import { formatBytes } from "../../size.ts";
import { type Axis, scaleAxis } from "../axis.ts";
import type { Curve } from "../trace-curve.ts";
import { drawn } from "./dom.ts";

const [WIDTH, HEIGHT] = [640, 280];
const EDGE = { left: 84, right: 40, top: 14, bottom: 40 } as const;

interface Point {
  readonly type: string;
  readonly memoryBytes: number;
  readonly value: number;
  readonly text: string;
}

export function drawCurve({ unit, points }: Curve, title: string): SVGSVGElement | null {
  const numbers = points.flatMap(({ type, memoryBytes, value, text }): Point[] =>
    typeof value === "number" ? [{ type, memoryBytes, value, text }] : [],
  );
  if (numbers.length === 0) return null;
  const isBytes = unit === "bytes";
  const x = scaleAxis(
    numbers.map(({ memoryBytes }) => memoryBytes),
    true,
  );
  const y = scaleAxis(
    numbers.map(({ value }) => value),
    isBytes,
  );
  const format = (value: number): string => (isBytes ? formatBytes(value) : String(value));
  const spots = numbers.map((point) => ({ ...point, across: across(x, point.memoryBytes), up: up(y, point.value) }));
  return drawn(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `Chart: ${title}`, class: "curve" },
    ...y.ticks.map((tick) => horizontal(up(y, tick), format(tick))),
    ...x.ticks.map((tick) => vertical(across(x, tick), formatBytes(tick))),
    drawn("polyline", { class: "line", points: spots.map((spot) => `${spot.across},${spot.up}`).join(" ") }),
    ...spots.map(({ type, text, across: cx, up: cy }) =>
      drawn("circle", { class: "dot", cx, cy, r: 4 }, drawn("title", {}, `${type}: ${text}`)),
    ),
  );
}

function across(axis: Axis, value: number): number {
  return round(EDGE.left + axis.place(value) * (WIDTH - EDGE.left - EDGE.right));
}

function up(axis: Axis, value: number): number {
  return round(HEIGHT - EDGE.bottom - axis.place(value) * (HEIGHT - EDGE.top - EDGE.bottom));
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

function horizontal(at: number, label: string): SVGElement {
  return drawn(
    "g",
    { class: "tick" },
    drawn("line", { x1: EDGE.left, x2: WIDTH - EDGE.right, y1: at, y2: at }),
    drawn("text", { x: EDGE.left - 10, y: at + 4, "text-anchor": "end" }, label),
  );
}

function vertical(at: number, label: string): SVGElement {
  return drawn(
    "g",
    { class: "tick" },
    drawn("line", { x1: at, x2: at, y1: HEIGHT - EDGE.bottom, y2: HEIGHT - EDGE.bottom + 5 }),
    drawn("text", { x: at, y: HEIGHT - EDGE.bottom + 22, "text-anchor": "middle" }, label),
  );
}
