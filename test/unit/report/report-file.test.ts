import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { leaveReport, readFirstReport, readReport } from "../../../agent/report/report-file.ts";
import type { Report } from "../../../agent/report/report.ts";
import { NO_RESULTS, RunRecord } from "../../../agent/report/run-record.ts";
import { CANARY, makeScratch } from "../support/scratch.ts";

describe("leaveReport", () => {
  function leave(root: string, report: object): string[] {
    const logged: string[] = [];
    leaveReport(root, report as Report, (level, message) => logged.push(`${level} ${message}`));
    return logged;
  }

  it("tells where a bug was, and never what it says; the report of another run does not stay in its place", () => {
    const { root, path, write } = makeScratch();
    write("run/parbake/report.json", "{}");
    const bug = {
      toJSON() {
        throw new TypeError(CANARY);
      },
    };
    const [line, ...others] = leave(root, bug);
    assert.deepEqual(others, []);
    assert.match(line!, /^error the report could not be written: a bug in parbake, TypeError at \S/);
    assert.equal(line!.includes("c4n4ry"), false);
    assert.equal(existsSync(path("run/parbake/report.json")), false);
  });

  it("tells a refusal in its own words", () => {
    const { root, path } = makeScratch();
    mkdirSync(path("run/parbake/report.json"), { recursive: true });
    assert.match(
      leave(root, {})[0]!,
      /^error the report could not be written: \S+report\.json is a folder, and parbake writes files only\./,
    );
  });

  it("keeps the first since the machine started, beside that of the last", () => {
    const { root } = makeScratch();
    const record = () => new RunRecord({ parbake: "", commit: "", node: "", catalogue: "" });
    const [first, second, third] = [record(), record(), record()].map((each) => each.finish(NO_RESULTS, null));
    const ids = () => [readFirstReport(root)?.runId, readReport(root)?.runId];
    assert.deepEqual(ids(), [undefined, undefined]);
    const named = { ...first!, runId: "first" };
    assert.deepEqual(leave(root, named), []);
    assert.deepEqual(ids(), ["first", "first"]);
    leave(root, { ...second!, runId: "second" });
    assert.deepEqual(ids(), ["first", "second"]);
    leave(root, { ...third!, runId: "third" });
    assert.deepEqual(ids(), ["first", "third"]);
  });

  it("reads that of a version without steps, and refuses a step that is a part of a later one", () => {
    const { root, write } = makeScratch();
    const report = new RunRecord({ parbake: "", commit: "", node: "", catalogue: "" }).finish(NO_RESULTS, null);
    const { spans: _, sinceBootMs: __, ...old } = report;
    write("run/parbake/report.json", JSON.stringify(old));
    assert.deepEqual([readReport(root)?.spans, readReport(root)?.sinceBootMs], [[], null]);
    const span = { name: "lock", startMs: 0, tookMs: 1, parent: 0, tries: 1 };
    write("run/parbake/report.json", JSON.stringify({ ...report, spans: [span] }));
    assert.throws(() => readReport(root), { code: "data" });
    write("run/parbake/report.json", JSON.stringify({ ...report, spans: [{ ...span, parent: null }, span] }));
    assert.equal(readReport(root)?.spans.length, 2);
  });
});
