// The picture of a boot: the waves of a run, and which unit starts after which.

import { drawBox, drawHeld, drawLine, formatPicture, type Tone, write } from "./svg.ts";

const SIZE = { width: 880, height: 336 };
const LEFT = 196;
const RIGHT = 856;
const BAR = 30;

interface Wave {
  readonly name: string;
  readonly needs: string;
  readonly tone: Tone;
  readonly until: number;
}

/** `until` as a part of the picture's width: an order, not a measurement. */
const WAVES: readonly Wave[] = [
  { name: "wave 1", needs: "hardware", tone: "blue", until: 0.25 },
  { name: "wave 2", needs: "IMDSv2", tone: "purple", until: 0.47 },
  { name: "wave 3", needs: "Secrets Manager", tone: "orange", until: 0.74 },
];

/** Which wave has all that the unit needs; null: it needs nothing of parbake. */
const UNITS: readonly { readonly name: string; readonly wave: number | null; readonly says: string }[] = [
  { name: "ssh.service", wave: null, says: "needs nothing of parbake, and waits for nothing" },
  { name: "nginx.service", wave: 0, says: "tuned for this machine's memory and CPUs" },
  { name: "postgresql@15-main", wave: 0, says: "likewise, though the network is away" },
  { name: "worker.service", wave: 1, says: "its file has the region in it" },
  { name: "api.service", wave: 2, says: "has its password" },
];

const START = 0.04;

export function drawBoot(): string {
  return formatPicture("A boot with parbake", ABOUT, SIZE, [
    write({ x: 24, y: 48 }, "parbake.service", "code"),
    ...WAVES.flatMap(drawWave),
    ...WAVES.map(({ until }) => drawLine({ x: at(until) - 1.5, y: 62 }, { x: at(until) - 1.5, y: 280 })),
    ...UNITS.flatMap(drawUnit),
    write(
      { x: 24, y: 312 },
      "A wave that fails leaves its files as they were and its units waiting; parbake-retry.timer tries again. The others go on.",
      "small",
    ),
  ]);
}

const ABOUT =
  "parbake.service runs in three waves. After the first, which needs the hardware alone, nginx and PostgreSQL start. After the second, " +
  "which needs IMDS, a worker starts whose file has the region in it. After the third, which needs AWS Secrets Manager, the API starts " +
  "with its password. Other units start as usual.";

function at(part: number): number {
  return Math.round(LEFT + part * (RIGHT - LEFT));
}

function drawWave({ name, needs, tone, until }: Wave, index: number): string[] {
  const x = at(WAVES[index - 1]?.until ?? START);
  const width = at(until) - x - 3;
  return [
    drawBox({ x, y: 28, width, height: BAR }, tone),
    write({ x: x + width / 2, y: 48 }, `${name}: ${needs}`, "", "middle"),
  ];
}

function drawUnit({ name, wave, says }: (typeof UNITS)[number], index: number): string[] {
  const y = 82 + index * 42;
  const from = at(START);
  const starts = wave === null ? from : at(WAVES[wave]!.until);
  const held = wave === null ? [] : [drawHeld({ x: from, y, width: starts - from - 3, height: BAR })];
  return [
    write({ x: 24, y: y + 20 }, name, "code"),
    ...held,
    drawBox({ x: starts, y, width: RIGHT - starts, height: BAR }, wave === null ? "plain" : "green"),
    write({ x: starts + 12, y: y + 20 }, `up: ${says}`),
  ];
}
