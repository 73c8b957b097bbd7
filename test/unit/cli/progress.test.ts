import assert from "node:assert/strict";
import { describeStage, showing, TerminalProgress } from "../../../agent/cli/progress.ts";

const ERASE = "\r\u001b[K";

describe("progress on a terminal", () => {
  let nowMs: number;
  let written: string[];
  let progress: TerminalProgress;

  beforeEach(() => {
    nowMs = 0;
    written = [];
    progress = new TerminalProgress(
      (text) => written.push(text),
      () => nowMs,
    );
  });

  it("says nothing of what is over within a second", async () => {
    await showing(progress, "fetching secrets", () => {
      nowMs = 999;
      progress.draw();
    });
    assert.deepEqual(written, []);
  });

  it("rewrites one line, with the seconds that went by, and takes it away at the end", () => {
    const end = progress.begin("fetching secrets");
    for (nowMs of [1_000, 1_500, 2_100]) progress.draw();
    end();
    assert.deepEqual(written, [
      `${ERASE}fetching secrets … 1 s`,
      `${ERASE}fetching secrets … 1 s`,
      `${ERASE}fetching secrets … 2 s`,
      ERASE,
    ]);
  });

  it("says how far a wait is, at each moment", () => {
    let count = 0;
    const end = progress.begin(() => `${count} instances so far`);
    for ([nowMs, count] of [
      [1_000, 1],
      [2_000, 5_000],
    ] as const)
      progress.draw();
    end();
    assert.deepEqual(written, [`${ERASE}1 instances so far … 1 s`, `${ERASE}5000 instances so far … 2 s`, ERASE]);
  });

  it("takes the line away once before other words", () => {
    const end = progress.begin("waiting");
    nowMs = 1_000;
    progress.draw();
    progress.clear();
    progress.clear();
    end();
    assert.deepEqual(written.slice(1), [ERASE]);
  });

  it("shows the newest of several, then the older again", () => {
    const endOuter = progress.begin("outer");
    const endInner = progress.begin("inner");
    nowMs = 3_000;
    progress.draw();
    endInner();
    progress.draw();
    endOuter();
    assert.deepEqual(written, [`${ERASE}inner … 3 s`, ERASE, `${ERASE}outer … 3 s`, ERASE]);
  });

  it("ends with a failed wait, whose error goes through", async () => {
    const failing = showing(progress, "asking", () => Promise.reject(new Error("no answer")));
    await assert.rejects(failing, { message: "no answer" });
    nowMs = 5_000;
    progress.draw();
    assert.deepEqual(written, []);
  });

  it("never writes a line that could wrap", () => {
    const end = progress.begin("x".repeat(500));
    nowMs = 1_000;
    progress.draw();
    end();
    assert.equal(written[0], ERASE + "x".repeat(76));
  });

  it("has words for the stages that can last", () => {
    for (const stage of ["lock", "facts", "fetch", "validate", "units"]) assert.notEqual(describeStage(stage), stage);
  });
});
