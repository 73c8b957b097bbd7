import assert from "node:assert/strict";
import { SaxesParser } from "saxes";
import { analyze } from "../../../../agent/analyze/analysis.ts";
import { drawAnalysis } from "../../../../agent/cli/print/draw-analysis.ts";
import { formatAnalysis } from "../../../../agent/cli/print/print-analysis.ts";
import { choosePaint } from "../../../../agent/cli/text.ts";
import type { Report } from "../../../../agent/report/report.ts";
import { NO_RESULTS, RunRecord } from "../../../../agent/report/run-record.ts";

const RUN: Report = {
  ...new RunRecord({ parbake: "1", commit: "c", node: "v1", catalogue: "2026-01-02" }).finish(NO_RESULTS, null),
  runId: "2026-02-03T04:05:06.007Z-42",
  sinceBootMs: 1_150,
  tookMs: 240,
  waves: [
    { name: "hardware", result: "done", tookMs: 60, units: ["web.service"] },
    { name: "secrets", result: "failed", tookMs: null, units: [] },
  ],
  stages: [
    { name: "config", tookMs: 40 },
    { name: "fetch", tookMs: 200 },
  ],
  spans: [
    { name: "config", startMs: 0, tookMs: 40, parent: null, tries: 1 },
    { name: "fetch", startMs: 40, tookMs: 200, parent: null, tries: 1 },
    { name: "GetSecretValue secret db (prod/db in eu-west-1)", startMs: 41, tookMs: 190, parent: 1, tries: 3 },
  ],
};

const unit = (name: string, startMs: number, doneMs: number, ...after: string[]) => ({
  name,
  after,
  startUs: startMs * 1_000,
  doneUs: doneMs * 1_000,
});

const TIMES = {
  manager: { firmwareUs: 0, loaderUs: 0, initrdUs: 0, userspaceUs: 500_000, finishUs: 2_000_000, isMachine: true },
  units: [
    unit("basic.target", 1_100, 1_100),
    unit("parbake.service", 1_100, 1_400, "basic.target"),
    unit("parbake-ready@web.service", 1_400, 1_410, "parbake.service"),
    unit("web.service", 1_410, 1_500, "parbake-ready@web.service", "basic.target"),
    unit("multi-user.target", 1_500, 1_500, "web.service", "parbake.service"),
  ],
  target: "multi-user.target",
};

describe("formatAnalysis", () => {
  it("tells the boot, what parbake cost it, who waited, the critical chain, and the run's steps", () => {
    const text = formatAnalysis(analyze(RUN, TIMES), choosePaint(false));
    assert.equal(
      text,
      `boot     2.00 s  kernel 500 ms, userspace 1.50 s
         1.50 s  multi-user.target was reached
parbake  300 ms  from 1.10 s to 1.40 s; the run 240 ms of it
         310 ms  sooner multi-user.target would be reached without it

units that parbake holds
  started         up     waited
   1.41 s     1.50 s     310 ms  web.service

critical chain, each after the one below it
   1.50 s       +0 ms  multi-user.target
   1.50 s      +90 ms  web.service
   1.41 s      +10 ms  parbake-ready@web.service
   1.40 s     +300 ms  parbake.service
   1.10 s       +0 ms  basic.target

run  2026-02-03T04:05:06.007Z-42: done, took 240 ms
    60 ms |██████                  | wave hardware: web.service
          |                        | wave secrets failed
    40 ms |████                    | config
   200 ms |    ████████████████████| fetch
   190 ms |    ███████████████████ |   GetSecretValue secret db (prod… (3 tries)
`,
    );
  });

  it("of a report of an earlier version has the stages, one after the other", () => {
    const old = { ...RUN, waves: [], spans: [], sinceBootMs: null };
    const text = formatAnalysis(analyze(old, { what: "no systemd", fix: "None." }), choosePaint(false));
    assert.equal(
      text,
      `run  2026-02-03T04:05:06.007Z-42: done, took 240 ms
    40 ms |████                    | config
   200 ms |    ████████████████████| fetch
`,
    );
  });
});

describe("drawAnalysis", () => {
  it("is well-formed, whatever a name has in it", () => {
    const name = `<b>&"'\u0000\u202e]]></title>`;
    const spans = [{ name, startMs: 0, tookMs: 1, parent: null, tries: 1 }];
    const texts: string[] = [];
    const parser = new SaxesParser();
    parser.on("error", (error) => assert.fail(error));
    parser.on("text", (text) => texts.push(text));
    parser.write(drawAnalysis(analyze({ ...RUN, spans }, TIMES))).close();
    assert.ok(texts.includes(`<b>&"'\\x00\\u202e]]></title>, 1 ms`), texts.join("\n"));
  });

  it("is drawn of a boot of no time at all, and of a run without a step", () => {
    const empty = { ...RUN, tookMs: 0, spans: [], stages: [] };
    const times = { ...TIMES, units: [], manager: { ...TIMES.manager, finishUs: 0 } };
    assert.doesNotMatch(drawAnalysis(analyze(empty, times)), /NaN|Infinity/);
  });
});
