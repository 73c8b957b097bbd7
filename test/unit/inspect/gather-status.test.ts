import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { applyPlan } from "../../../agent/apply/apply-plan.ts";
import { takeLock } from "../../../agent/apply/state/lock.ts";
import { STATE_FOLDER } from "../../../agent/apply/state/own-folders.ts";
import { newJournal, writeJournal } from "../../../agent/apply/transaction/journal.ts";
import { formatStatus } from "../../../agent/cli/print/print-status.ts";
import { choosePaint } from "../../../agent/cli/text.ts";
import { gatherStatus } from "../../../agent/inspect/gather-status.ts";
import { Refusal } from "../../../agent/refusal.ts";
import {
  CANARY,
  fetched,
  fileStep,
  makeRunnable,
  optionsFor,
  planOf,
  secretStep,
  SECRETS_FOLDER,
  type Scratch,
} from "../support/scratch.ts";

const PLAN = planOf(
  secretStep("db", { password: `${SECRETS_FOLDER}/db/password` }),
  fileStep("/etc/a", "a\n"),
  fileStep("/etc/b", "b\n"),
);

const REPORT = "run/parbake/report.json";
const MANAGED = "var/lib/parbake/managed.json";

function edit(scratch: Scratch, path: string, change: (document: any) => void): void {
  const document = JSON.parse(readFileSync(scratch.path(path), "utf8"));
  change(document);
  writeFileSync(scratch.path(path), JSON.stringify(document));
}

function replaceByFifo(scratch: Scratch, path: string): void {
  rmSync(scratch.path(path));
  assert.equal(spawnSync("mkfifo", [scratch.path(path)]).status, 0);
}

const NO_REPORT = "/run/parbake/report.json is not a report of this version of parbake";
const DAMAGED =
  "/var/lib/parbake/managed.json is damaged: parbake takes each file whose entry it cannot read for one that it never wrote";
const NO_JOURNAL = "/var/lib/parbake/journal.json is not a journal of this version of parbake";
const OPEN = "a record of parbake's, may be written to by every user";

const DAMAGES: readonly (readonly [title: string, damage: (scratch: Scratch) => void, what: string])[] = [
  ["a report that is cut short", (it) => truncateSync(it.path(REPORT), 100), NO_REPORT],
  ["a report of a few fields", (it) => it.write(REPORT, '{"schema":1,"result":"done"}'), NO_REPORT],
  ["a report from no time", (it) => edit(it, REPORT, (report) => (report.startedAt = "yesterday")), NO_REPORT],
  ["a report with invalid problems", (it) => edit(it, REPORT, (report) => (report.problems = [null])), NO_REPORT],
  ["a report whose lists are texts", (it) => edit(it, REPORT, (report) => (report.held = "all")), NO_REPORT],
  ["a report that is a FIFO", (it) => replaceByFifo(it, REPORT), NO_REPORT],
  ["a report that is a folder", (it) => (rmSync(it.path(REPORT)), mkdirSync(it.path(REPORT))), NO_REPORT],
  ["a report for every user to write", (it) => chmodSync(it.path(REPORT), 0o666), `/run/parbake/report.json, ${OPEN}`],
  ["a record of files that is cut short", (it) => truncateSync(it.path(MANAGED), 50), DAMAGED],
  ["a record of files with an odd mode", (it) => edit(it, MANAGED, ({ files }) => (files[0].mode = "0644")), DAMAGED],
  ["a record of files that is a FIFO", (it) => replaceByFifo(it, MANAGED), DAMAGED],
  [
    "a record of files with odd versions",
    (it) => edit(it, MANAGED, ({ files }) => (files[2].versionIds = [1])),
    DAMAGED,
  ],
  ["a journal that is a list", (it) => it.write("var/lib/parbake/journal.json", "[]"), NO_JOURNAL],
  ["a journal that is a dangling link", (it) => symlinkSync("x", it.path("var/lib/parbake/journal.json")), NO_JOURNAL],
];

async function applied(): Promise<Scratch> {
  const scratch = makeRunnable();
  await applyPlan(PLAN, optionsFor(scratch.root, { fetchSecret: async () => fetched({ password: CANARY }) }));
  return scratch;
}

function states(scratch: Scratch): string[] {
  const { files } = gatherStatus(scratch.root, Date.now());
  return files.map(({ path, state, drift }) => [path, state, ...drift].join(" "));
}

describe("gatherStatus", () => {
  it("says so where parbake never ran", () => {
    const status = gatherStatus(makeRunnable().root, Date.now());
    assert.deepEqual([status.inSync, status.reasons], [false, ["parbake has never run here"]]);
    assert.deepEqual([status.lastRun, status.lastRunAgeMs, status.generation, status.files], [null, null, null, []]);
  });

  it("is refused as a whole where the root is no folder", () => {
    const what = "/none-such-root is not a folder";
    assert.throws(
      () => gatherStatus("/none-such-root", Date.now()),
      new Refusal("usage", { what, fix: "Give --root a folder." }),
    );
  });

  it("says once what is wrong with a folder that several records lie in", () => {
    const scratch = makeRunnable();
    mkdirSync(scratch.path("/run/parbake"), { recursive: true });
    chmodSync(scratch.path("/run/parbake"), 0o777);
    const said = gatherStatus(scratch.root, Date.now()).unreadable.map(({ what }) => what);
    assert.deepEqual(said, [...new Set(said)]);
    assert.equal(said.length, 1, said.join("\n"));
  });

  it("is in sync after a run, with its age and its id", async () => {
    const scratch = await applied();
    edit(scratch, REPORT, (report) =>
      Object.assign(report, { startedAt: "2026-11-29T08:00:00.000Z", tookMs: 1_500.5 }),
    );
    const status = gatherStatus(scratch.root, Date.parse("2026-11-29T08:01:01.500Z"));
    assert.deepEqual([status.inSync, status.reasons], [true, []]);
    assert.deepEqual(states(scratch), ["/etc/a in sync", "/etc/b in sync", `${SECRETS_FOLDER}/db/password in sync`]);
    assert.equal(status.generation, status.lastRun?.runId);
    assert.equal(status.lastRunAgeMs, 60_000);
  });

  it("tells version and age of each stored secret, to those who may not look into the folder by the report", async () => {
    const scratch = await applied();
    const tell = () =>
      gatherStatus(scratch.root, Date.now() + 60_000).secrets.map(({ name, id, versionId, ageMs }) => {
        assert.ok(ageMs >= 60_000 && ageMs < 120_000, String(ageMs));
        return `${name} ${id} ${versionId}`;
      });
    assert.deepEqual(tell(), ["db prod/db version-1"]);
    rmSync(scratch.path(`${SECRETS_FOLDER}/..data/.versions.json`));
    assert.deepEqual(tell(), ["db prod/db version-1"]);
  });

  it("knows a secret's file at the top of the folder, where its name is a symlink into the generation", async () => {
    const scratch = makeRunnable();
    const plan = planOf(secretStep("db", { password: `${SECRETS_FOLDER}/password` }));
    await applyPlan(plan, optionsFor(scratch.root, { fetchSecret: async () => fetched({ password: CANARY }) }));
    assert.deepEqual(states(scratch), [`${SECRETS_FOLDER}/password in sync`]);
    rmSync(scratch.path(`${SECRETS_FOLDER}/..data/password`));
    assert.deepEqual(states(scratch), [`${SECRETS_FOLDER}/password missing`]);
  });

  it("compares owner and mode of a secret's file, and not its content", async () => {
    const scratch = await applied();
    const file = scratch.path(`${SECRETS_FOLDER}/..data/db/password`);
    chmodSync(file, 0o600);
    writeFileSync(file, "other");
    chmodSync(file, 0o444);
    assert.deepEqual(states(scratch).at(-1), `${SECRETS_FOLDER}/db/password drifted mode`);
    const { inSync, reasons } = gatherStatus(scratch.root, Date.now());
    assert.deepEqual([inSync, reasons], [false, ["files were changed by hand"]]);
    edit(scratch, MANAGED, ({ files }) => (files[2].attributes.uid += 1));
    assert.deepEqual(states(scratch).at(-1), `${SECRETS_FOLDER}/db/password drifted owner mode`);
    edit(scratch, MANAGED, ({ files }) => delete files[2].attributes);
    assert.equal(gatherStatus(scratch.root, Date.now()).unreadable.length, 1);
    edit(scratch, MANAGED, ({ files }) => (files[2].attributes = { uid: 0, gid: 0, mode: "0400" }));
    assert.equal(gatherStatus(scratch.root, Date.now()).unreadable.length, 1);
  });

  it("keeps the generation through a run that changes nothing", async () => {
    const scratch = await applied();
    const { generation } = gatherStatus(scratch.root, Date.now());
    await applyPlan(PLAN, optionsFor(scratch.root, { fetchSecret: async () => fetched({ password: CANARY }) }));
    const status = gatherStatus(scratch.root, Date.now());
    assert.equal(status.generation, generation);
    assert.notEqual(status.lastRun?.runId, generation);
  });

  it("tells an edit since its time, another mode, a symlink and a missing file apart", async () => {
    const scratch = await applied();
    writeFileSync(scratch.path("etc/a"), "edited\n");
    utimesSync(scratch.path("etc/a"), 1_700_000_000, 1_700_000_000);
    chmodSync(scratch.path("etc/b"), 0o600);
    rmSync(scratch.path(`${SECRETS_FOLDER}/db/password`));
    assert.deepEqual(states(scratch), [
      "/etc/a drifted content",
      "/etc/b drifted mode",
      `${SECRETS_FOLDER}/db/password missing`,
    ]);
    const { files, reasons } = gatherStatus(scratch.root, Date.now());
    assert.equal(files[0]!.driftedSince, "2023-11-14T22:13:20.000Z");
    assert.deepEqual(reasons, ["files were changed by hand", "files are missing"]);
    rmSync(scratch.path("etc/b"));
    symlinkSync("a", scratch.path("etc/b"));
    assert.equal(states(scratch)[1], "/etc/b drifted kind");
  });

  it("is in sync with an edit that the config lets stay", async () => {
    const scratch = makeRunnable();
    const plan = planOf({ ...fileStep("/etc/a", "a\n"), onDrift: "keep" });
    await applyPlan(plan, optionsFor(scratch.root));
    writeFileSync(scratch.path("etc/a"), "edited\n");
    await applyPlan(plan, optionsFor(scratch.root));
    const { inSync, files } = gatherStatus(scratch.root, Date.now());
    assert.deepEqual([inSync, files[0]!.state, files[0]!.drift], [true, "kept", ["content"]]);
  });

  it("knows after a reboot that there was no run yet, and what is missing", async () => {
    const scratch = await applied();
    rmSync(scratch.path("run"), { recursive: true });
    mkdirSync(scratch.path("run"));
    const { reasons, generation } = gatherStatus(scratch.root, Date.now());
    assert.deepEqual(reasons, ["parbake has not run since the machine started", "files are missing"]);
    assert.match(generation!, /^\d{4}-.*Z-\d+$/);
  });

  it("tells of a failed run, and of one that was cut short with what it owes", async () => {
    const scratch = await applied();
    const broken = planOf(fileStep("/etc/none/x", "x"));
    await assert.rejects(applyPlan(broken, optionsFor(scratch.root)), Refusal);
    const actions = [{ action: "reload", unit: "nginx.service" }] as const;
    const followUp = { reloadsManager: false, actions, healthChecks: [] };
    const journal = newJournal({ changes: [], followUp, managed: null });
    writeJournal(scratch.root, STATE_FOLDER, { ...journal, phase: "act" });
    const { reasons, interrupted, interruptions, owed } = gatherStatus(scratch.root, Date.now());
    assert.deepEqual(reasons, ["the last run failed", "a run was cut short", "reloads or restarts are owed"]);
    assert.deepEqual([interrupted, owed], ["act", actions]);
    assert.deepEqual(interruptions, [{ phase: "act", since: journal.since, next: "finished", paths: [] }]);
  });

  it("takes nothing of a run that goes on for one that was cut short, and says so once it is", async () => {
    const scratch = await applied();
    const actions = [{ action: "reload", unit: "nginx.service" }] as const;
    const followUp = { reloadsManager: false, actions, healthChecks: [] };
    const lock = await takeLock(scratch.root, 0);
    const journal = newJournal({ changes: [], followUp, managed: null });
    writeJournal(scratch.root, STATE_FOLDER, { ...journal, phase: "act" });
    const { running, ...during } = gatherStatus(scratch.root, Date.now());
    assert.equal(running?.pid, process.pid);
    assert.ok(Math.abs(Date.parse(running.since) - Date.now()) < 60_000, running.since);
    assert.deepEqual(during.reasons, [`a run is going on (process ${process.pid}, since ${running.since})`]);
    assert.deepEqual([during.inSync, during.interrupted, during.interruptions, during.owed], [false, null, [], []]);
    lock.release();
    const after = gatherStatus(scratch.root, Date.now());
    assert.equal(after.running, null);
    assert.deepEqual(after.reasons, ["a run was cut short", "reloads or restarts are owed"]);
  });

  it("does not claim that there was no run while the very first one goes on", async () => {
    const scratch = makeRunnable();
    const lock = await takeLock(scratch.root, 0);
    assert.match(gatherStatus(scratch.root, Date.now()).reasons.join("; "), /^a run is going on \(process \d+, since /);
    lock.release();
    // It ended without a report.
    assert.deepEqual(gatherStatus(scratch.root, Date.now()).reasons, [
      "parbake has run since the machine started, and left no report: see `df /run` and `journalctl -u parbake.service`",
    ]);
  });

  it("owes nothing to the units of another boot", async () => {
    const scratch = await applied();
    const followUp = {
      reloadsManager: false,
      actions: [{ action: "reload", unit: "a.service" }],
      healthChecks: [],
    } as const;
    const journal = newJournal({ changes: [], followUp, managed: null });
    writeJournal(scratch.root, STATE_FOLDER, { ...journal, phase: "act", bootId: "another" });
    assert.deepEqual(gatherStatus(scratch.root, Date.now()).owed, []);
  });

  for (const [title, damage, what] of DAMAGES) {
    it(`goes on and says which record it cannot read: ${title}`, async () => {
      const scratch = await applied();
      damage(scratch);
      const status = gatherStatus(scratch.root, Date.now());
      assert.equal(status.inSync, false);
      assert.equal(status.reasons[0], "not all of parbake's own records can be read");
      assert.deepEqual(
        status.unreadable.map((problem) => problem.what),
        [`${scratch.root}${what}`],
      );
      assert.ok(formatStatus(status, choosePaint(false)).includes(`! ${scratch.root}${what}. `));
      // The other records are read.
      if (!what.includes("managed")) assert.equal(status.files.length, 3);
      if (!what.includes("report")) assert.equal(status.lastRun?.result, "done");
    });
  }

  it("holds nothing of a secret", async () => {
    const scratch = await applied();
    const text = JSON.stringify(gatherStatus(scratch.root, Date.now()));
    assert.ok(!text.includes(CANARY));
    assert.ok(!text.includes("sha256"));
  });
});
