import assert from "node:assert/strict";
import { both, Heartbeat } from "../../../agent/cli/heartbeat.ts";
import type { Wait } from "../../../agent/cli/progress.ts";

describe("a heartbeat", () => {
  let nowMs: number;
  let told: (Wait | null)[];
  let heartbeat: Heartbeat;

  beforeEach(() => {
    nowMs = 0;
    told = [];
    heartbeat = new Heartbeat(
      (wait) => told.push(wait),
      () => nowMs,
    );
  });
  afterEach(() => heartbeat.stop());

  it("tells nothing of a run that never waits for a second", () => {
    const end = heartbeat.begin("asking IMDS");
    nowMs = 999;
    heartbeat.beat();
    end();
    nowMs = 5_000;
    heartbeat.beat();
    assert.deepEqual(told, []);
  });

  it("tells how long a wait lasts and may last, at each beat, and once that it is over", () => {
    const end = heartbeat.begin("asking IMDS", 40_000);
    for (nowMs of [1_000, 2_000]) heartbeat.beat();
    end();
    for (nowMs of [3_000, 4_000]) heartbeat.beat();
    assert.deepEqual(told, [
      { what: "asking IMDS", waitedMs: 1_000, limitMs: 40_000 },
      { what: "asking IMDS", waitedMs: 2_000, limitMs: 40_000 },
      null,
    ]);
  });

  it("tells of the newest of several, and says so where nobody knows how long it may last", () => {
    heartbeat.begin("fetching", 1_000);
    heartbeat.begin(() => "asking for db");
    nowMs = 7_000;
    heartbeat.beat();
    assert.deepEqual(told, [{ what: "asking for db", waitedMs: 7_000, limitMs: null }]);
  });

  it("and another progress both hear of a wait, and of its end", () => {
    const other = new Heartbeat(
      (wait) => told.push(wait),
      () => nowMs,
    );
    const end = both(heartbeat, other).begin("asking");
    nowMs = 1_000;
    heartbeat.beat();
    other.beat();
    end();
    heartbeat.beat();
    other.beat();
    other.stop();
    const wait = { what: "asking", waitedMs: 1_000, limitMs: null };
    assert.deepEqual(told, [wait, wait, null, null]);
  });
});
