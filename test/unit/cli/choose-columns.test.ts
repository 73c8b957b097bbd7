import assert from "node:assert/strict";
import { chooseColumns } from "../../../agent/cli/choose-columns.ts";

describe("how wide text may be", () => {
  for (const [title, given, isTerminal, columns, expected] of [
    ["as the terminal says", undefined, true, 132, 132],
    ["80 on a terminal that does not say", undefined, true, null, 80],
    ["unlimited in a pipe", undefined, false, null, Infinity],
    ["as COLUMNS says, on a terminal", "100", true, 132, 100],
    ["as COLUMNS says, in a pipe", "100", false, null, 100],
    ["as the terminal says where COLUMNS is no number", "wide", true, 132, 132],
    ["unlimited in a pipe where COLUMNS is 0", "0", false, null, Infinity],
    ["unlimited in a pipe where COLUMNS is empty", "", false, null, Infinity],
  ] as const)
    it(`is ${title}`, () => assert.equal(chooseColumns(given, isTerminal, columns), expected));
});
