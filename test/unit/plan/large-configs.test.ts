// A config that is four times as large takes about four times as long; one that is larger than any machine needs is refused.

import assert from "node:assert/strict";
import { parseConfig } from "../../../agent/config/read/parse-config.ts";
import { buildPlan } from "../../../agent/plan/build-plan.ts";
import { formatProblem } from "../../../agent/refusal.ts";
import { SOME_FACTS } from "../support/some-facts.ts";

interface Image {
  readonly texts: readonly string[];
  readonly templates?: Readonly<Record<string, string>>;
}

/** @returns the problems, or how many steps there are */
function plan({ texts, templates = {} }: Image): string[] | number {
  const files = texts.map((text, index) => ({ file: `${index}.yaml`, text }));
  const parsed = parseConfig(files, () => ({ folder: "/t", sources: new Map(Object.entries(templates)) }));
  if (parsed.kind === "problems") return parsed.problems.map(formatProblem);
  const built = buildPlan({ config: parsed.config, facts: SOME_FACTS, templates: parsed.templates });
  return built.kind === "refused" ? built.problems.map(formatProblem) : built.plan.steps.length;
}

function repeat(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join("");
}

function manyTemplates(count: number, text: (index: number) => string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}.hbs`, text(index)]));
}

const oneFile = (template: string) => `files: [ { template: ${template}, path: /etc/a } ]\n`;
const vars = (count: number) => `vars:\n${repeat(count, (index) => `  v${index}: 1\n`)}`;

/** Quadratic work makes sixteen of it. */
const MOST_RATIO = 9;
const ATTEMPTS = 6;

const CASES: Readonly<Record<string, readonly [least: number, image: (count: number) => Image]>> = {
  "variables that no template reads": [
    2500,
    (n) => ({ texts: [vars(n) + oneFile("a.hbs")], templates: { "a.hbs": "x" } }),
  ],
  "variables that a template reads one by one": [
    1000,
    (n) => ({
      texts: [vars(n) + oneFile("a.hbs")],
      templates: { "a.hbs": repeat(n, (index) => `{{vars.v${index}}}\n`) },
    }),
  ],
  "variables in a YAML file": [
    2500,
    (n) => ({ texts: [vars(n) + oneFile("a.yaml.hbs")], templates: { "a.yaml.hbs": "a:\n  {{yaml vars}}\n" } }),
  ],
  "keys that stand twice": [2500, (n) => ({ texts: [`vars:\n${"  a: 1\n".repeat(n)}`] })],
  "unknown keys": [2500, (n) => ({ texts: [repeat(n, (index) => `unknown${index}: 1\n`)] })],
  aliases: [
    1000,
    (n) => ({
      texts: [
        `vars:\n${repeat(n, (index) => `  v${index}: &a${index} [1]\n  w${index}: *a${index}\n`)}${oneFile("a.hbs")}`,
      ],
      templates: { "a.hbs": "{{json vars}}" },
    }),
  ],
  "files with a template each": [
    500,
    (n) => ({
      texts: [`files:\n${repeat(n, (index) => `  - { template: t${index}.hbs, path: /etc/f${index} }\n`)}`],
      templates: manyTemplates(n, () => "x"),
    }),
  ],
  "templates with front matter": [
    1000,
    (n) => ({
      texts: ["imds: optional\n"],
      templates: manyTemplates(n, (index) => `---\npath: /etc/f${index}\n---\nx`),
    }),
  ],
  "files of parbake.d": [
    500,
    (n) => ({
      texts: Array.from(
        { length: n },
        (_, index) => `folders: [{ path: /f${index} }]\nmetrics: /a/m.prom\nvars: { v: 1 }\n`,
      ).concat(oneFile("a.hbs")),
      templates: { "a.hbs": "x" },
    }),
  ],
  "units of one secret": [
    2500,
    (n) => ({
      texts: [
        `secrets: { s: { id: x, keys: { k: { file: a, units: [${repeat(n, (index) => `u${index}.service,`)}] } } } }\n`,
      ],
    }),
  ],
  "keys for one unit": [
    1000,
    (n) => ({
      texts: [
        `secrets: { s: { id: x, keys: { ${repeat(n, (index) => `k${index}: { file: s/k${index}, units: [a.service] },`)} } } }\n`,
      ],
    }),
  ],
};

describe("a config four times as large", function () {
  this.timeout(60_000);
  for (const [what, [least, image]] of Object.entries(CASES)) {
    it(`takes no more than nine times as long: ${what}`, () => {
      const [small, large] = [image(least), image(4 * least)];
      plan(small);
      const ratios: number[] = [];
      while (ratios.length < ATTEMPTS && !ratios.some((ratio) => ratio < MOST_RATIO))
        ratios.push(cpuMicros(() => plan(large)) / cpuMicros(() => plan(small)));
      assert.ok(
        ratios.some((ratio) => ratio < MOST_RATIO),
        `times as long: ${ratios.map((ratio) => ratio.toFixed(1)).join(", ")}`,
      );
    });
  }
});

function cpuMicros(work: () => void): number {
  const before = process.cpuUsage();
  work();
  return process.cpuUsage(before).user;
}

describe("a config that is larger than any machine needs", () => {
  const declare = (key: string, count: number, entry: (index: number) => string) =>
    `${key}:\n${repeat(count, (index) => `  ${entry(index)}\n`)}`;
  const refused: readonly (readonly [what: string, texts: readonly string[], problem: string])[] = [
    [
      "apps",
      [declare("apps", 1001, (index) => `a${index}: { profile: nginx }`)],
      "0.yaml:1002:10: apps: 1001 are declared, and 1000 are the most. Declare fewer for one machine.",
    ],
    [
      "secrets",
      [declare("secrets", 1001, (index) => `a${index}: { id: x, keys: {} }`)],
      "0.yaml:1002:10: secrets: 1001 are declared, and 1000 are the most. Declare fewer for one machine.",
    ],
    [
      "files",
      [declare("files", 5001, (index) => `- { template: t, path: /f${index} }`)],
      "0.yaml:5002:5: files: 5001 are declared, and 5000 are the most. Declare fewer for one machine.",
    ],
    [
      "folders",
      [`${oneFile("a.hbs")}${declare("folders", 5001, (index) => `- { path: /f${index} }`)}`],
      "0.yaml:5003:5: folders: 5001 are declared, and 5000 are the most. Declare fewer for one machine.",
    ],
    [
      "values of several files",
      ["vars", "vars"].map((key) => `${key}: { a: [${"1,".repeat(30_000)}] }\n`),
      "1.yaml:1:1: the config has more than 50000 values, all of its files together. Make it smaller.",
    ],
    [
      "bytes of several files",
      [`vars: { a: ${"x".repeat(600_000)} }\n`, `vars: { b: ${"x".repeat(600_000)} }\n`],
      "1.yaml: the config is longer than 1 MiB, all of its files together. Move long texts into templates.",
    ],
    [
      "letters of a path",
      [`files: [ { template: t, path: ${"/a".repeat(10_000)} } ]\n`],
      "0.yaml:1:31: files[0].path: a path of 20000 characters. Linux takes no more than 4095 in all, parbake 3072.",
    ],
  ];
  for (const [what, texts, problem] of refused) {
    it(`is refused: ${what}`, () => assert.deepEqual(plan({ texts }), [problem]));
  }
});
