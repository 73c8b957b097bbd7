import assert from "node:assert/strict";
import { parseDurationMs } from "../../agent/duration.ts";
import { parseDecimal, parseInteger } from "../../agent/number.ts";

/** What JavaScript or YAML would take for a number, and a person may not have meant as one. */
const UNCLEAR = [
  "0x4",
  "0o7",
  "0b1",
  "1e9",
  "1E3",
  "+5",
  "-5",
  " 5",
  "5 ",
  "5.",
  ".5",
  "1_000",
  "5\n",
  "010",
  "00",
  "-0",
  "٣",
  "",
  "Infinity",
];

describe("parseInteger", () => {
  it("takes digits within the bounds", () => {
    assert.equal(parseInteger("42"), 42);
    assert.equal(parseInteger("0"), 0);
    assert.equal(parseInteger("9007199254740991"), 9_007_199_254_740_991);
    assert.equal(parseInteger("9007199254740992"), null);
    assert.equal(parseInteger("99999999999999999999"), null);
    assert.equal(parseInteger("0", 1), null);
    assert.equal(parseInteger("5", 1, 4), null);
  });
  for (const text of [...UNCLEAR, "5.0", "1.5"])
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseInteger(text), null));
});

describe("parseDecimal", () => {
  it("takes digits with a fraction or without", () => {
    assert.equal(parseDecimal("1.5"), 1.5);
    assert.equal(parseDecimal("12"), 12);
    assert.equal(parseDecimal("0.25", 1), null);
  });
  for (const text of UNCLEAR) it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseDecimal(text), null));
});

describe("parseDurationMs", () => {
  for (const [text, ms] of [
    ["500ms", 500],
    ["1.5s", 1_500],
    ["5m", 300_000],
    ["5min", 300_000],
    ["24h", 86_400_000],
    ["30d", 2_592_000_000],
    ["0", 0],
    ["0s", 0],
  ] as const)
    it(`reads ${text}`, () => assert.equal(parseDurationMs(text), ms));
  for (const text of ["5", "1e3s", "+5s", " 5s", "5.s", ".5s", "0x5s", "5 s", "5w", "s", ""])
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseDurationMs(text), null));
});
