import assert from "node:assert/strict";
import { TEMPLATE_FORMATS } from "../../agent/formats/format-of.ts";
import type { TemplateFormat } from "../../agent/formats/format.ts";
import { formatProblem } from "../../agent/refusal.ts";
import { renderTemplate } from "../../agent/template/render-template.ts";
import { describeWhere } from "../e2e/support/requirements.ts";
import { contextOf } from "../unit/support/context-of.ts";
import { MEBIBYTE } from "../unit/support/hostile.ts";
import { plainText } from "../unit/support/plain-text.ts";
import { countWork } from "./support/count-work.ts";
import { NEVER_MS } from "./support/never-ms.ts";
import {
  describeWithPython,
  readAssignmentsWithShell,
  readWithJava,
  readWithPostgres,
  readWithPython,
} from "./support/programs.ts";
import { writeFile, type Spot } from "./support/write-file.ts";

/** Four times the length is four times the work; what takes the square of its length does sixteen times as much. */
const LENGTHS = [2 ** 12, 2 ** 14] as const;
const MOST_GROWTH = 6;

/** What makes scanners look back, look ahead, nest or give up, over and over. */
const SHAPES = [
  ..."a # ; \" ' \\ [ { ( } $( ${ ` <<a <!-- < & % %% = : - | ~ $' case \u2028 \t".split(" "),
  "\n",
  "\\\n",
  " \\\n",
  "# \\\n",
  "a=",
  "a b ",
  '"a" ',
  "a='",
  " #",
  "a: ",
  "- ",
  "[a]\n",
  "<a>",
  "<a b='",
  "&amp;",
  "a {",
  "a;",
  "x=\\u0041\n",
  "{{!}}",
  "x: |\n ",
  "'''",
  '"""',
  "((",
  "<<\n",
  "\r",
  "\r\n",
];

describe("large inputs", () => {
  const { stackTraceLimit } = Error;
  // mocha wants whole stacks: thousands of frames for each error of a parser that recurses.
  before(() => {
    Error.stackTraceLimit = 10;
  });
  after(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  for (const format of TEMPLATE_FORMATS) {
    it(`are read without a crash, by work that grows as they do: ${format}`, async function () {
      this.timeout(NEVER_MS);
      const layouts = SHAPES.flatMap((shape) => [
        { shape, hole: "at the end", lay: oneAtTheEnd },
        { shape, hole: "among it", lay: manyAmongIt },
      ]);
      const counts = await countWork(
        layouts.flatMap(({ shape, lay }) =>
          LENGTHS.map((length) => ({ format, output: lay(shape.repeat(Math.ceil(length / shape.length))) })),
        ),
      );
      const growths = layouts.map(({ shape, hole }, index) => {
        const [small, large] = counts.slice(2 * index);
        return { shape, hole, growth: large! / small! };
      });
      assert.deepEqual(
        growths.filter(({ growth }) => !(growth < MOST_GROWTH)),
        [],
      );
    });
  }

  const [TOO_MANY_TAGS, TOO_DEEP] = [
    "a.hbs: the template has more than 10000 tags. Write a loop, or print a list with join or json.",
    "a.hbs: blocks or parentheses are nested more than 200 deep. Make the template flatter.",
  ];
  for (const [shape, problem] of [
    ["{{", TOO_MANY_TAGS],
    ["{{#if a}}", TOO_DEEP],
    ["{{vars.v}}", TOO_MANY_TAGS],
    ["{{(", TOO_DEEP],
    ["{{{{", TOO_MANY_TAGS],
    ["\\{{", TOO_MANY_TAGS],
    ["}}", null],
    ["{{!-- ", TOO_MANY_TAGS],
    ["{{#each vars.l}}{{this}}{{/each}}", TOO_MANY_TAGS],
  ] as const) {
    it(`are ${problem === null ? "rendered" : "refused by their size"} as a template of 1 MiB: ${shape}`, () => {
      const source = shape.repeat(2 ** 20 / shape.length);
      const context = contextOf({ vars: { v: "x", l: ["y"] } });
      const rendered = renderTemplate({ source, file: "a.hbs", format: "text", context, secretValuesAllowed: false });
      if (rendered.kind === "broken") assert.deepEqual(rendered.problems.map(formatProblem), [problem]);
      else assert.ok(problem === null && plainText(rendered.content) === source);
    });
  }
});

function oneAtTheEnd(text: string): string {
  return `${text}\uE0000\uE001`;
}

function manyAmongIt(text: string): string {
  return text.replace(/[^]{64}/g, (piece) => `${piece}\uE0000\uE001`);
}

describe("a value of 1 MiB", () => {
  const spots: Spot[] = [
    { format: "json", line: "[{}]" },
    { format: "yaml", line: "[{}]" },
    { format: "toml", line: "v = {}" },
    { format: "xml", line: "<v>{}</v>" },
    { format: "env", line: "V0={}" },
    { format: "sh", line: "V0={}" },
    { format: "properties", line: "v={}" },
    { format: "postgresql", line: "a.v = {}" },
    { format: "text", line: "{}" },
  ];
  const write = (format: TemplateFormat, value = MEBIBYTE): string =>
    writeFile(
      spots.find((spot) => spot.format === format)!,
      [value],
    ).text;

  it("is written and read back where the format has no limit", function () {
    this.timeout(NEVER_MS);
    for (const { format } of spots) write(format);
  });

  for (const [module, format, expression] of [
    ["json", "json", "json.loads(text)[0]"],
    ["tomllib", "toml", "tomllib.loads(text)['v']"],
    ["xml.etree.ElementTree", "xml", "xml.etree.ElementTree.fromstring(text).text"],
  ] as const) {
    describeWithPython(module, `in ${format} by Python`, () => {
      it("comes back", () => assert.ok(readWithPython(module, expression, [write(format)])[0] === MEBIBYTE));
    });
  }

  // PyYAML takes a second for so much.
  describeWithPython("yaml", "of an eighth in yaml by PyYAML", () => {
    it("comes back", () => {
      const value = MEBIBYTE.slice(0, 2 ** 17);
      assert.ok(readWithPython("yaml", "yaml.safe_load(text)[0]", [write("yaml", value)])[0] === value);
    });
  });

  for (const shell of ["dash", "bash"]) {
    describeWhere({ programs: [shell] }, `in env and sh by ${shell}`, () => {
      it("comes back", () => {
        for (const format of ["env", "sh"] as const)
          assert.ok(readAssignmentsWithShell(shell, write(format), "V", 1)[0] === MEBIBYTE);
      });
    });
  }

  describeWhere({ programs: ["java"] }, "in properties by Java", () => {
    it("comes back", () => assert.ok(readWithJava([write("properties")])[0]!.get("v") === MEBIBYTE));
  });

  describeWhere({ programs: ["postgres"] }, "in postgresql.conf by postgres -C", () => {
    it("comes back", () => assert.ok(readWithPostgres(write("postgresql"), ["a.v"])[0] === MEBIBYTE));
  });
});
