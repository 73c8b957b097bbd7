// Each document of parbake's own with whatever value in whatever place: it is read whole or not at all, and what reads it goes on.

import assert from "node:assert/strict";
import { readManaged } from "../../../../agent/apply/state/managed.ts";
import { newJournal, readJournal } from "../../../../agent/apply/transaction/journal.ts";
import { formatStatus } from "../../../../agent/cli/print/print-status.ts";
import { choosePaint } from "../../../../agent/cli/text.ts";
import { gatherStatus, type Status } from "../../../../agent/inspect/gather-status.ts";
import { makeRunnable, type Scratch } from "../../support/scratch.ts";

const VALUES = [null, true, -1, 0.5, 1e300, "", "x", "/..", "../x", "\u0000", [], [null], {}, { at: 5 }, undefined];

const TEMPORARY = ".a.parbake-tmp.0123456789abcdef";
const ENTRY = {
  kind: "file",
  path: "/etc/a",
  sha256: "0".repeat(64),
  sizeBytes: 1,
  uid: 0,
  gid: 0,
  mode: 0o644,
  writtenAt: "2026-02-03T04:05:06.000Z",
  runId: "x",
  keepsEdits: false,
  created: true,
  onChange: [{ action: "reload", unit: "a.service" }],
  plainSinceNs: "1",
};
const SECRET = {
  kind: "secret",
  path: "/run/parbake/secrets/a",
  versionIds: { db: "v1" },
  onChange: [],
  attributes: { uid: 0, gid: 0, mode: 0o400 },
};
const FOLLOW_UP = {
  reloadsManager: false,
  actions: [{ action: "reload", unit: "a.service", at: { file: "x.yaml", line: 1 } }],
  healthChecks: [{ path: "/etc/a", argv: ["/bin/true"], units: ["a.service"], holdsSecrets: false }],
};
const TRUST = { uids: [1], gids: [] };

const MANAGED = { schema: 1, runId: "x", files: [ENTRY, SECRET] };
const JOURNAL = {
  ...newJournal({ changes: [], followUp: FOLLOW_UP as never }),
  phase: "act",
  managed: { runId: "x", files: [ENTRY, SECRET], plain: ["/etc/a"] },
  begun: [{ step: "reload a.service", times: 1 }],
  changes: [
    { kind: "update", path: "/etc/a", trust: TRUST, newName: TEMPORARY, newInode: "1", oldName: TEMPORARY, seen: "1" },
    { kind: "make-folder", path: "/etc/b", trust: TRUST, newInode: "1" },
  ],
};
const REPORT = {
  schema: 1,
  runId: "x",
  startedAt: "2026-02-03T04:05:06.000Z",
  tookMs: 1,
  result: "failed",
  changed: true,
  rolledBack: false,
  recovered: null,
  image: {
    bakedAt: "2026-02-01T00:00:00Z",
    ageMs: 1,
    amiId: "ami-1",
    baseImage: null,
    family: "web",
    sourceCommit: null,
  },
  sinceBootMs: 1234.5,
  machine: {
    instanceId: "i-1",
    instanceType: null,
    memTotalBytes: 1,
    vcpus: 2,
    change: "another",
    before: { instanceId: "i-0", instanceType: "m7g.large", memTotalBytes: 1, vcpus: 2 },
  },
  stages: [{ name: "lock", tookMs: 1 }],
  waves: [
    { name: "hardware", result: "done", tookMs: 0.5, units: ["a.service"] },
    { name: "secrets", result: "failed", tookMs: null, units: [] },
  ],
  spans: [
    { name: "lock", startMs: 0, tookMs: 1, parent: null, tries: 1 },
    { name: "reload a.service", startMs: 0.5, tookMs: 0.1, parent: 0, tries: 2 },
  ],
  folders: [{ path: "/etc/b", change: "create" }],
  files: [
    { path: "/etc/a", change: "update", validation: null, adopted: false, drift: { since: "2026-02-03T04:05:06Z" } },
  ],
  secrets: [{ name: "db", id: "prod/db", versionId: "v1", source: "kept", change: "unchanged" }],
  storedSecrets: [{ name: "db", id: "prod/db", versionId: "v1", fetchedAt: "2026-02-03T04:05:06.000Z" }],
  units: [{ unit: "a.service", action: "reload", outcome: "done", rollbackOutcome: "failed" }],
  healthChecks: [{ path: "/etc/a", outcome: "passed" }],
  storage: { folder: "/run/parbake/secrets", fileSystem: "tmpfs", guarantee: "unswappable" },
  held: [{ what: "secret db", units: ["a.service"], because: [{ what: "no", fix: "Do." }] }],
  warnings: [{ what: "w", fix: "Do.", at: { file: "x.yaml", line: 1, column: 2 } }],
  problems: [{ what: "p", fix: "Do." }],
  retries: { imds: 0, secretsManager: 1 },
  versions: { parbake: "1", commit: "c", node: "v1", catalogue: "2026-01-02" },
};

type Place = readonly (string | number)[];

function placesOf(value: unknown, place: Place = []): Place[] {
  if (typeof value !== "object" || value === null) return [place];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [...(place.length > 0 ? [place] : []), ...entries.flatMap(([key, item]) => placesOf(item, [...place, key]))];
}

function spoil(document: object, place: Place, value: unknown): string {
  const copy = structuredClone(document);
  const parent = place.slice(0, -1).reduce<any>((at, key) => at[key], copy);
  parent[place.at(-1)!] = value;
  return JSON.stringify(copy);
}

function forEachSpoilt(document: object, check: (text: string) => void): void {
  for (const place of placesOf(document)) for (const value of VALUES) check(spoil(document, place, value));
}

function tellStatus({ root }: Scratch): Status {
  const status = gatherStatus(root, Date.now());
  formatStatus(status, choosePaint(false));
  return status;
}

describe("a document of parbake's own", () => {
  it("is read where it is the journal, or it is unreadable, and the status goes on", () => {
    const scratch = makeRunnable();
    const read = (text: string) => {
      scratch.write("var/lib/parbake/journal.json", text);
      tellStatus(scratch);
      return readJournal(scratch.root, "/var/lib/parbake");
    };
    assert.deepEqual(read(JSON.stringify(JOURNAL)), { kind: "read", document: JOURNAL });
    forEachSpoilt(JOURNAL, (text) => assert.notEqual(read(text).kind, "none", text));
  });

  it("is read where it is the record of managed files, but for the entries that are wrong", () => {
    const scratch = makeRunnable();
    const read = (text: string) => {
      scratch.write("var/lib/parbake/managed.json", text);
      tellStatus(scratch);
      return readManaged(scratch.root);
    };
    const { files, isDamaged } = read(JSON.stringify(MANAGED));
    assert.equal(JSON.stringify([...files.values()]), JSON.stringify(MANAGED.files), "the order of fields too");
    assert.equal(isDamaged, false);
    forEachSpoilt({ files: [ENTRY] }, (text) => {
      const spoilt = JSON.parse(text).files;
      const found = read(JSON.stringify({ ...MANAGED, files: Array.isArray(spoilt) ? [...spoilt, SECRET] : spoilt }));
      assert.equal(found.files.has(SECRET.path), Array.isArray(spoilt), text);
    });
  });

  it("is read where it is the report, or the status says that it is none", () => {
    const scratch = makeRunnable();
    const read = (text: string) => {
      scratch.write("run/parbake/report.json", text);
      return tellStatus(scratch);
    };
    assert.deepEqual(read(JSON.stringify(REPORT)).lastRun, { confirmUntil: null, ...REPORT });
    forEachSpoilt(REPORT, (text) => {
      const { lastRun, unreadable } = read(text);
      assert.equal(unreadable.length, lastRun === null ? 1 : 0, text);
    });
  });

  it("is read with fields that nobody knows, or unreadable, however deep these nest; and the status goes on", () => {
    const scratch = makeRunnable();
    for (const [path, document] of [
      ["var/lib/parbake/journal.json", JOURNAL],
      ["var/lib/parbake/managed.json", MANAGED],
      ["run/parbake/report.json", REPORT],
    ] as const) {
      const text = JSON.stringify(document);
      for (const [opening, closing] of ["[]", '{"a":}'].map((pair) => [pair.slice(0, -1), pair.slice(-1)] as const)) {
        const deep = `${opening.repeat(100_000)}1${closing.repeat(100_000)}`;
        scratch.write(path, `${text.slice(0, -1)},"later":${deep}}`);
        const status = tellStatus(scratch);
        assert.ok(JSON.stringify(status).length > 0);
      }
      scratch.write(path, `${text.slice(0, -1)},"later":{"a":[{"b":1}]},"__proto__":{"files":[]}}`);
      assert.deepEqual(tellStatus(scratch).unreadable, [], path);
    }
  });
});
