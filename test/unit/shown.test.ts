import assert from "node:assert/strict";
import { shown, shownJson, shownLines } from "../../agent/shown.ts";

const CASES: readonly (readonly [string, string, string])[] = [
  ["a line feed, which would forge a line", "a\n<0>b", String.raw`a\n<0>b`],
  ["a carriage return, which would write over the line", "a\rb", String.raw`a\rb`],
  ["a tab", "a\tb", String.raw`a\tb`],
  ["NUL", "a\0b", String.raw`a\x00b`],
  ["an escape sequence", "\u001b[31mred\u001b]0;title\u0007", String.raw`\x1b[31mred\x1b]0;title\x07`],
  ["DEL and a C1 control", "\u007f\u009b31m", String.raw`\x7f\x9b31m`],
  ["an override of direction", "\u202efdp.sh\u202c", String.raw`\u202efdp.sh\u202c`],
  ["isolates and marks of direction", "\u2066a\u2069\u200e\u200f\u061c", String.raw`\u2066a\u2069\u200e\u200f\u061c`],
  ["zero-width characters", "a\u200bb\u200d\ufeff\u2060", String.raw`a\u200bb\u200d\ufeff\u2060`],
  ["what no font draws", "a\u00adb\u3164\u034f", String.raw`a\xadb\u3164\u034f`],
  ["separators of lines and paragraphs", "a\u2028b\u2029", String.raw`a\u2028b\u2029`],
  ["half of a surrogate pair", "a\ud83d", String.raw`a\ud83d`],
  ["tags, which are outside of the first plane", "a\u{e0041}", String.raw`a\u{e0041}`],
];

const ORDINARY = [
  "",
  "plain ~ text",
  "Größe 大小 حجم שלום",
  "e\u0301",
  "😀 ❤\ufe0f",
  "�",
  String.raw`C:\new`,
  "“a” … –",
];

describe("a text of somebody else's, shown", () => {
  for (const [title, text, expected] of CASES) {
    it(`makes ${title} visible, once and for all`, () => {
      assert.equal(shown(text), expected);
      assert.equal(shown(expected), expected);
    });
    it(`keeps the value in JSON, with ${title} escaped`, () => {
      const json = shownJson({ [text]: [text] });
      assert.deepEqual(JSON.parse(json), { [text]: [text] });
      assert.equal(shown(json), json);
    });
  }

  for (const text of ORDINARY)
    it(`leaves ${JSON.stringify(text)} as it is`, () => {
      assert.equal(shown(text), text);
      assert.equal(shownLines(text), text);
    });

  it("keeps line feeds and tabs alone where the text is a file's", () => {
    assert.equal(shownLines("a\tb\r\n\u001b[1mc\n"), "a\tb\\r\n\\x1b[1mc\n");
  });

  it("keeps the lines of a JSON document that is laid out", () => {
    assert.equal(shownJson({ a: "\u202e" }, 2), '{\n  "a": "\\u202e"\n}');
  });
});
