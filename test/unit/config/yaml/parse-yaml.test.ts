import assert from "node:assert/strict";
import { parseYaml } from "../../../../agent/config/yaml/parse-yaml.ts";
import { formatProblem, type Problem } from "../../../../agent/refusal.ts";
import { Written } from "../../../../agent/written.ts";

function parse(text: string) {
  const problems: Problem[] = [];
  const field = parseYaml("p.yaml", text, problems);
  return { field, problems: problems.map(formatProblem) };
}

function dataOf(text: string): unknown {
  const { field, problems } = parse(text);
  assert.deepEqual(problems, []);
  return field.data();
}

const LISTS = "files:\n  - template: a\n    path: /b\n";
const PROFILE = "apps:\n  db:\n    profile: postgresql\n";

describe("parseYaml", () => {
  it("leaves no-break spaces in quotes, in comments and within a text", () => {
    assert.deepEqual(dataOf('a: "\u00a0x"\n"b\u00a0": 1\u00a0km # :\u00a0y\n'), {
      a: "\u00a0x",
      "b\u00a0": "1\u00a0km",
    });
  });

  const misspelled: readonly (readonly [title: string, text: string, ...problems: string[]])[] = [
    [
      "a dash that is missing at the next entry",
      `${LISTS}  template: c\n    path: /d\n`,
      "p.yaml:4:1: the line is indented like the dashes of the list above, but has no dash. If it begins the next entry, write `- template: c`; if it belongs to the entry above, indent it by two more spaces.",
    ],
    [
      "a dash that is missing between entries of one depth",
      `${LISTS}\n    template: c\n`,
      "p.yaml:5:5: 'template' in files[0] is declared twice, lines 2 and 5. Take one out; if the next entry of the list begins here, put a dash before it.",
    ],
    [
      "a dash without its blank",
      "files:\n  -template: a\n   path: /b\n",
      "p.yaml:2:14: a space is missing after the dash. Write `- key: value`.",
    ],
    [
      "tabs, each of them",
      "apps:\n\tdb:\n\t\tprofile: postgresql\n",
      "p.yaml:2:1: a tab is used for indentation. Indent with spaces: YAML allows no tabs there.",
      "p.yaml:3:1: a tab is used for indentation. Indent with spaces: YAML allows no tabs there.",
    ],
    [
      "a tab in brackets",
      "apps: {\n\tdb: { profile: x }\n}\n",
      "p.yaml:2:1: a tab is used for indentation. Indent with spaces: YAML allows no tabs there.",
    ],
    [
      "a no-break space after a colon",
      "apps:\n  db:\n    profile:\u00a0postgresql\n    memory: { min: 1GiB }\n",
      "p.yaml:3:13: U+00A0 (no-break space) stands where YAML accepts only a plain space. Write a plain space in its place, or take it out.",
    ],
    [
      "a no-break space after a colon, with nothing below",
      "imds:\u00a0optional\n",
      "p.yaml:1:6: U+00A0 (no-break space) stands where YAML accepts only a plain space. Write a plain space in its place, or take it out.",
    ],
    [
      "no-break spaces that indent",
      "apps:\n\u00a0\u00a0db:\n    profile: postgresql\n",
      "p.yaml:2:1: a key has an invisible character in it, U+00A0 (no-break space). Take it out, or write a plain space in its place.",
    ],
    [
      "a no-break space after a dash",
      "files:\n  -\u00a0template: a\n    path: /b\n",
      "p.yaml:2:4: U+00A0 (no-break space) stands where YAML accepts only a plain space. Write a plain space in its place, or take it out.",
    ],
    [
      "a no-break space at a value's end",
      "imds: optional\u00a0\n",
      "p.yaml:1:15: U+00A0 (no-break space) stands where YAML accepts only a plain space. Write a plain space in its place, or take it out.",
    ],
    [
      "an app that is declared twice",
      `${PROFILE}  web:\n    profile: nginx\n  db:\n    profile: nginx\n`,
      "p.yaml:6:3: app 'db' is declared twice, lines 2 and 6. Take one out, or give it another name.",
    ],
    [
      "a variable that is declared twice in one line",
      "vars: { a: 1, a: 2 }\n",
      "p.yaml:1:15: variable 'a' is declared twice, both in line 1. Take one out, or give it another name.",
    ],
    [
      "a section that is declared twice",
      `${PROFILE}apps: {}\n`,
      "p.yaml:4:1: 'apps' is declared twice, lines 1 and 4. Merge them into one.",
    ],
    [
      "a double quote that is never closed, where it opens",
      'vars:\n  a: "abc\nfiles: []\n',
      'p.yaml:2:6: the quote " is never closed. Close it, or take it out.',
    ],
    [
      "a single quote in single quotes",
      "vars:\n  a: 'it's'\n",
      "p.yaml:2:10: text follows a quote that closes. Put all of the value in one pair of quotes; in single quotes write '' for '.",
    ],
    [
      "a bracket that is never closed, where it opens",
      "apps: [\nfiles: []\n",
      "p.yaml:1:7: the [ is never closed. Close it with ]; what stands between them in lines of their own is indented.",
    ],
    [
      "a bracket that closes nothing",
      "apps: { db: {} } }\n",
      "p.yaml:1:18: the } closes nothing. Take it out, or open it.",
    ],
    [
      "a colon without its blank before more keys",
      "apps:\n  db:\n    profile:postgresql\n    memory: {}\n",
      "p.yaml:3:5: a space is missing after the colon. Write `profile: postgresql`.",
    ],
    [
      "a word between keys",
      "vars:\n  a\n  b: 1\n",
      "p.yaml:2:3: 'a' has no colon and no value. Write `a: value`, or take it out.",
    ],
    [
      "text that begins as text may not, each of it",
      "vars:\n  a: %d\n  b: @x\n  c: `y\n",
      'p.yaml:2:6: text begins with %, which YAML reserves. Put it in quotes: "%d".',
      'p.yaml:3:6: text begins with @, which YAML reserves. Put it in quotes: "@x".',
      'p.yaml:4:6: text begins with `, which YAML reserves. Put it in quotes: "`y".',
    ],
    [
      "braces of a template",
      "path: {{vars.x}}\n",
      "p.yaml:1:8: {{ is not in quotes. Put the whole value in quotes; parbake evaluates {{…}} in templates only.",
    ],
    [
      "braces of a template before other text",
      "path: {{vars.x}}/foo\n",
      "p.yaml:1:17: {{ is not in quotes. Put the whole value in quotes; parbake evaluates {{…}} in templates only.",
    ],
    [
      "a line that is as deep as nothing",
      "apps:\n  db:\n    profile: x\n   memory: {}\n",
      "p.yaml:4:1: the line is indented by 3 spaces, which matches no line above it. Indent it exactly as the keys beside it, or deeper than the key that it belongs to.",
    ],
    [
      "a key of a list's entry that is less deep than the first",
      "files:\n  - template: a.hbs\n   path: /etc/a\n",
      "p.yaml:3:1: the line is indented by 3 spaces, which matches no line above it. Indent it exactly as the keys beside it, or deeper than the key that it belongs to.",
    ],
    [
      "a colon in a value",
      "vars:\n  a: time: now\n",
      "p.yaml:2:6: a value has a colon and a space in it, as if it were a key. Put the value in quotes, or the key in a line of its own that is indented deeper.",
    ],
    [
      "a comma that is missing",
      "a: { x: 1 y: 2 }\n",
      "p.yaml:1:9: a comma is missing between two entries. Put it between them, or put the text in quotes.",
    ],
    [
      "an unknown escape",
      'a: "\\d+"\n',
      "p.yaml:1:5: a backslash in double quotes begins no escape that YAML knows. Write it twice (\\\\), or put the text in single quotes.",
    ],
    [
      "text in the line of a block",
      "a: | foo\n  b\n",
      "p.yaml:1:6: text follows | or > on the same line. Begin it on the next line, indented.",
    ],
    [
      "a second document",
      "a: 1\n---\nb: 2\n",
      "p.yaml:2:1: the file has a second YAML document. Take the --- or ... before it out, or put it into a file of its own in parbake.d.",
    ],
    [
      "another version of YAML, to which 0027 is 23",
      "%YAML 1.1\n---\na: 0027\n",
      "p.yaml:1:1: parbake reads YAML 1.2 without directives. Take the line with % out.",
    ],
  ];
  for (const [title, text, ...expected] of misspelled) {
    it(`tells of ${title}`, () => assert.deepEqual(parse(text).problems, expected));
  }

  const KNOWN = "Known: !!str, !!int, !!float, !!bool, !!null, !!map, !!seq.";
  const dropped: readonly (readonly [title: string, text: string, ...problems: string[]])[] = [
    [
      "an alias of nothing",
      "secrets: *typo\n",
      "p.yaml:1:10: no anchor &typo stands above the alias *typo in this file. Write &typo before the value that it stands for, or write the value out.",
    ],
    [
      "an alias that is nearly an anchor",
      "a: &base [1]\nb: *bsae\n",
      "p.yaml:2:4: no anchor &bsae stands above the alias *bsae in this file. Did you mean *base?",
    ],
    [
      "an alias above its anchor",
      "a: *x\nb: &x 1\n",
      "p.yaml:1:4: no anchor &x stands above the alias *x in this file. Write &x before the value that it stands for, or write the value out.",
    ],
    [
      "text that is an alias to YAML",
      "a: *.conf\n",
      'p.yaml:1:4: no anchor &.conf stands above the alias *.conf in this file. Write &.conf before the value that it stands for, or write the value out; if it is text, put it in quotes: "*.conf".',
    ],
    [
      "an alias within itself",
      "vars: { a: &a [1, *a] }\n",
      "p.yaml:1:19: the alias *a is inside the value that it stands for. Write the value out.",
    ],
    [
      "a merge key",
      "a: &a { x: 1 }\nb: { <<: *a, y: 2 }\n",
      "p.yaml:2:6: YAML 1.2 has no merge keys (<<). Write the keys out, or anchor the whole value (&name) and repeat it as it is (*name).",
    ],
    [
      "a type of another program",
      "a: !secret db\n",
      `p.yaml:1:12: parbake does not know the type !secret, or the value is not of it. Take it out; if the value is text that begins with !, put it in quotes. ${KNOWN}`,
    ],
    ...["!!set { x }", "!!omap [ x: 1 ]", "!!binary aGk=", "!!int x", "!!map [1]", "!!timestamp 2001-01-01"].map(
      (value): [string, string, string] => [
        `the type of ${value}`,
        `a: ${value}\n`,
        `p.yaml:1:${value.indexOf(" ") + 5}: parbake does not know the type ${value.split(" ")[0]}, or the value is not of it. Take it out; if the value is text that begins with !, put it in quotes. ${KNOWN}`,
      ],
    ),
    [
      "a list as a key",
      "? [a, b]\n: c\n",
      "p.yaml:1:3: a list is used as a key. Text that begins with [ is put in quotes.",
    ],
    ["an alias as a key", "a: &k x\n*k : c\n", "p.yaml:2:1: an alias is used as a key. Write the key out."],
    [
      "a key that is not there",
      ": x\n",
      'p.yaml:1:1: a key is missing before the colon. Write it; if it is empty text, write "".',
    ],
  ];
  for (const [title, text, ...expected] of dropped) {
    it(`refuses ${title}`, () => assert.deepEqual(parse(text).problems, expected));
  }

  it("takes aliases of whole values, types that YAML itself has, and text that looks like them in quotes", () => {
    assert.deepEqual(dataOf('a: &x [b, "*c"]\nd: *x\ne: !!str 0027\n"<<": "!f"\n'), {
      a: ["b", "*c"],
      d: ["b", "*c"],
      e: "0027",
      "<<": "!f",
    });
  });

  it("keeps numbers and truth as they are written, keys too, and reads what they say", () => {
    assert.deepEqual(dataOf("a: 0027\n8.0: [1.10, True, ~, yes, '1']\n0xFF: 1_000\n"), {
      a: new Written("0027", 27),
      "8.0": [new Written("1.10", 1.1), new Written("True", true), null, "yes", "1"],
      "0xFF": "1_000",
    });
  });

  it("points at an alias where a value is wrong, not at what it stands for", () => {
    const found: Problem[] = [];
    parseYaml("p.yaml", "a: &x 5\nb: *x\n", found).entries().get("b")!.text();
    assert.deepEqual(found.map(formatProblem), ["p.yaml:2:4: b: expected text, found the number 5. Put it in quotes."]);
  });

  const DEEP = 100_000;
  const tooMuch: readonly (readonly [title: string, text: string, problem: string])[] = [
    ["lists in brackets", `a: ${"[".repeat(DEEP)}`, "p.yaml:1:103: values nest more than 100 deep. Make it flatter."],
    ["maps in braces", `a: ${"{a: ".repeat(DEEP)}`, "p.yaml:1:397: values nest more than 100 deep. Make it flatter."],
    ["lists by dashes", "- ".repeat(DEEP), "p.yaml:1:201: values nest more than 100 deep. Make it flatter."],
    [
      "maps by indentation",
      Array.from({ length: 300 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"),
      "p.yaml:100:100: values nest more than 100 deep. Make it flatter.",
    ],
    [
      "aliases of one another",
      `a0: &a0 [x]\n${Array.from({ length: 200 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}]\n`).join("")}`,
      "p.yaml:101:13: there are values that nest more than 100 deep here, aliases written out. Make it smaller.",
    ],
    [
      "aliases that are billions",
      `a0: &a0 [x]\n${Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(10)}]\n`).join("")}`,
      "p.yaml:6:9: there are more than 50000 values here, aliases written out. Make it smaller.",
    ],
    [
      "a hundred thousand values",
      `vars:\n${Array.from({ length: DEEP }, (_, n) => `  v${n}: 1\n`).join("")}`.slice(0, 2 ** 20 - 10),
      "p.yaml:1:1: there are more than 50000 values. Make it smaller.",
    ],
    [
      "a megabyte of text",
      `a: ${"x".repeat(2 ** 20)}\n`,
      "p.yaml:1:1: the YAML is longer than 1 MiB. Move long texts into templates.",
    ],
  ];
  for (const [title, text, expected] of tooMuch) {
    it(`refuses ${title}`, () => assert.deepEqual(parse(text).problems, [expected]));
  }
});
