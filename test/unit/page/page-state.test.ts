import assert from "node:assert/strict";
import { newApp, NO_RESERVE } from "../../../agent/page/draft.ts";
import { EXAMPLE } from "../../../agent/page/example.ts";
import { type PageState, parseState, writeState } from "../../../agent/page/page-state.ts";

const encode = (text: string): string => Buffer.from(text).toString("base64url");

const FULL: PageState = {
  draft: {
    apps: [
      {
        name: "db",
        profile: "postgresql",
        weight: "3",
        min: "1GiB",
        max: "8GiB",
        cpuWeight: "2",
        optional: true,
        enforce: { unit: "postgresql@16-main.service", memoryHigh: "90%" },
        options: { version: "16", note: "ünï – 🙂" },
      },
      newApp("web", "nginx"),
    ],
    reserve: { share: "5%", min: "1GiB", max: "2GiB" },
    secretsSize: "1MiB",
    architectures: ["arm64"],
  },
  machines: ["m7g.large", "8GiB/4"],
  chosen: "8GiB/4",
  setting: "db.shared_buffers",
  family: "r7g",
};

describe("the state in the page's address", () => {
  for (const [name, state] of [
    ["one with everything", FULL],
    ["the example", EXAMPLE],
    [
      "an empty one",
      { ...EXAMPLE, draft: { ...EXAMPLE.draft, apps: [], reserve: NO_RESERVE }, machines: [], chosen: "" },
    ],
  ] as const)
    it(`is read back as it was: ${name}`, () => assert.deepEqual(parseState(writeState(state)), state));

  it("has letters that no mail program breaks", () => assert.match(writeState(FULL), /^[\w-]+$/));

  for (const [name, text] of [
    ["no base64", "%%%"],
    ["no UTF-8", Buffer.from([0xff, 0xfe]).toString("base64url")],
    ["no JSON", encode("apps")],
    ["no object", encode("[]")],
    ["null", encode("null")],
    ["no apps", encode('{"on":["m7g.large"]}')],
    ["another anchor", "machines-title"],
  ] as const)
    it(`is not there where the address has ${name}`, () => assert.equal(parseState(text), null));

  it("loses what is of another type than it should be, and nothing else", () => {
    const text = `{"apps":[{"name":5,"profile":"nginx","options":{"a":1,"b":"2","__proto__":"x"}},7,null],
      "on":["m7g.large",3,"m7g.large",{}],"architectures":["arm64","mips"],"chosen":{}}`;
    const state = parseState(encode(text))!;
    assert.deepEqual(state.draft.apps, [{ ...newApp("", "nginx"), options: { b: "2" } }]);
    assert.deepEqual([state.machines, state.draft.architectures, state.chosen], [["m7g.large"], ["arm64"], ""]);
  });

  it("has no more machines than an eye can compare, and no text that is longer than any value", () => {
    const on = Array.from({ length: 100 }, (_, index) => `${index + 1}GiB/1`);
    const state = parseState(encode(JSON.stringify({ apps: [], on, family: "x".repeat(5000) })))!;
    assert.deepEqual([state.machines.length, state.family.length], [60, 2000]);
  });
});
