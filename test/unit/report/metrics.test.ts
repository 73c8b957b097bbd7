import assert from "node:assert/strict";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { Refusal } from "../../../agent/refusal.ts";
import { formatMetrics } from "../../../agent/report/format-metrics.ts";
import type { FileReport, Report } from "../../../agent/report/report.ts";
import { NO_RESULTS, RunRecord } from "../../../agent/report/run-record.ts";
import { writeMetrics } from "../../../agent/report/write-metrics.ts";
import { readPrometheusText } from "../support/prometheus-text.ts";
import { makeScratch } from "../support/scratch.ts";

const VERSIONS = { parbake: "1.2.3", commit: "abc", node: "v24.0.0", catalogue: "2026-01-02" };

function file(path: string, change: FileReport["change"]): FileReport {
  return { path, change, validation: null, adopted: false, drift: null };
}

const REPORT: Report = {
  ...new RunRecord(VERSIONS).finish(NO_RESULTS, null),
  startedAt: "2026-01-02T03:04:05.000Z",
  tookMs: 1234.5,
  changed: true,
  stages: [
    { name: "lock", tookMs: 0.1 },
    { name: "units", tookMs: 20 },
    { name: "units", tookMs: 22 },
  ],
  files: [file("/etc/a", "create"), file("/etc/b", "unchanged"), file("/etc/c", "unchanged")],
  retries: { imds: 3, secretsManager: 0 },
};

function valueOf(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
  const found = readPrometheusText(text).find(
    (series) => series.name === name && JSON.stringify(series.labels) === JSON.stringify(labels),
  );
  return found?.value;
}

describe("the metrics of a run", () => {
  it("tell when it ended, how, how long it took and each stage, in seconds", () => {
    const text = formatMetrics(REPORT, 2);
    // 2026-01-02T03:04:05Z plus 1.2345 s.
    assert.equal(valueOf(text, "parbake_last_run_timestamp_seconds"), 1767323046.2345);
    assert.equal(valueOf(text, "parbake_last_run_success"), 1);
    assert.equal(valueOf(text, "parbake_last_run_changed"), 1);
    assert.equal(valueOf(text, "parbake_last_run_duration_seconds"), 1.2345);
    assert.equal(valueOf(text, "parbake_stage_duration_seconds", { stage: "lock" }), 0.0001);
    assert.equal(valueOf(text, "parbake_stage_duration_seconds", { stage: "units" }), 0.042);
    assert.equal(valueOf(text, "parbake_retries", { service: "imds" }), 3);
    assert.equal(valueOf(text, "parbake_owed_actions"), 2);
    assert.equal(valueOf(text, "parbake_info", VERSIONS), 1);
  });

  it("tell which version of each stored secret there is, and since when", () => {
    const secret = { name: "db", id: "prod/db", versionId: "v1", fetchedAt: "2026-01-02T03:04:05.000Z" };
    const text = formatMetrics({ ...REPORT, storedSecrets: [secret] }, 0);
    const labels = { secret: "db", id: "prod/db", version: "v1" };
    assert.equal(valueOf(text, "parbake_secret_fetched_timestamp_seconds", labels), 1767323045);
  });

  it("count files in every state, with 0 where no file is in it", () => {
    const text = formatMetrics(REPORT, 0);
    const states = ["create", "update", "attributes", "unchanged", "remove", "kept"];
    assert.deepEqual(
      states.map((state) => valueOf(text, "parbake_files", { state })),
      [1, 0, 0, 2, 0, 0],
    );
  });

  it("are whole for a run that failed before its first stage", () => {
    const failed = new RunRecord(VERSIONS).finish(NO_RESULTS, new Refusal("config", { what: "x", fix: "y." }));
    const text = formatMetrics(failed, 0);
    assert.equal(valueOf(text, "parbake_last_run_success"), 0);
    assert.ok(!text.includes("parbake_stage_duration_seconds"));
  });

  it("escape what a label may not hold", () => {
    const versions = { ...VERSIONS, parbake: 'a"b\\c\nd' };
    assert.equal(valueOf(formatMetrics({ ...REPORT, versions }, 0), "parbake_info", versions), 1);
  });

  it("are swapped in whole, for every user to read whatever the umask, and leave nothing beside them", () => {
    const scratch = makeScratch();
    mkdirSync(scratch.path("var/lib/node"), { recursive: true });
    const old = process.umask(0o077);
    try {
      for (const owed of [0, 5]) writeMetrics(scratch.root, "/var/lib/node/parbake.prom", REPORT, owed);
    } finally {
      process.umask(old);
    }
    const target = scratch.path("var/lib/node/parbake.prom");
    assert.equal(statSync(target).mode & 0o7777, 0o644);
    assert.equal(valueOf(readFileSync(target, "utf8"), "parbake_owed_actions"), 5);
    assert.deepEqual(readdirSync(scratch.path("var/lib/node")), ["parbake.prom"]);
  });

  it("never follow a symlink, nor make a folder", () => {
    const scratch = makeScratch();
    scratch.write("etc/precious", "precious\n");
    symlinkSync("precious", scratch.path("etc/parbake.prom"));
    for (const path of ["/etc/parbake.prom", "/var/none/parbake.prom"])
      assert.throws(() => writeMetrics(scratch.root, path, REPORT, 0), Refusal);
    assert.equal(readFileSync(scratch.path("etc/precious"), "utf8"), "precious\n");
    assert.ok(lstatSync(scratch.path("etc/parbake.prom")).isSymbolicLink());
    assert.ok(!existsSync(scratch.path("var")));
  });
});
