import assert from "node:assert/strict";
import { formatStatus } from "../../../../agent/cli/print/print-status.ts";
import { choosePaint } from "../../../../agent/cli/text.ts";
import type { Status } from "../../../../agent/inspect/gather-status.ts";
import { NO_RESULTS, RunRecord } from "../../../../agent/report/run-record.ts";

const report = new RunRecord({ parbake: "1.2.3", commit: "abc", node: "v24", catalogue: "x" }).finish(NO_RESULTS, null);
const STATUS: Status = {
  inSync: true,
  reasons: [],
  unreadable: [],
  lastRun: { ...report, startedAt: "2026-01-02T03:04:05.000Z", tookMs: 42 },
  lastRunAgeMs: 125_000,
  failures: null,
  generation: "2026-01-01T00:00:00.000Z-7",
  files: [{ path: "/etc/a", kind: "file", state: "in sync", drift: [], driftedSince: null }],
  running: null,
  interrupted: null,
  interruptions: [],
  trials: [],
  owed: [],
  secrets: [],
  image: null,
};

describe("the status for people", () => {
  it("is short where all is well", () => {
    assert.equal(
      formatStatus(STATUS, choosePaint(false)),
      `in sync
last run    done, nothing changed, 2 min ago
            2026-01-02T03:04:05.000Z, took 42 ms, parbake 1.2.3
generation  2026-01-01T00:00:00.000Z-7
files
  =  in sync  /etc/a
`,
    );
  });

  it("does not call files in sync that it could not inspect", () => {
    const unknown = { ...STATUS.files[0]!, state: "unknown" } as const;
    const text = formatStatus({ ...STATUS, files: [...STATUS.files, unknown, unknown] }, choosePaint(false));
    assert.match(text, /^in sync, except for 2 files that could not be inspected\n/);
  });

  it("says what the last run went on in spite of", () => {
    const warnings = [{ what: "api: heap is only 64 MiB, and HotSpot itself takes 128", fix: "Give api more memory." }];
    const text = formatStatus({ ...STATUS, lastRun: { ...STATUS.lastRun!, warnings } }, choosePaint(false));
    assert.match(text, /^ +warned: api: heap is only 64 MiB, and HotSpot itself takes 128\. Give api more memory\.$/m);
  });

  it("says how often the service has failed, and what to do where it is not tried again", () => {
    const tell = (failures: Status["failures"]) => formatStatus({ ...STATUS, failures }, choosePaint(false));
    assert.match(tell({ count: 1, bugs: 0, givenUp: null }), /^ +parbake\.service has failed once$/m);
    assert.match(
      tell({ count: 3, bugs: 0, givenUp: "only a change of the config mends this" }),
      /^ +parbake\.service has failed 3 times in a row, and is not tried again by itself: only a change of the config mends this\. Then: systemctl restart parbake$/m,
    );
  });

  it("names what the last run held back, and the units that wait for it", () => {
    const held = [
      { what: "secret db", units: ["api.service"], because: [] },
      { what: "/etc/b", units: [], isInPlace: true, because: [] },
      { what: "/etc/c", units: [], isInPlace: false, because: [] },
    ];
    const text = formatStatus({ ...STATUS, lastRun: { ...STATUS.lastRun!, held } }, choosePaint(false));
    assert.match(
      text,
      /^held back\n {2}secret db {2}waiting: api\.service\n {2}\/etc\/b +in place from an earlier run\n {2}\/etc\/c +not in place, and no unit waits for it$/m,
    );
  });

  it("says why it is not in sync, what drifted since when, and what is owed", () => {
    const text = formatStatus(
      {
        ...STATUS,
        inSync: false,
        reasons: ["files were changed by hand", "reloads or restarts are owed"],
        files: [
          {
            path: "/etc/a",
            kind: "file",
            state: "drifted",
            drift: ["content", "mode"],
            driftedSince: "2026-01-02T00:00:00.000Z",
          },
          { path: "/run/parbake/secrets/x", kind: "secret", state: "unknown", drift: [], driftedSince: null },
        ],
        interrupted: "act",
        interruptions: [
          { phase: "act", since: "2026-01-02T00:00:00.000Z", next: "finished", paths: ["/etc/b", "/etc/c"] },
        ],
        owed: [{ action: "reload", unit: "nginx.service" }],
      },
      choosePaint(false),
    );
    assert.match(text, /^not in sync: files were changed by hand; reloads or restarts are owed$/m);
    assert.match(text, /^ {2}~ {2}drifted {2}\/etc\/a +content, mode since 2026-01-02T00:00:00.000Z$/m);
    assert.match(text, /^ {2}this user may not inspect 1 file: run status as root$/m);
    assert.match(text, /^owed\n {2}reload {2}nginx.service\n/m);
    assert.ok(
      text.includes(`cut short  a run, which began to change files at 2026-01-02T00:00:00.000Z, was cut short with its new files in place, while it reloaded or restarted units:
           the next run reloads or restarts the rest, and restores the old files if one fails
             /etc/b
             /etc/c
`),
      text,
    );
  });

  it("names each stored secret with its version and its age", () => {
    const secret = {
      name: "db",
      id: "prod/db",
      versionId: "v1",
      fetchedAt: "2026-01-02T03:04:05.000Z",
      ageMs: 7_200_000,
    };
    assert.match(
      formatStatus({ ...STATUS, secrets: [secret] }, choosePaint(false)),
      /\nsecrets\n {2}db {2}prod\/db {2}version v1 {2}fetched 2 h ago\n/,
    );
  });
});
