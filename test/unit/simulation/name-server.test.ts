import assert from "node:assert/strict";
import { refuse } from "../../../scripts/simulation/name-server.ts";

const head = (flags: number, ...counts: number[]): number[] => [0xab, 0xcd, flags, 0, ...counts.flatMap((n) => [0, n])];
/** `a.b`, an address of IPv4. */
const QUESTION = [1, 97, 1, 98, 0, 0, 1, 0, 1];

describe("the simulation's name server", () => {
  it("says that there is no such name, in answer to the same question", () => {
    const asked = Buffer.from([...head(1, 1, 0, 0, 0), ...QUESTION]);
    assert.deepEqual(refuse(asked), Buffer.from([0xab, 0xcd, 0x81, 0x83, 0, 1, 0, 0, 0, 0, 0, 0, ...QUESTION]));
  });

  it("leaves out what a client adds to its question", () => {
    const asked = Buffer.from([...head(1, 1, 0, 0, 1), ...QUESTION, 0, 0, 41, 5, 192, 0, 0, 0, 0, 0, 0]);
    assert.equal(refuse(asked)?.length, 12 + QUESTION.length);
  });

  for (const [what, bytes] of [
    ["no head", [0xab, 0xcd, 1]],
    ["no question", head(1, 1, 0, 0, 0)],
    ["half a question", [...head(1, 1, 0, 0, 0), 1, 97, 0, 0]],
  ] as const)
    it(`gives no answer to ${what}`, () => assert.equal(refuse(Buffer.from(bytes)), null));
});
