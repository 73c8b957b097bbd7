import assert from "node:assert/strict";
import { createLog } from "../../../agent/cli/create-log.ts";
import type { LogFormat } from "../../../agent/cli/invocation.ts";

const HOSTILE = "a\n<0>forged\u001b[2J";

describe("a line of the log", () => {
  const written = (format: LogFormat, message: string, fields = {}): string => {
    let text = "";
    createLog("debug", format, (line) => (text += line))("warn", message, fields);
    return text;
  };

  it("is one line with one priority for the journal, whatever the message quotes", () => {
    assert.equal(written("journal", HOSTILE), String.raw`<4>a; <0>forged\x1b[2J` + "\n");
    assert.equal(written("journal", "a", { path: HOSTILE }), String.raw`<4>a (path=a\n<0>forged\x1b[2J)` + "\n");
  });

  it("is one line for people", () => {
    assert.equal(written("text", HOSTILE), String.raw`parbake: warn: a; <0>forged\x1b[2J` + "\n");
  });

  it("is one line of JSON with the same value, and without a raw control of any kind", () => {
    const line = written("json", `${HOSTILE}\u009b\u202e`);
    assert.match(line, /^[ -~]+\n$/);
    assert.equal((JSON.parse(line) as { message: string }).message, `${HOSTILE}\u009b\u202e`);
  });
});
