import assert from "node:assert/strict";
import fc from "fast-check";
import { formatJunit } from "../../../agent/cli/junit.ts";
import { shown } from "../../../agent/shown.ts";
import { BROKEN } from "../support/outcomes.ts";
import { readJunit } from "../support/read-junit.ts";

describe("a JUnit file", () => {
  it("has a case for each machine, with its problems as a failure and its warnings as output", () => {
    const odd = { what: "it is odd", fix: "Look at it." };
    const xml = formatJunit("parbake.check", [
      { name: "m7g.large", problems: [], warnings: [] },
      { name: "m7g.xlarge", problems: [], warnings: [odd] },
      { name: "t3.nano", problems: [BROKEN, odd], warnings: [odd, odd] },
    ]);
    const className = "parbake.check";
    const passed = { className, message: null, failure: null };
    assert.deepEqual(readJunit(xml), [
      { name: "m7g.large", ...passed, out: null },
      { name: "m7g.xlarge", ...passed, out: "it is odd. Look at it." },
      {
        name: "t3.nano",
        className,
        message: "it is broken (and 1 more)",
        failure: "a.hbs:2: it is broken. Mend it.\nit is odd. Look at it.",
        out: "it is odd. Look at it.\nit is odd. Look at it.",
      },
    ]);
  });

  it("holds any text, as an escape where XML has none or a reader would be misled", () => {
    const what = `<a b="c">]]>&amp; ' \u0000\u0001\u001b[2J\r\ufffe\uffff \ud800 \u202e`;
    const [read] = readJunit(formatJunit("x", [{ name: what, problems: [{ what, fix: "F." }], warnings: [] }]));
    const expected = String.raw`<a b="c">]]>&amp; ' \x00\x01\x1b[2J\r` + "\ufffd\ufffd " + String.raw`\ud800 \u202e`;
    assert.deepEqual([read?.name, read?.message, read?.failure], [expected, expected, `${expected}. F.`]);
  });

  it("is read back as it is shown, whatever a problem says", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (what) => {
        const xml = formatJunit("x", [{ name: "a", problems: [{ what, fix: "F." }], warnings: [] }]);
        assert.equal(readJunit(xml)[0]?.failure, shown(`${what}. F.`).replaceAll(/[\ufffe\uffff]/g, "\ufffd"));
      }),
    );
  });

  it("is one without cases where there is no machine", () => assert.deepEqual(readJunit(formatJunit("x", [])), []));
});
