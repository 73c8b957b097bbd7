import assert from "node:assert/strict";
import { parseConfig } from "../../../../agent/config/read/parse-config.ts";
import { formatProblem } from "../../../../agent/refusal.ts";

function parse(text: string) {
  const result = parseConfig([{ file: "parbake.yaml", text: `apps: { a: { profile: nginx } }\n${text}` }]);
  return result.kind === "config" ? result.config : result.problems.map(formatProblem);
}

describe("maxImageAge in the config", () => {
  const ageOf = (text: string) => {
    const config = parse(text);
    return Array.isArray(config) ? config : config.maxImageAge && { ...config.maxImageAge, at: undefined };
  };

  it("is no limit unless it is given, and warns unless it says otherwise", () => {
    assert.equal(ageOf(""), null);
    assert.deepEqual(ageOf("maxImageAge: 30d"), { limitMs: 2_592_000_000, policy: "warn", at: undefined });
    assert.deepEqual(ageOf("maxImageAge: { limit: 36h }"), { limitMs: 129_600_000, policy: "warn", at: undefined });
    assert.deepEqual(ageOf("maxImageAge: { limit: 30d, then: fail }"), {
      limitMs: 2_592_000_000,
      policy: "fail",
      at: undefined,
    });
  });

  for (const [text, problem] of [
    ["maxImageAge: 30", /:2:14: maxImageAge: expected how old the image may be, found the number 30/],
    ["maxImageAge: soon", /found 'soon'. Write a number and a unit: 30d, 12h\./],
    ["maxImageAge: 0d", /found '0d'/],
    ["maxImageAge: { then: fail }", /maxImageAge: has no limit/],
    ["maxImageAge: { limit: 30d, then: stop }", /maxImageAge\.then: expected warn or fail/],
    ["maxImageAge: { limit: 30d, otherwise: fail }", /unknown key 'otherwise' in maxImageAge/],
  ] as const)
    it(`is refused as ${text}`, () => assert.match(JSON.stringify(ageOf(text)), problem));
});
