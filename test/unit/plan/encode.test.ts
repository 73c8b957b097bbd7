import assert from "node:assert/strict";
import fc from "fast-check";
import { parse as parseYaml } from "yaml";
import { encode, placesIn, Unencodable } from "../../../agent/plan/encode.ts";
import { HOLE } from "../../../agent/plan/formats/format-rules.ts";
import type { TemplateFormat } from "../../../agent/plan/plan.ts";
import { hostileText, sampleHostile } from "./hostile.ts";
import {
  hasPython,
  readEnvAsSystemd,
  readEnvWithSh,
  readNginxString,
  readPostgresqlString,
  readProperties,
  readWithPython,
  readWithSh,
} from "./readers.ts";

/** `template` with `value` written where its `{}` stands; null: refused. */
function write(format: TemplateFormat, template: string, value: string): string | null {
  const [place] = placesIn(format, template.replace("{}", HOLE));
  try {
    return template.replace("{}", () => encode(format, value, place));
  } catch (error) {
    assert.ok(error instanceof Unencodable, String(error));
    return null;
  }
}

/** All that can be written, as one text, and what its reader must find. */
function writeAll(format: TemplateFormat, template: string): { text: string; values: string[]; lines: string[] } {
  const values: string[] = [];
  const lines: string[] = [];
  for (const value of sampleHostile(300)) {
    const line = write(format, template.replace("N", String(values.length)), value);
    if (line === null) continue;
    values.push(value);
    lines.push(line);
  }
  assert.ok(values.length > 20, `only ${values.length} of 300 values could be written`);
  return { text: lines.join("\n") + "\n", values, lines };
}

const CANNOT_BE_REFUSED: readonly [TemplateFormat, string][] = [
  ["json", '{"a": {}}'],
  ["json", '{"a": "x{}y"}'],
  ["yaml", "a: {}"],
  ["yaml", 'a: "x{}y"'],
  ["toml", "a = {}"],
  ["env", "A={}"],
  ["env", 'A="x{}y"'],
  ["sh", "a={}"],
  ["sh", 'a="x{}y"'],
  ["sh", "a='x{}y'"],
  ["properties", "a={}"],
];

describe("encode", () => {
  for (const [format, template] of CANNOT_BE_REFUSED) {
    it(`takes any text in ${format} as ${template}`, () => {
      fc.assert(fc.property(hostileText, (value) => write(format, template, value) !== null));
    });
  }

  it("refuses NUL and lone surrogates in every format", () => {
    const formats = [
      "json",
      "yaml",
      "toml",
      "ini",
      "properties",
      "env",
      "sh",
      "xml",
      "nginx",
      "systemd",
      "postgresql",
      "text",
    ] as const;
    for (const format of formats) {
      for (const value of ["a\0b", "a\ud800b"]) assert.throws(() => encode(format, value), Unencodable, format);
    }
  });

  it("never shows the value in a refusal", () => {
    assert.throws(
      () => encode("nginx", "pa$$word"),
      (error: Unencodable) => !`${error.message} ${error.fix}`.includes("pa$$word"),
    );
  });

  it("refuses what is not a finite number", () => {
    for (const value of [NaN, Infinity, -Infinity]) assert.throws(() => encode("text", value), Unencodable);
  });

  it("refuses any value right after a backslash that would escape its first character", () => {
    for (const [format, template] of [
      ["json", '"\\{}"'],
      ["env", "A=\\{}"],
      ["postgresql", "a = '\\{}'"],
    ] as const) {
      assert.equal(write(format, template, "x"), null, format);
    }
  });

  for (const [name, template, read] of [
    ["alone", '{"a": {}}', (text: string) => text],
    ["inside quotes", '{"a": "<{}>"}', (text: string) => text.slice(1, -1)],
  ] as const) {
    it(`is read back from JSON by JSON.parse, ${name}`, () => {
      fc.assert(fc.property(hostileText, (value) => read(JSON.parse(write("json", template, value)!).a) === value));
    });
  }

  for (const version of ["1.1", "1.2"] as const) {
    for (const [template, read] of [
      ["a: {}", (found: string) => found],
      ["a: {} # comment", (found: string) => found],
      ["{a: {}, b: c}", (found: string) => found],
      ['a: "<{}>"', (found: string) => found.slice(1, -1)],
      ["a: '<{}>'", (found: string) => found.slice(1, -1)],
      ["a: x/{}/y", (found: string) => found.slice(2, -2)],
      ["a: |\n  <{}>", (found: string) => found.trimEnd().slice(1, -1)],
    ] as const) {
      it(`is read back from YAML ${version} where it can be written: ${JSON.stringify(template)}`, () => {
        fc.assert(
          fc.property(hostileText, (value) => {
            const text = write("yaml", template, value);
            fc.pre(text !== null);
            assert.equal(read(parseYaml(text, { version }).a), value);
          }),
        );
      });
    }
  }

  for (const template of ["{}", '"<{}>"', "'<{}>'", "x{}"]) {
    it(`is read back from a shell word by sh: ${template}`, () => {
      const { values, lines } = writeAll("sh", template);
      const outer = template.replaceAll(/["']/g, "").split("{}");
      assert.deepEqual(
        readWithSh(lines),
        values.map((value) => `${outer[0]}${value}${outer[1]}`),
      );
    });
  }

  for (const template of ["VN={}", 'VN="{}"', "VN='{}'", "VN=x{}"]) {
    it(`is read back from an environment file by sh and by systemd's rules: ${template}`, () => {
      const { text, values } = writeAll("env", template);
      const expected = template.includes("x") ? values.map((value) => `x${value}`) : values;
      assert.deepEqual(readEnvWithSh(text, values.length), expected);
      assert.deepEqual(readEnvAsSystemd(text), expected);
    });
  }

  it("is read back from properties as key and as value", () => {
    const { text, values } = writeAll("properties", "kN = {}");
    assert.deepEqual(
      readProperties(text).map(([, value]) => value),
      values,
    );
    const keys = writeAll("properties", "k{}=v");
    assert.deepEqual(
      readProperties(keys.text).map(([key]) => key.slice(1)),
      keys.values,
    );
  });

  it("is read back from postgresql.conf and nginx.conf strings", () => {
    for (const value of sampleHostile(300)) {
      const postgresql = write("postgresql", "a = '{}'", value);
      if (postgresql !== null) assert.equal(readPostgresqlString(postgresql.slice(4)), value);
      const nginx = write("nginx", 'a "{}";', value);
      if (nginx !== null) assert.equal(readNginxString(nginx.slice(2, -1)), value);
    }
  });

  for (const template of ["vN = {}", 'vN = "{}"', "vN = '{}'", 'vN = """{}"""']) {
    it(`is read back from TOML by Python: ${template}`, function () {
      if (!hasPython("tomllib")) this.skip();
      const { text, values } = writeAll("toml", template);
      assert.deepEqual(readWithPython("tomllib", "list(tomllib.loads(text).values())", text), values);
    });
  }

  for (const [template, expression] of [
    ["<v>{}</v>", "[v.text or '' for v in xml.etree.ElementTree.fromstring(text)]"],
    ['<v a="{}"/>', "[v.get('a') for v in xml.etree.ElementTree.fromstring(text)]"],
    ["<v a='{}'/>", "[v.get('a') for v in xml.etree.ElementTree.fromstring(text)]"],
  ] as const) {
    it(`is read back from XML by Python: ${template}`, function () {
      if (!hasPython("xml.etree.ElementTree")) this.skip();
      const { text, values } = writeAll("xml", template);
      assert.deepEqual(readWithPython("xml.etree.ElementTree", expression, `<r>${text}</r>`), values);
    });
  }

  it("is read back from INI by Python", function () {
    if (!hasPython("configparser")) this.skip();
    const { text, values } = writeAll("ini", "vN = {}");
    const expression =
      "(lambda c: (c.read_string(text), [c['s'][k] for k in c['s']])[1])(configparser.RawConfigParser())";
    assert.deepEqual(readWithPython("configparser", expression, `[s]\n${text}`), values);
  });
});
