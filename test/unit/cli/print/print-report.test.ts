import assert from "node:assert/strict";
import { formatReport } from "../../../../agent/cli/print/print-report.ts";
import { choosePaint } from "../../../../agent/cli/text.ts";
import type { FileReport, Report } from "../../../../agent/report/report.ts";

const FILE: FileReport = { path: "/etc/a", change: "update", validation: null, adopted: false, drift: null };

const REPORT: Report = {
  schema: 1,
  runId: "run",
  startedAt: "2026-01-02T03:04:05.000Z",
  tookMs: 12.3,
  result: "done",
  changed: true,
  rolledBack: false,
  recovered: null,
  image: null,
  sinceBootMs: 1234.5,
  machine: null,
  stages: [],
  spans: [],
  waves: [],
  folders: [],
  files: [FILE],
  secrets: [],
  units: [],
  healthChecks: [],
  storage: null,
  warnings: [],
  storedSecrets: [],
  held: [],
  confirmUntil: null,
  problems: [],
  retries: { imds: 0, secretsManager: 0 },
  versions: { parbake: "0", commit: "0", node: "0", catalogue: "0" },
};

function print(changes: Partial<Report>): string {
  return formatReport({ ...REPORT, ...changes }, choosePaint(false));
}

describe("a report for people", () => {
  it("is one line where nothing changed", () => {
    const text = print({ changed: false, files: [{ ...FILE, change: "unchanged" }] });
    assert.equal(text, "nothing to do: 1 file, 0 secrets in 12 ms\n");
  });

  it("says of a file that it was there before, and of an edit by hand since when", () => {
    const drift = { since: "2026-01-01T00:00:00.000Z" };
    const text = print({
      files: [
        { ...FILE, adopted: true },
        { ...FILE, path: "/etc/b", change: "kept", drift },
      ],
    });
    assert.match(text, /update +\/etc\/a +it was there before parbake\n/);
    assert.match(text, /kept +\/etc\/b +edited by hand, last on 2026-01-01T00:00:00\.000Z\n/);
  });

  it("begins with what became of a run that was cut short", () => {
    assert.match(print({ recovered: "undone" }), /^an earlier run was cut short, and is undone now\n/);
  });

  it("says what a bake holds back, and why", () => {
    const because = [{ what: "the secret db is not fetched: this is a bake (--bake)", fix: "Nothing." }];
    const text = print({ held: [{ what: "secret db", units: [], because }] });
    assert.match(text, /^ {2}held +secret db +the secret db is not fetched: this is a bake \(--bake\)$/m);
  });

  it("says once of which files no validator was asked, and why, and nothing of those that passed", () => {
    const validation = "not validated by /bin/v: only root can run a program in an image";
    const files = [
      { ...FILE, validation },
      { ...FILE, path: "/etc/b", validation },
    ];
    assert.match(
      print({ files: [...files, FILE] }),
      /^ {2}validate +\/etc\/a, \/etc\/b +not validated by \/bin\/v: only root can run a program in an image\n/m,
    );
    assert.doesNotMatch(print({ files: [{ ...FILE, validation: "passed" }] }), /validat/);
  });
});
