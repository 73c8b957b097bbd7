// What runs a template agrees with Handlebars itself, on templates made at random of all that the linter lets pass.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import Handlebars from "handlebars";
import { NO_CODE_FROM_TEXT } from "../../../agent/process/v8-flags.ts";
import type { TemplateContext } from "../../../agent/template/context/template-context.ts";
import { HELPERS } from "../../../agent/template/helpers/helpers.ts";
import { runTemplate } from "../../../agent/template/run-template.ts";
import { parseTemplate } from "../../../agent/template/tree/parse-template.ts";

const CONTEXT = {
  text: "t",
  count: 3,
  zero: 0,
  no: false,
  empty: "",
  none: [],
  words: ["p", "q", "r"],
  people: [
    { name: "ann", tags: ["x", "y"], home: { city: "bern" } },
    { name: "bob", tags: [], home: { city: "rom" } },
  ],
  map: { inner: { leaf: "deep" }, name: "m" },
};

type Shape = "root" | "word" | "person" | "home" | "map" | "inner";

/** By what `this` is: what can be printed, gone over and entered. */
const NAMES: Readonly<Record<Shape, { texts: string[]; lists: [string, Shape][]; maps: [string, Shape][] }>> = {
  root: {
    texts: ["text", "count", "zero", "no", "empty", "map.inner.leaf", "people.[0].name", "words.[1]"],
    lists: [
      ["words", "word"],
      ["people", "person"],
      ["none", "word"],
    ],
    maps: [
      ["map", "map"],
      ["map.inner", "inner"],
    ],
  },
  word: { texts: ["this"], lists: [], maps: [] },
  person: { texts: ["name", "this.name", "./name", "home.city"], lists: [["tags", "word"]], maps: [["home", "home"]] },
  home: { texts: ["city"], lists: [], maps: [] },
  map: { texts: ["name", "inner.leaf"], lists: [], maps: [["inner", "inner"]] },
  inner: { texts: ["leaf", "[leaf]"], lists: [], maps: [] },
};

interface Around {
  /** Innermost last. */
  readonly shapes: readonly Shape[];
  readonly loops: number;
  readonly blockParams: readonly string[];
  readonly depth: number;
}

/** Every way to a member of `this` or of what is around it. */
function reach<T>({ shapes }: Around, members: (shape: Shape) => readonly (readonly [string, T])[]): [string, T][] {
  return shapes.toReversed().flatMap((shape, up) =>
    members(shape).flatMap(([path, leads]): [string, T][] => {
      if (up > 0 && /^(this|\.)/.test(path)) return path === "this" ? [["../".repeat(up).slice(0, -1), leads]] : [];
      return [["../".repeat(up) + path, leads]];
    }),
  );
}

function textsAt(around: Around): string[] {
  const loops = Array.from({ length: around.loops }, (_, up) => "../".repeat(up));
  return [
    ...reach(around, (shape) => NAMES[shape].texts.map((path) => [path, null] as const)).map(([path]) => path),
    ...loops.flatMap((up) => ["key", "index", "first", "last"].map((name) => `@${up}${name}`)),
    ...around.blockParams,
    "@root.text",
    "@root.map.name",
  ];
}

const content = fc.constantFrom(
  "a",
  " ",
  "  ",
  "\n",
  "\n\n",
  "\t",
  "b = ",
  "\n  ",
  " }",
  "\\{{text}}",
  "{{! note }}",
  "{{!-- n --}}",
);
const tilde = fc.constantFrom("", "", "", "~");
const blanks = fc.constantFrom("", " ");

function tag(inside: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(tilde, blanks, inside, blanks, tilde).map(([a, b, text, c, d]) => `{{${a}${b}${text}${c}${d}}}`);
}

function anyValue(around: Around): fc.Arbitrary<string> {
  const text = fc.constantFrom(...textsAt(around));
  const number = fc.constantFrom("@root.count", "@root.zero", "1", "-2.5");
  const call = fc.oneof(
    fc.tuple(fc.constantFrom("add", "mul", "max"), number, number).map((words) => words.join(" ")),
    fc.tuple(fc.constantFrom("lt", "ge"), number, fc.constant("(add 1 @root.zero)")).map((words) => words.join(" ")),
    text.map((path) => `default ${path} "d"`),
    text.map((path) => `not ${path}`),
    fc.tuple(text, text).map((paths) => `and ${paths.join(" ")}`),
    fc.constant('join @root.words "+"'),
  );
  return fc.oneof({ weight: 2, arbitrary: text }, { weight: 1, arbitrary: call.map((words) => `(${words})`) });
}

function mustache(around: Around): fc.Arbitrary<string> {
  return tag(anyValue(around).map((words) => (words.startsWith("(") ? words.slice(1, -1) : words)));
}

function choice(around: Around): fc.Arbitrary<string> {
  const inside = program({ ...around, depth: around.depth - 1 });
  const other = fc.oneof(
    fc.constant(""),
    fc
      .tuple(fc.constantFrom("{{else}}", "{{^}}", "{{~ else ~}}", "{{~^}}", "{{else ~}}"), inside)
      .map((parts) => parts.join("")),
    fc
      .tuple(tag(anyValue(around).map((words) => `else if ${words}`)), inside, tag(fc.constant("else")), inside)
      .map((parts) => parts.join("")),
    chained(around, "each"),
    chained(around, "with"),
  );
  return fc
    .tuple(
      fc.constantFrom("if", "unless"),
      fc.constantFrom("#", "#", "#", "^"),
      anyValue(around),
      inside,
      other,
      tilde,
      tilde,
    )
    .map(([name, sign, condition, then, otherwise, a, b]) => {
      const rest = sign === "^" ? "" : otherwise;
      return `{{${a}${sign}${name} ${condition}${b}}}${then}${rest}{{${b}/${name}${a}}}`;
    });
}

/** `{{else each …}}`, which the tag closes that the block before it has. */
function chained(around: Around, name: "each" | "with"): fc.Arbitrary<string> {
  return entry({ ...around, depth: around.depth - 1 }, name).map((text) =>
    text.replace(/^\{\{(~?)#/, "{{$1else ").replace(/\{\{~?\/\w+~?\}\}$/, ""),
  );
}

function entry(around: Around, name: "each" | "with"): fc.Arbitrary<string> {
  const inWord = around.shapes.at(-1) === "word";
  const targets = reach(around, (shape) => NAMES[shape][name === "each" ? "lists" : "maps"]).filter(
    // A word within the same word is one context to Handlebars.
    ([, shape]) => !(inWord && shape === "word"),
  );
  if (targets.length === 0) return content;
  return fc.tuple(fc.constantFrom(...targets), fc.nat(2)).chain(([[path, shape], count]) => {
    const params = [`v${around.depth}`, `k${around.depth}`].slice(0, name === "each" ? count : Math.min(count, 1));
    const printable = shape === "word" ? params : params.slice(1);
    const inside = program({
      shapes: [...around.shapes, shape],
      loops: around.loops + (name === "each" ? 1 : 0),
      blockParams: [...around.blockParams, ...printable],
      depth: around.depth - 1,
    });
    const as = params.length === 0 ? "" : ` as |${params.join(" ")}|`;
    const other = fc.oneof(
      fc.constant(""),
      program({ ...around, depth: 0 }).map((text) => `{{else}}${text}`),
    );
    return fc
      .tuple(inside, other, tilde, tilde)
      .map(([body, rest, a, b]) => `{{${a}#${name} ${path}${as}${b}}}${body}${rest}{{${b}/${name}${a}}}`);
  });
}

function program(around: Around): fc.Arbitrary<string> {
  const flat = [content, mustache(around)];
  const nested = around.depth > 0 ? [choice(around), entry(around, "each"), entry(around, "with")] : [];
  return fc.array(fc.oneof(...flat, ...nested), { maxLength: 5 }).map((parts) => parts.join(""));
}

const anyTemplate = program({ shapes: ["root"], loops: 0, blockParams: [], depth: 3 });

/** Handlebars as it comes, but that what a block enters is never the same object as what is around: it counts no `../` then. */
const reference = Handlebars.create();
for (const [name, helper] of Object.entries(HELPERS))
  reference.registerHelper(name, (...args: unknown[]) => helper.run(...args.slice(0, -1)));
const { each, with: withValue } = reference.helpers;
const afresh = (value: unknown): unknown => (typeof value === "object" ? structuredClone(value) : value);
reference.registerHelper("each", function (this: unknown, list: unknown, options: unknown) {
  return each!.call(this, afresh(list), options as Handlebars.HelperOptions);
});
reference.registerHelper("with", function (this: unknown, map: unknown, options: unknown) {
  return withValue!.call(this, afresh(map), options as Handlebars.HelperOptions);
});

function byHandlebars(source: string): string {
  return reference.compile(source)(CONTEXT);
}

function byParbake(source: string): string {
  const parsed = parseTemplate(source, "t.hbs");
  assert.ok(parsed.kind === "parsed", source);
  const run = runTemplate(parsed.program, CONTEXT as unknown as TemplateContext, "t.hbs");
  assert.ok(run.kind === "ran", JSON.stringify(run));
  return run.output.replaceAll(/\uE000(\d+)\uE001/g, (_, number) => String(run.prints[Number(number)]!.value));
}

describe("a running template", () => {
  it("puts out what Handlebars does", () => {
    fc.assert(
      fc.property(anyTemplate, (source) => assert.equal(byParbake(source), byHandlebars(source))),
      { numRuns: 500 },
    );
  });

  it("needs no code made of text", () => {
    const module = new URL("../../../agent/template/run-template.ts", import.meta.url).href;
    const parser = new URL("../../../agent/template/tree/parse-template.ts", import.meta.url).href;
    const script = `
      import { parseTemplate } from ${JSON.stringify(parser)};
      import { runTemplate } from ${JSON.stringify(module)};
      let refused = false;
      try { new Function("return 1")(); } catch { refused = true; }
      const run = runTemplate(parseTemplate("a{{#if b}} = {{add b 1}}{{/if}}", "t.hbs").program, { b: 1 }, "t.hbs");
      console.log(JSON.stringify({ refused, prints: run.prints.map(({ value }) => value) }));
    `;
    const flags = [NO_CODE_FROM_TEXT, "--input-type=module", "--eval", script];
    const { stdout, stderr } = spawnSync(process.execPath, flags, { encoding: "utf8" });
    assert.deepEqual(stdout === "" ? stderr : JSON.parse(stdout), { refused: true, prints: [2] });
  });
});
