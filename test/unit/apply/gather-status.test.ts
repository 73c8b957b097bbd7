import assert from "node:assert/strict";
import { chmodSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { gatherStatus } from "../../../agent/apply/gather-status.ts";
import { newJournal, writeJournal } from "../../../agent/apply/journal.ts";
import { applyPlan } from "../../../agent/apply/perform.ts";
import { STATE_FOLDER } from "../../../agent/apply/run-folder.ts";
import { Refusal } from "../../../agent/refusal.ts";
import {
  CANARY,
  fetched,
  fileStep,
  makeRunnable,
  optionsFor,
  planOf,
  removeScratches,
  secretStep,
  SECRETS_FOLDER,
  type Scratch,
} from "./scratch.ts";

const PLAN = planOf(
  secretStep("db", { password: `${SECRETS_FOLDER}/db/password` }),
  fileStep("/etc/a", "a\n"),
  fileStep("/etc/b", "b\n"),
);

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
  afterEach(removeScratches);

  it("says so where parbake never ran", () => {
    const status = gatherStatus(makeRunnable().root, Date.now());
    assert.deepEqual([status.inSync, status.reasons], [false, ["parbake has never run here"]]);
    assert.deepEqual([status.lastRun, status.lastRunAgeMs, status.generation, status.files], [null, null, null, []]);
  });

  it("is in sync after a run, with its age and its id", async () => {
    const scratch = await applied();
    const status = gatherStatus(scratch.root, Date.now() + 60_000);
    assert.deepEqual([status.inSync, status.reasons], [true, []]);
    assert.deepEqual(states(scratch), ["/etc/a in sync", "/etc/b in sync", `${SECRETS_FOLDER}/db/password in sync`]);
    assert.equal(status.generation, status.lastRun?.runId);
    assert.ok(status.lastRunAgeMs! >= 60_000 && status.lastRunAgeMs! < 120_000, String(status.lastRunAgeMs));
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
    const journal = newJournal({ changes: [], madeFolders: [], followUp, managed: null });
    writeJournal(scratch.root, STATE_FOLDER, { ...journal, phase: "act" });
    const { reasons, interrupted, owed } = gatherStatus(scratch.root, Date.now());
    assert.deepEqual(reasons, ["the last run failed", "a run was cut short", "reloads or restarts are owed"]);
    assert.deepEqual([interrupted, owed], ["act", actions]);
  });

  it("owes nothing to the units of another boot", async () => {
    const scratch = await applied();
    const followUp = {
      reloadsManager: false,
      actions: [{ action: "reload", unit: "a.service" }],
      healthChecks: [],
    } as const;
    const journal = newJournal({ changes: [], madeFolders: [], followUp, managed: null });
    writeJournal(scratch.root, STATE_FOLDER, { ...journal, phase: "act", bootId: "another" });
    assert.deepEqual(gatherStatus(scratch.root, Date.now()).owed, []);
  });

  it("holds nothing of a secret", async () => {
    const scratch = await applied();
    const text = JSON.stringify(gatherStatus(scratch.root, Date.now()));
    assert.ok(!text.includes(CANARY));
    assert.ok(!text.includes("sha256"));
  });
});
