import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import type { ApplyOptions } from "../../../../agent/apply/apply-options.ts";
import { applyPlan } from "../../../../agent/apply/apply-plan.ts";
import { isReplaced } from "../../../../agent/apply/change/make-change.ts";
import { findTrials } from "../../../../agent/apply/confirm/find-trials.ts";
import { startTrial } from "../../../../agent/apply/confirm/start-trial.ts";
import { readManaged } from "../../../../agent/apply/state/managed.ts";
import { STATE_FOLDER } from "../../../../agent/apply/state/own-folders.ts";
import { forgetTakenBack, readTakenBack } from "../../../../agent/apply/state/taken-back.ts";
import { writeJournal } from "../../../../agent/apply/transaction/journal.ts";
import { recoverTrial } from "../../../../agent/apply/transaction/recover.ts";
import { settle } from "../../../../agent/apply/transaction/transaction.ts";
import type { CommandResult, RunCommand } from "../../../../agent/host/run-command.ts";
import { gatherStatus } from "../../../../agent/inspect/gather-status.ts";
import type { Plan } from "../../../../agent/plan/plan.ts";
import { selectSteps } from "../../../../agent/plan/select-steps.ts";
import { Refusal } from "../../../../agent/refusal.ts";
import { readReport } from "../../../../agent/report/report-file.ts";
import {
  fetched,
  fileStep,
  makeRunnable,
  optionsFor,
  planOf,
  secretStep,
  type Scratch,
} from "../../support/scratch.ts";

const FIVE_MINUTES = 300_000;
const DB = secretStep("db", { password: "/run/parbake/secrets/db/password" });
const OLD = planOf(fileStep("/etc/updated", "old"), fileStep("/etc/removed", "old"), fileStep("/etc/mode", "x"), DB);
const NEW = planOf(
  fileStep("/etc/updated", "new"),
  fileStep("/etc/created", "new"),
  fileStep("/etc/mode", "x", { mode: 0o600 }),
  DB,
);

describe("a run that somebody has to confirm", () => {
  let scratch: Scratch;
  let ran: string[];
  let systemdRun: CommandResult;

  const run: RunCommand = async (argv) => {
    ran.push(argv.join(" "));
    return argv[0] === "systemd-run" ? systemdRun : { kind: "exited", status: 0, output: "" };
  };

  const options = (more: Partial<ApplyOptions> = {}) => optionsFor(scratch.root, { run, ...more });
  const secret = (password: string) => ({
    fetchSecret: async () => ({ ...fetched({ password }), versionId: password }),
    force: true,
  });
  const trial = (durationMs = FIVE_MINUTES): Partial<ApplyOptions> => ({
    startTrial: (transaction, context) => startTrial(transaction, durationMs, context),
  });
  const apply = (plan: Plan, more: Partial<ApplyOptions>) => applyPlan(plan, options(more));
  const refusalOf = async (work: Promise<unknown>): Promise<Refusal> => {
    const caught = await work.then(
      () => null,
      (error: unknown) => error,
    );
    assert.ok(caught instanceof Refusal, String(caught));
    return caught;
  };

  const read = (path: string) => (existsSync(scratch.path(path)) ? readFileSync(scratch.path(path), "utf8") : null);
  const seen = () => ({
    updated: read("etc/updated"),
    removed: read("etc/removed"),
    created: read("etc/created"),
    mode: (statSync(scratch.path("etc/mode")).mode & 0o777).toString(8),
    password: read("run/parbake/secrets/db/password"),
  });
  const leftovers = () =>
    readdirSync(scratch.root, { recursive: true, encoding: "utf8" }).filter(
      (path) => path.includes("parbake-tmp") || path.endsWith("journal.json"),
    );
  const generations = () =>
    readdirSync(scratch.path("run/parbake/secrets")).filter((name) => name.startsWith("..gen-"));

  const AS_OLD = { updated: "old", removed: "old", created: null, mode: "644", password: "one" };
  const AS_NEW = { updated: "new", removed: null, created: "new", mode: "600", password: "two" };

  beforeEach(async () => {
    scratch = makeRunnable();
    [ran, systemdRun] = [[], { kind: "exited", status: 0, output: "" }];
    await apply(OLD, secret("one"));
    assert.deepEqual(seen(), AS_OLD);
  });

  const takeBack = async () => {
    for (const each of findTrials(scratch.root, null)) {
      const { failure } = await recoverTrial(each, options());
      assert.equal(failure, null);
    }
  };

  it("knows what somebody has replaced since, which it leaves alone", async () => {
    await apply(NEW, { ...secret("two"), ...trial() });
    const replaced = () =>
      findTrials(scratch.root, null)
        .flatMap(({ journal }) => journal.changes)
        .filter((change) => isReplaced(scratch.root, change))
        .map(({ path }) => path)
        .toSorted();
    assert.deepEqual(replaced(), []);
    for (const path of ["etc/updated", "etc/removed", "etc/created"]) {
      scratch.write("etc/mine", "mine");
      renameSync(scratch.path("etc/mine"), scratch.path(path));
    }
    assert.deepEqual(replaced(), ["/etc/created", "/etc/removed", "/etc/updated"]);
    await takeBack();
    assert.deepEqual(seen(), { ...AS_OLD, updated: "mine", removed: "mine", created: "mine" });
  });

  it("has everything new in place, keeps what it takes to go back, and says until when", async () => {
    const before = Date.now();
    const { confirmUntil, result, runId } = await apply(NEW, { ...secret("two"), ...trial() });
    assert.deepEqual([result, seen()], ["done", AS_NEW]);
    const untilMs = Date.parse(confirmUntil!);
    assert.ok(untilMs >= before + FIVE_MINUTES && untilMs <= Date.now() + FIVE_MINUTES, confirmUntil!);
    assert.deepEqual(
      findTrials(scratch.root, runId).map(({ journal }) => journal.phase),
      ["confirm"],
    );
    assert.deepEqual(findTrials(scratch.root, "another run"), []);
    assert.equal(generations().length, 2);
    assert.equal(readManaged(scratch.root).files.has("/etc/created"), false);
    const { inSync, reasons, trials, interruptions, owed } = gatherStatus(scratch.root, Date.now());
    assert.deepEqual([inSync, interruptions, owed], [false, [], []]);
    assert.deepEqual(reasons, [
      `what the last run did waits for its confirmation until ${confirmUntil}: parbake confirm`,
    ]);
    assert.deepEqual(
      trials.map(({ until }) => until),
      [confirmUntil],
    );
    assert.equal(trials[0]?.paths.includes("/etc/updated"), true);
  });

  it("starts its timer before the first file is replaced, by the run's id", async () => {
    let atTimer: unknown;
    const watching: RunCommand = async (argv, timeoutMs) => {
      if (argv[0] === "systemd-run") atTimer = seen();
      return run(argv, timeoutMs);
    };
    const { runId } = await apply(NEW, { ...secret("two"), ...trial(90_500), run: watching });
    assert.deepEqual(atTimer, AS_OLD);
    const timer = ran.find((line) => line.startsWith("systemd-run "))!;
    assert.match(timer, / --on-active=91s --timer-property=AccuracySec=1s /);
    // Status 65: a journal that can't be read.
    assert.match(timer, / --property=RestartPreventExitStatus=65 /);
    assert.ok(timer.endsWith(` -- ${process.execPath} revert --run ${runId}`), timer);
    assert.ok(ran.indexOf("systemctl stop parbake-revert.timer") < ran.indexOf(timer), ran.join("\n"));
  });

  it("changes nothing where there can be no timer, and leaves nothing behind", async () => {
    systemdRun = { kind: "exited", status: 1, output: "Failed to start transient timer unit" };
    const { code, message } = await refusalOf(apply(NEW, { ...secret("two"), ...trial() }));
    assert.equal(code, "system");
    assert.match(message, /`systemd-run` failed, .*exit status 1: Failed to start transient timer unit/);
    assert.deepEqual([seen(), leftovers(), generations().length], [AS_OLD, [], 1]);
  });

  it("warns where no boot would take it back", async () => {
    const disabled: RunCommand = async (argv, timeoutMs) =>
      argv[1] === "is-enabled" ? { kind: "exited", status: 1, output: "disabled" } : run(argv, timeoutMs);
    const { warnings } = await apply(NEW, { ...secret("two"), ...trial(), run: disabled });
    assert.match(warnings.map(({ what }) => what).join(), /parbake\.service is not enabled/);
  });

  it("warns where the boot's run may not write what it would have to take back", async () => {
    const path = "etc/systemd/system/parbake.service.d/20-parbake-sandbox.conf";
    const warned = async (folders: readonly string[]) => {
      const lines = folders.map((folder) => `ReadWritePaths=-${folder}\n`).join("");
      scratch.write(path, `[Service]\nProtectSystem=strict\n${lines}`);
      const { warnings } = await apply(NEW, { ...secret("two"), ...trial() });
      await takeBack();
      return warnings.map(({ what }) => what);
    };
    assert.deepEqual(await warned(["/etc", "/run/parbake"]), []);
    assert.deepEqual(await warned(["/run/parbake"]), [
      "parbake.service may not write below /etc (/etc/systemd/system/parbake.service.d/20-parbake-sandbox.conf): if the machine reboots " +
        "before you confirm, it cannot take that back",
    ]);
  });

  it("is none where nothing changes: no timer, and nothing to confirm", async () => {
    ran = [];
    const { confirmUntil } = await apply(OLD, { ...secret("one"), ...trial() });
    assert.deepEqual([confirmUntil, ran, findTrials(scratch.root, null)], [null, [], []]);
  });

  it("stays once it is settled, and nothing is left of the old", async () => {
    await apply(NEW, { ...secret("two"), ...trial() });
    for (const each of findTrials(scratch.root, null)) settle(each, options());
    assert.deepEqual([seen(), leftovers(), generations().length], [AS_NEW, [], 1]);
    assert.equal(gatherStatus(scratch.root, Date.now()).inSync, true);
    assert.equal(readTakenBack(scratch.root), null);
  });

  it("goes back as it was: content, mode, the file that it made, the one that it removed, the secret", async () => {
    const { ino, mtimeNs } = statSync(scratch.path("etc/updated"), { bigint: true });
    await apply(NEW, { ...secret("two"), ...trial() });
    await takeBack();
    assert.deepEqual([seen(), leftovers(), generations().length], [AS_OLD, [], 1]);
    const now = statSync(scratch.path("etc/updated"), { bigint: true });
    assert.deepEqual([now.ino, now.mtimeNs], [ino, mtimeNs]);
    assert.equal(gatherStatus(scratch.root, Date.now()).inSync, true);
    assert.deepEqual(readTakenBack(scratch.root)?.paths.toSorted(), [
      "/etc/created",
      "/etc/mode",
      "/etc/removed",
      "/etc/updated",
    ]);
  });

  it("takes the marks of units and the links of credentials back that it made", async () => {
    const marks = scratch.path("run/parbake/ready");
    const credstore = scratch.path("run/credstore");
    mkdirSync(credstore, { mode: 0o700 });
    symlinkSync("/run/parbake/secrets/db/password", `${credstore}/db.password`);
    symlinkSync("/elsewhere", `${credstore}/foreign`);
    writeFileSync(`${marks}/web.service`, "");
    const before = readdirSync(marks);
    await apply(NEW, { ...secret("two"), ...trial() });
    writeFileSync(`${marks}/api.service`, "");
    symlinkSync("/run/parbake/secrets/db/other", `${credstore}/db.other`);
    assert.equal(existsSync(`${credstore}/db.password`), false);
    await takeBack();
    assert.deepEqual(readdirSync(marks), before);
    assert.deepEqual(readdirSync(credstore).toSorted(), ["db.password", "foreign"]);
    assert.equal(readlinkSync(`${credstore}/db.password`), "/run/parbake/secrets/db/password");
  });

  it("is not touched by another run while it waits: 75, its report stays", async () => {
    const { runId, confirmUntil } = await apply(NEW, { ...secret("two"), ...trial() });
    const { code, message } = await refusalOf(apply(OLD, secret("one")));
    assert.equal(code, "locked");
    assert.ok(
      message.includes(`waits for its confirmation until ${confirmUntil}. Confirm it: parbake confirm.`),
      message,
    );
    assert.deepEqual([seen(), readReport(scratch.root)?.runId], [AS_NEW, runId]);
    assert.equal(findTrials(scratch.root, runId).length, 1);
  });

  for (const [what, change] of [
    ["its time is over", { trial: { until: "2026-01-02T03:04:05.000Z" } }],
    ["the machine has rebooted", { bootId: "another" }],
    ["it was killed amid the reloads", { phase: "act" }],
  ] as const)
    it(`is taken back first of all by the next run where ${what}`, async () => {
      await apply(NEW, { ...secret("two"), ...trial() });
      const [{ journal }] = findTrials(scratch.root, null) as [ReturnType<typeof findTrials>[number]];
      const until = "trial" in change ? change.trial : {};
      writeJournal(scratch.root, STATE_FOLDER, { ...journal, ...change, trial: { ...journal.trial!, ...until } });
      const { recovered } = await apply(OLD, secret("one"));
      assert.deepEqual([recovered, seen(), leftovers()], ["rolled back", AS_OLD, []]);
    });

  it("is taken back when it was killed amid the swap, without a word of it", async () => {
    await apply(NEW, { ...secret("two"), ...trial() });
    const [{ journal }] = findTrials(scratch.root, null) as [ReturnType<typeof findTrials>[number]];
    writeJournal(scratch.root, STATE_FOLDER, { ...journal, phase: "swap" });
    await takeBack();
    assert.deepEqual([seen(), leftovers(), readTakenBack(scratch.root)], [AS_OLD, [], null]);
  });

  it("stays away at the next boot, whose config asks for it again, and comes when a person applies", async () => {
    await apply(NEW, { ...secret("two"), ...trial() });
    await takeBack();
    const boot = await apply(NEW, { ...secret("two"), noBlock: true });
    assert.deepEqual(seen(), { ...AS_OLD, password: "two" });
    assert.deepEqual(
      boot.warnings.map(({ what }) => what.replace(/at \d.*Z/, "at …")),
      [
        "/etc/updated, /etc/created, /etc/mode, /etc/removed: left as before, as nobody had confirmed what " +
          "`apply --confirm` made of it (taken back at …)",
      ],
    );
    // What units need is in place: none is held for what stays as it was.
    assert.deepEqual([boot.result, boot.held, existsSync(scratch.path("run/parbake/ready/all"))], ["done", [], true]);
    assert.equal(gatherStatus(scratch.root, Date.now()).inSync, true);
    await apply(NEW, secret("two"));
    assert.deepEqual(seen(), AS_NEW);
    forgetTakenBack(scratch.root);
    const { warnings } = await apply(NEW, { ...secret("two"), noBlock: true });
    assert.deepEqual(warnings, []);
  });

  it("stays away when secrets are refreshed, drop-ins that hand them over too", async () => {
    const handOff = "/etc/systemd/system/api.service.d/60-parbake-credentials.conf";
    mkdirSync(scratch.path("etc/systemd/system/api.service.d"), { recursive: true });
    const plan = planOf(...OLD.steps, fileStep(handOff, "[Service]\n"));
    await apply(plan, { ...secret("two"), ...trial() });
    await takeBack();
    await apply(selectSteps(plan, "secrets"), secret("two"));
    assert.equal(read(handOff.slice(1)), null);
    await apply(plan, secret("two"));
    assert.equal(read(handOff.slice(1)), "[Service]\n");
  });

  it("does not keep the next boot from making what is in the secrets folder, which a rotated secret has to reach", async () => {
    const value = { reference: { secret: "db", key: "password" }, format: "text" } as const;
    const withFile = (text: string) =>
      planOf(...OLD.steps, fileStep("/run/parbake/secrets/app.conf", [text, value], { mode: 0o600 }));
    const rendered = () => read("run/parbake/secrets/app.conf");
    await apply(withFile("old "), secret("one"));
    await apply(withFile("new "), { ...secret("one"), ...trial() });
    assert.equal(rendered(), "new one");
    await takeBack();
    assert.equal(rendered(), "old one");
    const { warnings } = await apply(withFile("new "), { ...secret("two"), noBlock: true });
    assert.deepEqual([rendered(), seen().password, warnings], ["new two", "two", []]);
  });

  it("leaves to a hand that has edited the new file what it made of it", async () => {
    await apply(NEW, { ...secret("two"), ...trial() });
    writeFileSync(scratch.path("etc/tmp"), "by hand");
    renameSync(scratch.path("etc/tmp"), scratch.path("etc/updated"));
    await takeBack();
    assert.equal(read("etc/updated"), "by hand");
  });
});
