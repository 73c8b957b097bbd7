import assert from "node:assert/strict";
import { mock } from "node:test";
import { NO_RESULTS, RunRecord } from "../../../agent/report/run-record.ts";
import { Spans } from "../../../agent/report/spans.ts";

describe("the steps of a run", () => {
  let nowMs = 1_000;

  beforeEach(() => {
    nowMs = 1_000;
    mock.method(performance, "now", () => nowMs);
  });
  afterEach(() => mock.restoreAll());

  it("are told with when they began, how long they took, and the stage that they began in", async () => {
    const spans = new Spans(nowMs);
    const token = spans.timeStep("IMDS token", async () => {
      await turn();
      return "AQAE";
    });
    nowMs += 2;
    const facts = spans.beginStage("facts");
    nowMs += 1.5;
    const type = spans.timeStep("IMDS instance-type", async () => token);
    nowMs += 5;
    assert.equal(await type, "AQAE");
    assert.equal(spans.endStage(facts), 6.5);
    await spans.timeStep("validate /etc/x", async () => {
      nowMs += 10;
    });
    assert.deepEqual(spans.list(), [
      { name: "IMDS token", startMs: 0, tookMs: 8.5, parent: null, tries: 1 },
      { name: "facts", startMs: 2, tookMs: 6.5, parent: null, tries: 1 },
      { name: "IMDS instance-type", startMs: 3.5, tookMs: 5, parent: 1, tries: 1 },
      { name: "validate /etc/x", startMs: 8.5, tookMs: 10, parent: null, tries: 1 },
    ]);
  });

  it("are a part of the stage that began last, and a stage of none, where two of them go on", async () => {
    const spans = new Spans(nowMs);
    const fetch = spans.beginStage("fetch");
    const stage = spans.beginStage("stage");
    await spans.timeStep("validate /etc/x", async () => {});
    spans.endStage(stage);
    await spans.timeStep("GetSecretValue secret db", async () => {});
    spans.endStage(fetch);
    assert.deepEqual(
      spans.list().map(({ name, parent }) => [name, parent]),
      [
        ["fetch", null],
        ["stage", null],
        ["validate /etc/x", 1],
        ["GetSecretValue secret db", 0],
      ],
    );
  });

  it("count their tries, and end where they fail", async () => {
    const spans = new Spans(nowMs);
    const failing = spans.timeStep("GetSecretValue secret db", async (again) => {
      again();
      nowMs += 300;
      again();
      throw new RangeError("no");
    });
    await assert.rejects(failing, RangeError);
    nowMs += 100;
    assert.deepEqual(spans.list(), [
      { name: "GetSecretValue secret db", startMs: 0, tookMs: 300, parent: null, tries: 3 },
    ]);
  });

  it("of a run that ends while they go on have taken until then", () => {
    const spans = new Spans(nowMs);
    void spans.timeStep("restart slow.service", () => new Promise<never>(() => {}));
    nowMs += 60_000;
    assert.deepEqual(spans.list(), [
      { name: "restart slow.service", startMs: 0, tookMs: 60_000, parent: null, tries: 1 },
    ]);
  });

  it("are a thousand at most, beside the stages", async () => {
    const spans = new Spans(nowMs);
    for (let step = 0; step < 1_100; step++) await spans.timeStep(`step ${step}`, async () => {});
    const last = spans.beginStage("units");
    await spans.timeStep("reload a.service", async () => {});
    spans.endStage(last);
    const names = spans.list().map(({ name }) => name);
    assert.deepEqual([names.length, names[999], names[1_000]], [1_001, "step 999", "units"]);
  });

  it("are in the report with the stages, which has the time of its beginning by systemd's clock", async () => {
    const beforeMs = monotonicMs();
    const record = new RunRecord({ parbake: "", commit: "", node: "", catalogue: "" });
    const afterMs = monotonicMs();
    await record.time("validate", () =>
      record.timeStep("validate /etc/x", async () => {
        nowMs += 7;
      }),
    );
    const { spans, stages, sinceBootMs } = record.finish(NO_RESULTS, null);
    assert.deepEqual(stages, [{ name: "validate", tookMs: 7 }]);
    assert.deepEqual(spans, [
      { name: "validate", startMs: 0, tookMs: 7, parent: null, tries: 1 },
      { name: "validate /etc/x", startMs: 0, tookMs: 7, parent: 0, tries: 1 },
    ]);
    assert.ok(sinceBootMs !== null && sinceBootMs >= beforeMs - 0.1 && sinceBootMs <= afterMs + 0.1);
  });
});

function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

function turn(): Promise<void> {
  return new Promise((resume) => setImmediate(resume));
}
