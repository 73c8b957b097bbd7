import assert from "node:assert/strict";
import fc from "fast-check";
import { parse as parseYaml } from "yaml";
import { encode, placesIn, Unencodable } from "../../../agent/formats/encode.ts";
import { HOLE } from "../../../agent/formats/encoders/format-rules.ts";
import { TEMPLATE_FORMATS } from "../../../agent/formats/format-of.ts";
import type { TemplateFormat } from "../../../agent/formats/format.ts";
import { Written } from "../../../agent/written.ts";
import { hostileText, UNWRITABLE } from "../support/hostile.ts";

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

const CANNOT_BE_REFUSED: readonly [TemplateFormat, string][] = [
  ["json", '{"a": {}}'],
  ["json", '{"a": "x{}y"}'],
  ["yaml", "a: {}"],
  ["yaml", 'a: "x{}y"'],
  ["toml", "a = {}"],
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
    for (const format of TEMPLATE_FORMATS) {
      for (const value of UNWRITABLE) assert.throws(() => encode(format, value), Unencodable, format);
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

  for (const [format, numbers, others] of [
    ["json", "0 -0 7 1.10 1e3 1E-3 99999999999999999999", "+1 007 0x1F 0o17 .5 5. .inf 1_000"],
    ["yaml", "0 -0 7 +1 1.10 .5 5. 0x1F 1.0e+5 .inf 99999999999999999999", "007 1e3 1.0e5 0o17 -.5 +.5 -0x1F 1_000"],
    ["toml", "0 -0 7 +1 1.10 1e3 0x1F 0o17 9223372036854775807", "9223372036854775808 0xFFFFFFFFFFFFFFFF 007 .5 .inf"],
  ] as const) {
    const asWritten = (text: string): string => encode(format, new Written(text, Number(text)));
    const asNumber = (text: string): string => encode(format, text, "alone", "number");

    it(`has one idea of a number in ${format}, wherever it comes from`, () => {
      for (const text of numbers.split(" ")) {
        assert.equal(asWritten(text), text);
        assert.equal(asNumber(text), text);
      }
      for (const text of others.split(" ")) {
        assert.throws(() => asWritten(text), Unencodable, text);
        assert.throws(() => asNumber(text), Unencodable, text);
      }
    });
  }

  it("refuses a calculated number that YAML 1.1 would take for text", () => {
    assert.equal(encode("json", 1e-7), "1e-7");
    assert.throws(() => encode("yaml", 1e-7), {
      message: "1e-7 is one number to YAML 1.2, and another or text to YAML 1.1",
      fix: "Round it, or calculate in a smaller unit.",
    });
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
});
