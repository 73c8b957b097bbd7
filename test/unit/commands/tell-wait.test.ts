import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { readRunning } from "../../../agent/apply/state/running-run.ts";
import { describeWait, WaitTeller } from "../../../agent/commands/tell-wait.ts";
import { makeScratch, type Scratch } from "../support/scratch.ts";

const START_MS = Date.parse("2026-01-02T03:04:05Z");

describe("what is told of a run that waits", () => {
  let scratch: Scratch;
  let said: string[];
  let teller: WaitTeller;

  beforeEach(() => {
    scratch = makeScratch();
    said = [];
    teller = new WaitTeller({
      root: scratch.root,
      startMs: START_MS,
      socket: undefined,
      say: (message) => said.push(message),
    });
  });

  const hear = (what: string, waitedMs: number, limitMs: number | null = null) =>
    teller.tell({ what, waitedMs, limitMs });

  it("is a line after 5, 10, 20 and 40 seconds, and so on", () => {
    for (let seconds = 1; seconds <= 100; seconds++) hear("asking IMDS", seconds * 1_000, 120_000);
    assert.deepEqual(
      said,
      [5, 10, 20, 40, 80].map((seconds) => `asking IMDS: ${seconds} s of 120`),
    );
  });

  it("is no line late for each that was missed", () => {
    for (const seconds of [1, 33, 34, 40]) hear("asking IMDS", seconds * 1_000);
    assert.deepEqual(said, ["asking IMDS: 33 s", "asking IMDS: 40 s"]);
  });

  it("begins anew with another wait", () => {
    for (const seconds of [5, 6]) hear("asking IMDS", seconds * 1_000);
    for (const seconds of [1, 5]) hear("asking Secrets Manager for db", seconds * 1_000);
    assert.deepEqual(said, ["asking IMDS: 5 s", "asking Secrets Manager for db: 5 s"]);
  });

  it("is there for whoever asks, as long as the wait lasts", () => {
    hear("asking IMDS", 1_000, 40_000);
    const running = readRunning(scratch.root, START_MS + 23_000);
    assert.deepEqual(
      { ...running, waitsFor: { ...running!.waitsFor, since: null } },
      {
        pid: process.pid,
        since: "2026-01-02T03:04:05.000Z",
        forMs: 23_000,
        waitsFor: { what: "asking IMDS", since: null, limitMs: 40_000 },
      },
    );
    teller.tell(null);
    assert.equal(readRunning(scratch.root), null);
  });

  it("leaves nothing behind at the end of the run", async () => {
    hear("asking IMDS", 1_000);
    await teller.close();
    assert.equal(existsSync(scratch.path("run/parbake/waits.json")), false);
  });

  it("is told all the same where it can't be left for others", () => {
    mkdirSync(scratch.path("run"), { mode: 0o777 });
    scratch.write("run/parbake", "a file in the folder's place");
    hear("asking IMDS", 5_000);
    assert.deepEqual(said, ["asking IMDS: 5 s"]);
  });

  it("is without a limit where nobody knows one", () => {
    assert.equal(describeWait({ what: "waiting", waitedMs: 61_900, limitMs: null }), "waiting: 61 s");
  });
});
