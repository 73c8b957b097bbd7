// Templates that nobody would write: half are tokens in any order, half are well-formed trees of whatever names and helpers.

import fc from "fast-check";
import { HELPERS } from "../../../agent/template/helpers/helpers.ts";

const word = (words: string) => fc.constantFrom(...words.split(" "));

const token = fc.oneof(
  word(
    "{{ }} {{{ }}} {{# {{/ {{> {{! {{!-- --}} {{~ ~}} {{& {{* \\{{ {{else}} if each with else as |a| this ../ @key @root . / = | ( ) x",
  ),
  fc.constantFrom(" ", "\n"),
);

const path = fc.oneof(
  word(
    "vars.a vars.n vars.list vars.none vars.map vars.map.x vars.missing vars this ../vars.a @key @index @root.vars.n item key",
  ),
  word("facts.vcpus facts.placementGroup facts.tags.Role apps secrets.db.p.value secrets.db.p.path"),
  word("vars.[a] this.a ./a vars.list.[0] vars.list.length toString"),
);
const constant = word('1 0 -1 2.5 1e3 "a" "" "512MiB" "jvm" "db" "p" true null');
const name = fc.constantFrom(...Object.keys(HELPERS), "lookup", "log", "nothing");

const { expression, call } = fc.letrec<{ expression: string; call: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3 },
    path,
    constant,
    tie("call").map((inner) => `(${inner})`),
  ),
  call: fc
    .tuple(name, fc.array(tie("expression"), { maxLength: 3 }))
    .map(([helper, values]) => [helper, ...values].join(" ")),
}));

const { body } = fc.letrec<{ body: string; statement: string }>((tie) => ({
  body: fc.array(tie("statement"), { maxLength: 4 }).map((statements) => statements.join("")),
  statement: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom("text", "\n", " ", "= "),
    fc.oneof(path, call).map((inner) => `{{${inner}}}`),
    fc
      .tuple(fc.constantFrom("if", "unless", "each", "with"), expression, tie("body"), tie("body"))
      .map(([block, value, then, otherwise]) => `{{#${block} ${value}}}${then}{{else}}${otherwise}{{/${block}}}`),
    fc.tuple(expression, tie("body")).map(([list, inner]) => `{{#each ${list} as |item key|}}${inner}{{/each}}`),
  ),
}));

export const templateSoup = fc.oneof(
  fc.array(token, { maxLength: 14 }).map((tokens) => tokens.join("")),
  body,
);
