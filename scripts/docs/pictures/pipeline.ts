// The picture of the pipeline: what goes into a plan, and the three who use it.

import { type Box, drawArrow, drawBox, drawLabelled, formatPicture, type Tone, write } from "./svg.ts";

const SIZE = { width: 880, height: 344 };

interface Part {
  readonly title: string;
  readonly about: string;
  readonly tone: Tone;
}

const INPUTS: readonly Part[] = [
  { title: "the instance", about: "IMDSv2, memory, CPUs, limits", tone: "blue" },
  { title: "parbake.yaml", about: "apps, weights, secrets, files", tone: "plain" },
  { title: "profiles", about: "what each app's project says", tone: "plain" },
  { title: "templates", about: "config files with {{values}}", tone: "plain" },
];

const STEPS = ["facts", "budget", "settings", "texts"];

const USES: readonly (Part & { readonly who: string })[] = [
  { who: "at every boot", title: "parbake apply", about: "validate, swap in, reload: or all as before", tone: "green" },
  { who: "by hand", title: "parbake plan --diff", about: "the same plan, shown", tone: "plain" },
  {
    who: "in the bake",
    title: "parbake check --strict",
    about: "the same plan, for every instance type",
    tone: "plain",
  },
];

const INPUT = { x: 24, width: 226, height: 52 };
const TOP = 40;
const PLAN: Box = { x: 318, y: TOP, width: 170, height: 280 };
const USE = { x: 556, width: 300, height: 52 };

export function drawPipeline(): string {
  return formatPicture("The pipeline of parbake", ABOUT, SIZE, [
    ...INPUTS.flatMap(drawInput),
    ...drawPlan(),
    ...USES.flatMap(drawUse),
    ...drawSecrets(),
  ]);
}

const ABOUT =
  "The instance, the config, the profiles and the templates become one plan. parbake apply performs it at every boot, parbake plan " +
  "shows it, and parbake check proves it in the bake. The values of secrets come from AWS Secrets Manager to parbake apply alone.";

function drawInput({ title, about, tone }: Part, index: number): string[] {
  const box = { ...INPUT, y: TOP + index * 76 };
  const y = box.y + box.height / 2;
  return [drawLabelled(box, tone, title, about), drawArrow({ x: box.x + box.width + 4, y }, { x: PLAN.x - 4, y })];
}

function drawPlan(): string[] {
  const middle = PLAN.x + PLAN.width / 2;
  const steps = STEPS.flatMap((step, index) => {
    const y = PLAN.y + 76 + index * 48;
    const box = { x: PLAN.x + 34, y, width: PLAN.width - 68, height: 30 };
    const down = index === 0 ? [] : [`<path class="line" d="M${middle} ${y - 17}V${y - 2}" marker-end="url(#head)"/>`];
    return [drawBox(box, "plain"), write({ x: middle, y: y + 20 }, step, "", "middle"), ...down];
  });
  return [
    drawBox(PLAN, "purple"),
    write({ x: middle, y: PLAN.y + 30 }, "one plan", "strong", "middle"),
    write({ x: middle, y: PLAN.y + 50 }, "pure: no effect", "small", "middle"),
    ...steps,
  ];
}

function drawUse({ who, title, about, tone }: (typeof USES)[number], index: number): string[] {
  const box = { ...USE, y: TOP + index * 76 };
  const y = box.y + box.height / 2;
  return [
    write({ x: box.x, y: box.y - 7 }, who, "small"),
    drawLabelled(box, tone, title, about, "code strong"),
    drawArrow({ x: PLAN.x + PLAN.width + 4, y }, { x: box.x - 4, y }),
  ];
}

/** They pass the plan by: its way is up the right side, to `apply`. */
function drawSecrets(): string[] {
  const box = { ...USE, y: TOP + 228 };
  const [side, from, to] = [SIZE.width - 10, box.y + box.height / 2, TOP + USE.height / 2];
  const edge = USE.x + USE.width;
  return [
    drawLabelled(box, "orange", "AWS Secrets Manager", "values: to apply alone, in memory alone"),
    `<path class="line" d="M${edge} ${from}H${side}V${to}H${edge + 4}" marker-end="url(#head)"/>`,
  ];
}
