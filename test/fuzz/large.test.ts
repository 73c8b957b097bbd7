import assert from "node:assert/strict";
import { fillHoles } from "../../agent/template/fill-holes.ts";
import { renderTemplate } from "../../agent/template/render-template.ts";
import { TEMPLATE_FORMATS } from "../../agent/formats/format-of.ts";
import { describeWhere } from "../e2e/support/requirements.ts";
import { contextOf } from "../unit/support/context-of.ts";
import { MEBIBYTE } from "../unit/support/hostile.ts";
import {
  describeWithPython,
  readAssignmentsWithShell,
  readWithJava,
  readWithPostgres,
  readWithPython,
} from "./support/programs.ts";
import { writeFile, type Spot } from "./support/write-file.ts";
import type { TemplateFormat } from "../../agent/formats/format.ts";

/** Generous for a busy machine; what takes the square of its length would take minutes. */
const MOST_MS = 60_000;

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
    it(`are read in time and without a crash: ${format}`, function () {
      this.timeout(MOST_MS);
      for (const shape of SHAPES) {
        const half = shape.repeat(Math.ceil(2 ** 14 / shape.length));
        // A value at the end, and many among it.
        fill(format, `${half}\uE0000\uE001`, 1);
        fill(
          format,
          half.replace(/[^]{64}/g, (text) => `${text}\uE0000\uE001`),
          1,
        );
      }
    });
  }

  for (const shape of [
    "{{",
    "{{#if a}}",
    "{{vars.v}}",
    "{{(",
    "{{{{",
    "\\{{",
    "}}",
    "{{!-- ",
    "{{#each vars.l}}{{this}}{{/each}}",
  ]) {
    it(`are refused or rendered as a template of 1 MiB: ${shape}`, function () {
      this.timeout(MOST_MS);
      const source = shape.repeat(2 ** 20 / shape.length);
      const context = contextOf({ vars: { v: "x", l: ["y"] } });
      renderTemplate({ source, file: "a.hbs", format: "text", context, secretValuesAllowed: false });
    });
  }
});

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
    this.timeout(MOST_MS);
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

function fill(format: TemplateFormat, output: string, count: number): void {
  const prints = Array.from({ length: count }, () => ({ value: "v w", site: { file: "a.hbs", line: 1, column: 1 } }));
  fillHoles({ kind: "ran", output, prints }, { format });
}
