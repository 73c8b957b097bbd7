import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { applyPlan } from "../../../agent/apply/apply-plan.ts";
import { takeLock } from "../../../agent/apply/state/lock.ts";
import { STATE_FOLDER } from "../../../agent/apply/state/own-folders.ts";
import { newJournal, writeJournal } from "../../../agent/apply/transaction/journal.ts";
import type { ContentPart } from "../../../agent/formats/content.ts";
import type { SecretStep } from "../../../agent/plan/plan.ts";
import { Refusal } from "../../../agent/refusal.ts";
import { readReport } from "../../../agent/report/report-file.ts";
import {
  CANARY,
  fetched,
  fileStep,
  isMemory,
  makeRunnable,
  makeScratch,
  optionsFor,
  planOf,
  secretStep,
  SECRETS_FOLDER,
  type Scratch,
} from "../support/scratch.ts";

const PASSWORD: ContentPart = { reference: { secret: "db", key: "password" }, format: "env" };

async function fetchCanary({ name }: SecretStep) {
  assert.equal(name, "db");
  return fetched({ password: CANARY, user: "app" });
}

async function fetchOnlyTwo({ name }: SecretStep) {
  if (name === "two") return fetched({ k: CANARY });
  throw new Refusal(name === "one" ? "unavailable" : "permission", { what: `${name} failed`, fix: "Wait." });
}

async function fetchWithBug(): Promise<never> {
  throw new TypeError(`cannot read ${CANARY}`);
}

function fullPlan() {
  return planOf(
    secretStep("db", { password: `${SECRETS_FOLDER}/db/password`, user: null }),
    fileStep("/etc/app.conf", "workers 4\n"),
    fileStep(`${SECRETS_FOLDER}/app.env`, ["PASSWORD=", PASSWORD, "\n"], { mode: 0o440 }),
  );
}

async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return error;
  }
  return assert.fail("nothing was refused");
}

/** Every path below the root but for parbake's own state, with all that a write would change. */
function snapshot({ root, path }: Scratch): Record<string, string> {
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" }).toSorted();
  const kept = paths.filter((it) => !/^run\/parbake(\/(lock.*|(first-)?report\.json))?$/.test(it));
  return Object.fromEntries(
    kept.map((it) => {
      const { ino, mtimeNs, ctimeNs, mode } = statSync(path(it), { bigint: true });
      return [it, statSync(path(it)).isFile() ? `${ino} ${mtimeNs} ${ctimeNs} ${mode}` : `${mode}`];
    }),
  );
}

/** Of a run that was killed while it swapped a file in whose folder is a link now. */
function leaveStuckJournal({ root, path }: Scratch): void {
  symlinkSync("/nowhere", path("etc/app"));
  const trust = { uids: [], gids: [] };
  const newName = ".a.conf.parbake-tmp.fedcba9876543210";
  const change = { kind: "create", path: "/etc/app/a.conf", trust, newName, newInode: "7" } as const;
  const followUp = { reloadsManager: false, actions: [], healthChecks: [] };
  mkdirSync(path("var/lib"), { recursive: true });
  writeJournal(root, STATE_FOLDER, newJournal({ changes: [change], followUp }));
}

describe("applyPlan", () => {
  it("writes files and secrets with exact modes, and reports it without a value", async () => {
    const scratch = makeRunnable();
    const report = await applyPlan(fullPlan(), optionsFor(scratch.root, { fetchSecret: fetchCanary }));
    assert.equal(readFileSync(scratch.path("etc/app.conf"), "utf8"), "workers 4\n");
    assert.equal(readFileSync(scratch.path(`${SECRETS_FOLDER}/db/password`), "utf8"), CANARY);
    assert.match(readFileSync(scratch.path(`${SECRETS_FOLDER}/app.env`), "utf8"), new RegExp(`^PASSWORD=.*${CANARY}`));
    assert.equal(statSync(scratch.path(`${SECRETS_FOLDER}/db/password`)).mode & 0o7777, 0o400);
    assert.equal(statSync(scratch.path(`${SECRETS_FOLDER}/app.env`)).mode & 0o7777, 0o440);
    assert.equal(statSync(scratch.path(`${SECRETS_FOLDER}/db`)).mode & 0o7777, 0o711);
    assert.equal(report.result, "done");
    assert.equal(report.changed, true);
    assert.deepEqual(report.secrets, [
      { name: "db", id: "prod/db", versionId: "version-1", source: "fetched", change: "create" },
    ]);
    assert.deepEqual(report.files, [
      { path: "/etc/app.conf", change: "create", validation: null, adopted: false, drift: null },
      { path: `${SECRETS_FOLDER}/app.env`, change: "create", validation: null, adopted: false, drift: null },
    ]);
    assert.equal(report.storage!.fileSystem, "tmpfs");
    assert.deepEqual(
      report.stages.map(({ name }) => name),
      ["lock", "check", "fetch", "stage", "validate", "swap", "units"],
    );
    assert.deepEqual(readReport(scratch.root), report);
    assert.equal(statSync(scratch.path("run/parbake/report.json")).mode & 0o7777, 0o644);
    assert.equal(JSON.stringify(report).includes("c4n4ry"), false);
  });

  it("changes nothing on a second run: same inodes, mtimes, ctimes, and says so", async () => {
    const scratch = makeRunnable();
    const options = optionsFor(scratch.root, { fetchSecret: fetchCanary });
    await applyPlan(fullPlan(), options);
    const before = snapshot(scratch);
    for (let run = 0; run < 5; run++) {
      const report = await applyPlan(fullPlan(), options);
      assert.equal(report.changed, false);
      assert.deepEqual(
        report.files.map(({ change }) => change),
        ["unchanged", "unchanged"],
      );
      assert.deepEqual(
        report.secrets.map(({ change }) => change),
        ["unchanged"],
      );
    }
    assert.deepEqual(snapshot(scratch), before);
  });

  it("erases the values when it is done with them", async () => {
    const scratch = makeRunnable();
    const secret = fetched({ password: CANARY, user: "app" });
    await applyPlan(fullPlan(), optionsFor(scratch.root, { fetchSecret: async () => secret }));
    assert.throws(() => secret.values.get("password")!.reveal(), /has been erased/);
  });

  it("asks for no secret that nothing uses", async () => {
    const scratch = makeRunnable();
    const plan = planOf(secretStep("unused", { password: null }), fileStep("/etc/a", "x"));
    const report = await applyPlan(plan, optionsFor(scratch.root));
    assert.deepEqual(report.secrets, []);
    assert.equal(report.storage, null);
  });

  it("asks for no secret where the secrets folder is on a disk (where the temporary folder is one)", async function () {
    const scratch = makeScratch("disk");
    if (isMemory(scratch.root)) this.skip();
    for (const folder of ["etc", SECRETS_FOLDER]) mkdirSync(scratch.path(folder), { recursive: true, mode: 0o755 });
    const refusal = await refusalOf(applyPlan(fullPlan(), optionsFor(scratch.root)));
    assert.equal(refusal.code, "cannot-write");
    assert.match(refusal.message, /is not on tmpfs or ramfs/);
    assert.deepEqual(readdirSync(scratch.path(SECRETS_FOLDER)), []);
    // It needs none.
    assert.deepEqual(readdirSync(scratch.path("etc")), ["app.conf"]);
  });

  it("finds every problem before it fetches a secret, and leaves the machine unchanged", async () => {
    const scratch = makeRunnable();
    scratch.write("etc/app.conf", "old");
    rmdirSync(scratch.path(SECRETS_FOLDER));
    const before = snapshot(scratch);
    const plan = planOf(
      secretStep("db", { password: `${SECRETS_FOLDER}/db/password` }),
      fileStep("/etc/other.conf", "x", { owner: "nobody-here" }),
      fileStep("/etc/missing/x", "x"),
      fileStep("/etc/app.conf", "new"),
      fileStep("/srv/x", "x"),
    );
    const refusal = await refusalOf(applyPlan(plan, optionsFor(scratch.root)));
    assert.deepEqual(
      refusal.problems.map(({ what }) => what),
      [
        `the secrets folder ${scratch.path(SECRETS_FOLDER)} does not exist`,
        "/etc/other.conf: there is no user 'nobody-here' in /etc/passwd",
        `the folder ${scratch.path("etc/missing")} does not exist`,
        `the folder ${scratch.path("srv")} does not exist`,
      ],
    );
    assert.deepEqual(snapshot(scratch), before);
    const report = readReport(scratch.root)!;
    assert.equal(report.result, "failed");
    assert.equal(report.changed, false);
    assert.deepEqual(report.problems, refusal.problems);
  });

  it("refuses a secret that every user could read, or that would land outside of the secrets folder", async () => {
    const scratch = makeRunnable();
    const plan = planOf(
      secretStep("db", { password: `${SECRETS_FOLDER}/db/password` }, 0o444),
      fileStep("/etc/app.env", [PASSWORD], { mode: 0o400 }),
    );
    const refusal = await refusalOf(applyPlan(plan, optionsFor(scratch.root)));
    assert.equal(refusal.code, "config");
    assert.deepEqual(
      refusal.problems.map(({ what }) => what),
      [
        `${SECRETS_FOLDER}/db/password would hold a secret that every user can reach (mode 0444)`,
        `/etc/app.env would hold a secret outside of ${SECRETS_FOLDER}`,
      ],
    );
  });

  it("leaves its wave unchanged, new folders included, when one of many files cannot be staged", async () => {
    const scratch = makeRunnable();
    scratch.write("etc/a", "old");
    mkdirSync(scratch.path("etc/z"));
    const before = snapshot(scratch);
    const plan = planOf(...fullPlan().steps, fileStep("/etc/a", "new"), fileStep("/etc/z", "new"));
    const refusal = await refusalOf(applyPlan(plan, optionsFor(scratch.root, { fetchSecret: fetchCanary })));
    assert.match(refusal.message, /etc\/z is a folder/);
    const inEtc = (entries: object) => Object.entries(entries).filter(([path]) => path.startsWith("etc"));
    assert.deepEqual(inEtc(snapshot(scratch)), inEtc(before));
    assert.equal(readFileSync(scratch.path(`${SECRETS_FOLDER}/db/password`), "utf8"), CANARY);
  });

  it("puts the first file back when the second cannot be swapped", async () => {
    const scratch = makeRunnable();
    scratch.write("etc/a", "old a");
    const before = statSync(scratch.path("etc/a"), { bigint: true });
    const plan = planOf(fileStep("/etc/a", "new a"), fileStep("/etc/b", "new b"), fileStep("/etc/c", "new c"));
    // Somebody puts a folder in the way between the first swap and the second.
    const log = (_level: string, message: string) =>
      message.startsWith("swapped in") ? void mkdirSync(scratch.path("etc/b"), { recursive: true }) : undefined;
    const refusal = await refusalOf(applyPlan(plan, optionsFor(scratch.root, { log })));
    assert.match(refusal.message, /etc\/b changed after parbake inspected it/);
    const after = statSync(scratch.path("etc/a"), { bigint: true });
    assert.deepEqual([after.ino, after.mtimeNs], [before.ino, before.mtimeNs]);
    assert.deepEqual(readdirSync(scratch.path("etc")), ["a", "b"]);
    assert.equal(readReport(scratch.root)!.changed, false);
  });

  it("applies everything that needs no secret that cannot be fetched, reports each such secret, and fails", async () => {
    const scratch = makeRunnable();
    const secrets = ["one", "two", "three"].map((name) => secretStep(name, { k: `${SECRETS_FOLDER}/${name}` }));
    const reload = (unit: string) => ({ onChange: [{ action: "reload" as const, unit }] });
    const plan = planOf(
      ...secrets,
      fileStep("/etc/a", "plain", reload("a.service")),
      fileStep("/etc/b", `key ${SECRETS_FOLDER}/one`, reload("b.service")),
    );
    const said: string[] = [];
    const log = (level: string, message: string) => void (level === "warn" && said.push(message));
    const refusal = await refusalOf(applyPlan(plan, optionsFor(scratch.root, { fetchSecret: fetchOnlyTwo, log })));
    assert.equal(refusal.code, "permission");
    assert.equal(refusal.message, "one failed. Wait.\nthree failed. Wait.");
    assert.deepEqual(readdirSync(scratch.path(SECRETS_FOLDER)), ["..data", "..gen-1", "two"]);
    assert.deepEqual(readdirSync(scratch.path("etc")), ["a"]);
    assert.deepEqual(readdirSync(scratch.path("run/parbake/ready")), ["a.service"]);
    assert.deepEqual(said, ["b.service is held back: it needs /etc/b"]);
    const { result, changed, held } = readReport(scratch.root)!;
    assert.deepEqual([result, changed], ["failed", true]);
    assert.deepEqual(
      held.map(({ what, units, because }) => [what, units, because[0]!.what]),
      [
        ["secret one", [], "one failed"],
        ["secret three", [], "three failed"],
        ["/etc/b", ["b.service"], "one failed"],
      ],
    );
  });

  it("leaves all secrets as they are where one that is stored cannot be fetched anew, and is not to blame for the rest", async () => {
    const scratch = makeRunnable();
    const secrets = ["one", "two"].map((name) => secretStep(name, { k: `${SECRETS_FOLDER}/${name}` }));
    await applyPlan(planOf(...secrets), optionsFor(scratch.root, { fetchSecret: async () => fetched({ k: "first" }) }));
    const before = statSync(scratch.path(`${SECRETS_FOLDER}/two`)).ino;
    const plan = planOf(...secrets, fileStep("/etc/a", "plain"));
    const again = optionsFor(scratch.root, { fetchSecret: fetchOnlyTwo, force: true });
    assert.equal((await refusalOf(applyPlan(plan, again))).message, "one failed. Wait.");
    assert.deepEqual(readdirSync(scratch.path(SECRETS_FOLDER)), ["..data", "..gen-1", "one", "two"]);
    assert.equal(statSync(scratch.path(`${SECRETS_FOLDER}/two`)).ino, before);
    assert.equal(readFileSync(scratch.path("etc/a"), "utf8"), "plain");
  });

  it("reports our own bug without its message, for it may quote a value", async () => {
    const scratch = makeRunnable();
    await assert.rejects(applyPlan(fullPlan(), optionsFor(scratch.root, { fetchSecret: fetchWithBug })), TypeError);
    const text = readFileSync(scratch.path("run/parbake/report.json"), "utf8");
    assert.equal(JSON.parse(text).problems[0].what, "a bug in parbake");
    assert.equal(text.includes("c4n4ry"), false);
  });

  it("leaves the report of the run that holds the lock alone", async () => {
    const scratch = makeRunnable();
    const lock = await takeLock(scratch.root, 0);
    const refusal = await refusalOf(applyPlan(planOf(), optionsFor(scratch.root)));
    lock.release();
    assert.equal(refusal.code, "locked");
    assert.equal(existsSync(scratch.path("run/parbake/report.json")), false);
  });

  it("tells that its record is damaged also where it refuses the rest", async () => {
    const scratch = makeRunnable();
    scratch.write("var/lib/parbake/managed.json", "{");
    await refusalOf(applyPlan(planOf(fileStep("/missing/x", "x")), optionsFor(scratch.root)));
    const { problems, warnings } = readReport(scratch.root)!;
    assert.match(problems[0]!.what, /\/missing/);
    assert.match(warnings[0]!.what, /managed\.json/);
  });

  it("leaves a report where the old files of an earlier run cannot be put back, whether the plan was saved or not", async () => {
    for (const recheck of [undefined, () => assert.fail("the plan is compared with a machine that is not recovered")]) {
      const scratch = makeRunnable();
      leaveStuckJournal(scratch);
      const refusal = await refusalOf(applyPlan(planOf(), optionsFor(scratch.root, recheck && { recheck })));
      assert.equal(refusal.code, "cannot-write");
      const { result, recovered, problems } = readReport(scratch.root)!;
      assert.deepEqual([result, recovered], ["failed", null]);
      assert.match(problems[0]!.what, /\/etc\/app\/a\.conf could not be restored$/);
      assert.equal(existsSync(scratch.path("var/lib/parbake/journal.json")), true);
    }
  });

  it("leaves no report of a saved plan where the lock cannot be taken, for another run may have left one", async () => {
    const scratch = makeRunnable();
    scratch.write("run/parbake/lock/foreign", "");
    const refusal = await refusalOf(applyPlan(planOf(), optionsFor(scratch.root, { recheck() {} })));
    assert.equal(refusal.code, "cannot-write");
    assert.equal(existsSync(scratch.path("run/parbake/report.json")), false);
    await refusalOf(applyPlan(planOf(), optionsFor(scratch.root)));
    assert.equal(readReport(scratch.root)!.result, "failed");
  });

  it("leaves no report where a saved plan no longer fits a machine with no run to recover", async () => {
    const scratch = makeRunnable();
    const recheck = () => {
      throw new Refusal("cannot-write", { what: "it moved on", fix: "Plan again." });
    };
    await refusalOf(applyPlan(planOf(), optionsFor(scratch.root, { recheck })));
    assert.equal(existsSync(scratch.path("run/parbake/report.json")), false);
  });

  it("gives the lock back after a failure", async () => {
    const scratch = makeRunnable();
    await refusalOf(applyPlan(planOf(fileStep("/missing/x", "x")), optionsFor(scratch.root)));
    await applyPlan(planOf(), optionsFor(scratch.root));
  });

  it("leaves every file whole when it is killed between two swaps, and the next run finishes and tidies up", async () => {
    const script = new URL("../support/apply-and-die.ts", import.meta.url).pathname;
    const die = (root: string, swaps: number, text: string) =>
      spawnSync(process.execPath, [script, root, String(swaps), text], { encoding: "utf8" });
    for (const swaps of [1, 3]) {
      const scratch = makeRunnable();
      assert.equal(die(scratch.root, -1, "old").status, 0);
      assert.equal(die(scratch.root, swaps, "new").signal, "SIGKILL");
      const texts = ["a", "b", "c", "d"].map((name) => readFileSync(scratch.path(`etc/${name}`), "utf8"));
      assert.deepEqual(texts, [...Array(swaps).fill("new"), ...Array(4 - swaps).fill("old")]);
      assert.notDeepEqual(readdirSync(scratch.path("etc")), ["a", "b", "c", "d"]);
      assert.equal(die(scratch.root, -1, "new").status, 0);
      assert.deepEqual(readdirSync(scratch.path("etc")), ["a", "b", "c", "d"]);
      assert.equal(readFileSync(scratch.path("etc/d"), "utf8"), "new");
      rmSync(scratch.root, { recursive: true });
    }
  });
});
