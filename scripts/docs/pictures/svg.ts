// What the pictures are made of: boxes, bars, arrows and text, with a look for light and for dark pages. Knows no picture.

export type Tone = "plain" | "blue" | "green" | "purple" | "orange";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

type Colour = "card" | "box" | "edge" | "text" | "muted" | Exclude<Tone, "plain">;
type Palette = Readonly<Record<Colour, string>>;

/** GitHub's own: readable on its pages. For all others the card has a ground of its own. */
const LIGHT: Palette = {
  card: "#ffffff",
  box: "#f6f8fa",
  edge: "#d1d9e0",
  text: "#1f2328",
  muted: "#59636e",
  blue: "#0969da",
  green: "#1a7f37",
  purple: "#8250df",
  orange: "#bc4c00",
};

const DARK: Palette = {
  card: "#0d1117",
  box: "#151b23",
  edge: "#3d444d",
  text: "#f0f6fc",
  muted: "#9198a1",
  blue: "#4493f8",
  green: "#3fb950",
  purple: "#ab7df8",
  orange: "#f0883e",
};

const FONTS = `
text { font: 13px ui-sans-serif, system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif }
.code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 12.5px }
.small { font-size: 12px }
.strong { font-weight: 600 }
.line, .held { fill: none; stroke-width: 1.5 }
.held { stroke-dasharray: 3 4; stroke-width: 1 }`;

/** Without var() and color-mix(), which browsers alone know. */
function formatColours({ card, box, edge, text, muted, ...tones }: Palette): string {
  const filled = Object.entries(tones).map(
    ([name, colour]) => `.${name} { fill: ${mix(colour, card)}; stroke: ${colour} }`,
  );
  return `
text { fill: ${text} }
.small, .head { fill: ${muted} }
.line, .held { stroke: ${muted} }
.card { fill: ${card}; stroke: ${edge} }
.plain { fill: ${box}; stroke: ${edge} }
${filled.join("\n")}`;
}

/** A seventh of a colour on its ground. */
function mix(colour: string, ground: string): string {
  const parts = [1, 3, 5].map((at) => {
    const [own, below] = [colour, ground].map((hex) => Number.parseInt(hex.slice(at, at + 2), 16)) as [number, number];
    return Math.round((own + below * 6) / 7);
  });
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** @param about what it shows, for whoever does not see it */
export function formatPicture(
  title: string,
  about: string,
  size: { width: number; height: number },
  parts: readonly string[],
): string {
  const { width, height } = size;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title about">
<title id="title">${escape(title)}</title>
<desc id="about">${escape(about)}</desc>
<style>${FONTS}${formatColours(LIGHT)}
@media (prefers-color-scheme: dark) {${formatColours(DARK)}
}
</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0 8 4 0 8z"/></marker></defs>
<rect class="card" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10"/>
${parts.join("\n")}
</svg>
`;
}

export function drawBox({ x, y, width, height }: Box, tone: Tone): string {
  return `<rect class="${tone}" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>`;
}

/** Where a unit waits: an empty bar. */
export function drawHeld({ x, y, width, height }: Box): string {
  return `<rect class="held" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>`;
}

export function drawArrow(from: Point, to: Point): string {
  const middle = (from.x + to.x) / 2;
  const path = from.y === to.y ? `H${to.x}` : `C${middle} ${from.y} ${middle} ${to.y} ${to.x} ${to.y}`;
  return `<path class="line" d="M${from.x} ${from.y}${path}" marker-end="url(#head)"/>`;
}

export function drawLine(from: Point, to: Point): string {
  return `<path class="held" d="M${from.x} ${from.y}L${to.x} ${to.y}"/>`;
}

export function write({ x, y }: Point, text: string, kind = "", anchor: "start" | "middle" | "end" = "start"): string {
  return `<text class="${kind}" x="${x}" y="${y}" text-anchor="${anchor}">${escape(text)}</text>`;
}

/** A box with what it is, and below that a line of small print. */
export function drawLabelled(box: Box, tone: Tone, title: string, about: string, kind = "strong"): string {
  const middle = box.y + box.height / 2;
  const lines = [
    write({ x: box.x + 12, y: middle - 4 }, title, kind),
    write({ x: box.x + 12, y: middle + 14 }, about, "small"),
  ];
  return [drawBox(box, tone), ...lines].join("\n");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
