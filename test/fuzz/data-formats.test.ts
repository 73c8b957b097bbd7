import assert from "node:assert/strict";
import { describeWhere } from "../e2e/support/requirements.ts";
import { describeWithPython, readWithJava, readWithPython } from "./support/programs.ts";
import { prove, TITLE, VALUES, type Case } from "./support/prove.ts";
import { writeFile, type WrittenFile } from "./support/write-file.ts";

/** All strings in a document, in order; those of lists and of maps, whose keys do not count. */
const LEAVES =
  "(lambda walk: walk(walk, %))(lambda walk, v: [v] if isinstance(v, str) else [w for x in (v.values() if isinstance(v, dict) else v if isinstance(v, list) else []) for w in walk(walk, x)])";

/** How people spell numbers, and what they take for one. What is written must be a number of this size to any reader. */
const SPELLED = [
  ..."0 -0 7 -12 1.10 -1.50 0.1 5432 9007199254740993 9223372036854775807 -9223372036854775808 1.5e+3 1.5E-3".split(
    " ",
  ),
  ..."1e3 1E+3 007 0x10 .5 5. 1_000 +1 1,5 NaN Infinity inf ~ true 12:30 0o7 9223372036854775808".split(" "),
  ..."٣ 1\n \t1 --1 1-1 1e 2026-01-02".split(" "),
];

/** Each as a double; null where the reader takes it for something else. */
const NUMBERS =
  "[float(v) if isinstance(v, (int, float)) and not isinstance(v, bool) else None for v in (lambda d: d if isinstance(d, list) else d.values())(%)]";

describe(TITLE, () => {
  for (const [module, spot, load] of [
    ["json", { format: "json", line: "{}", before: "[", between: ",", after: "]" }, "json.loads(text)"],
    ["yaml", { format: "yaml", line: "- {}" }, "yaml.safe_load(text)"],
    ["tomllib", { format: "toml", line: "vN = {}" }, "tomllib.loads(text)"],
  ] as const)
    describeWithPython(module, `numbers that are spelled as text, in ${spot.format} by Python`, () => {
      const typed: Case = { ...spot, type: "number", values: SPELLED, least: 12 };
      it("are read as numbers of their size", () => {
        const file = writeFile(typed, typed.values!, typed.least);
        const [found] = readWithPython(module, NUMBERS.replace("%", load), [file.text]);
        assert.deepEqual(
          found,
          file.expected.map((spelled) => Number(spelled) + 0),
        );
      });
    });

  describeWithPython("json", "JSON by Python", () => {
    const list = { format: "json", before: "[", between: ",", after: "]", least: VALUES.length } as const;
    const object = { ...list, before: "{", between: ",\n", after: "}" } as const;
    const cases: Case[] = [
      { ...list, line: "{}" },
      { ...list, line: '"{}"' },
      { ...list, line: '"<{}\\n>"', read: "<{}\n>" },
      { ...list, line: '{"a": {}, "n": 1e3}' },
      { ...object, line: '"N": {}' },
    ];
    prove(cases, (files) => readAll("json", LEAVES.replace("%", "json.loads(text)"), files));
    prove([{ ...object, line: '"{}" :[true]', values: [...new Set(VALUES)], least: 100 }], (files) =>
      readAll("json", "list(json.loads(text))", files),
    );
  });

  describeWithPython("yaml", "YAML by PyYAML", () => {
    const yaml = (line: string, least = VALUES.length, read = "{}"): Case => ({ format: "yaml", line, read, least });
    const cases = [
      yaml("- {}"),
      yaml("- {} # comment"),
      yaml("- !!str {}"),
      // Its neighbour is no text, for those are what is read.
      yaml("- a: {}\n  b: [1]"),
      yaml('- "{}"'),
      yaml('- "<{}>"', VALUES.length, "<{}>"),
      yaml("- '<{}>'", 50, "<{}>"),
      yaml("- x/{}/y", 20, "x/{}/y"),
      yaml("- |\n  <{}>", 50, "<{}>\n"),
      yaml("- |-\n    {}", 50),
      yaml("# {}\n- ok", 50, "ok"),
      { ...yaml("{}"), before: "[", between: ", ", after: "]\n" },
    ];
    prove(cases, (files) => readAll("yaml", LEAVES.replace("%", "yaml.safe_load(text)"), files));
    const keys = [...new Set(VALUES)].filter((value) => value.length < 20);
    prove([{ ...yaml("? {}\n: N"), values: keys, least: 100 }], (files) =>
      readAll("yaml", "list(yaml.safe_load(text))", files),
    );
  });

  describeWithPython("tomllib", "TOML by Python", () => {
    const toml = (line: string, least = VALUES.length, read = "{}"): Case => ({ format: "toml", line, read, least });
    const cases = [
      toml("vN = {}"),
      toml("vN = [{}] # {x}"),
      toml("vN.x = { a = {} }"),
      toml("[[t]]\nv = {}"),
      toml('vN = "{}"'),
      toml('vN = "<{}>"', VALUES.length, "<{}>"),
      toml("vN = '<{}>'", 50, "<{}>"),
      toml('vN = """\n{}"""'),
      toml('vN = """<{}>"""', VALUES.length, "<{}>"),
      toml("vN = '''<{}>'''", 50, "<{}>"),
      toml("# {}\nvN = 'ok'", 50, "ok"),
    ];
    prove(cases, (files) => readAll("tomllib", LEAVES.replace("%", "tomllib.loads(text)"), files));
  });

  describeWithPython("configparser", "INI by Python", () => {
    const ini = (line: string, read = "{}"): Case => ({ format: "ini", before: "[s]\n", line, read, least: 30 });
    const cases = [
      ini("vN = {}"),
      ini("vN={}"),
      ini("vN: {}"),
      ini('vN = "{}"', '"{}"'),
      ini("vN = '{}'", "'{}'"),
      ini("vN = x{}y", "x{}y"),
      ini("# {}\nvN = ok", "ok"),
      ini("; {}\nvN = ok", "ok"),
    ];
    const expression =
      "(lambda c: (c.read_string(text), [c['s'][k] for k in c['s']])[1])(configparser.RawConfigParser(strict=True))";
    prove(cases, (files) => readAll("configparser", expression, files));
  });

  describeWithPython("xml.etree.ElementTree", "XML by Python", () => {
    const before = "<?xml version='1.0'?>\n<r>";
    const xml = (line: string, read: string, least: number): Case => {
      return { format: "xml", before, after: "</r>\n", line, read, least };
    };
    const cases = [
      xml("<v>{}</v>", "{}", 150),
      xml("<v><!-- c --><![CDATA[<]]>{}</v>", "<{}", 150),
      xml("<v a='{}'/>", "{}", 150),
      xml('<v a="&lt;{}&gt;"/>', "<{}>", 150),
      xml("<v><![CDATA[{}]]></v>", "{}", 20),
      xml("<v><!-- {} -->ok</v>", "ok", 20),
      xml("<v><!--{}-->ok</v>", "ok", 20),
      xml("<v b='{}'>ok</v>", "ok", 150),
    ];
    const expression =
      "[v.get('a') if 'a' in v.attrib else v.text or '' for v in xml.etree.ElementTree.fromstring(text)]";
    prove(cases, (files) => readAll("xml.etree.ElementTree", expression, files));
  });

  describeWhere({ programs: ["java"] }, "properties by Java", function () {
    const properties = (line: string, read = "{}"): Case => ({ format: "properties", line, read });
    const cases = [
      properties("kN = {}"),
      properties("kN={}"),
      properties("kN:{}"),
      properties("kN {}"),
      properties("kN = <{}>", "<{}>"),
      properties("kN=a\\\n   {}", "a{}"),
      { ...properties("# {}\nkN=ok", "ok"), least: 50 },
      { ...properties("k{}=N", "{}"), values: [...new Set(VALUES)] },
    ];
    prove(cases, (files) => {
      const found = readWithJava(files.map(({ text }) => text));
      return files.map(({ expected }, index) => {
        const pairs = found[index]!;
        if (index < files.length - 1) return expected.map((_, number) => pairs.get(`k${number}`));
        const byNumber = new Map([...pairs].map(([key, value]) => [value, key.slice(1)]));
        return expected.map((_, number) => byNumber.get(String(number)));
      });
    });
  });
});

function readAll(module: string, expression: string, files: readonly WrittenFile[]): unknown[] {
  return readWithPython(
    module,
    expression,
    files.map(({ text }) => text),
  );
}
