import assert from "node:assert/strict";
import {
  applyUnitActions,
  isManagerInput,
  mergeActions,
  problemsOf,
  runsAsUnit,
  touchedUnits,
  type UnitContext,
} from "../../../../agent/apply/units/unit-actions.ts";
import type { OnChange } from "../../../../agent/config/config.ts";
import { startDeadline } from "../../../../agent/deadline.ts";
import type { CommandResult, RunCommand } from "../../../../agent/host/run-command.ts";

/** Answers by the command line; one that was not planned throws. */
function fakeSystemctl(answers: Readonly<Record<string, CommandResult | string>>) {
  const ran: string[] = [];
  const run: RunCommand = async (argv) => {
    const line = argv.join(" ");
    const answer = answers[line];
    if (answer === undefined) throw new Error(`unplanned command: ${line}`);
    ran.push(line);
    return typeof answer === "string" ? { kind: "exited", status: 0, output: answer } : answer;
  };
  return { run, ran };
}

const SHOW = "systemctl show --property=LoadState,ActiveState --";
const NGINX: OnChange = { action: "reload", unit: "nginx.service" };
const POSTGRESQL: OnChange = { action: "restart", unit: "postgresql.service" };

async function act(actions: OnChange[], run: RunCommand, more: Partial<UnitContext> = {}) {
  return applyUnitActions(actions, { run, noBlock: false, deadline: startDeadline(1_000), ...more });
}

describe("mergeActions", () => {
  it("names each unit once, and a restart beats a reload in either order", () => {
    const restart: OnChange = { action: "restart", unit: "nginx.service" };
    assert.deepEqual(mergeActions([NGINX, POSTGRESQL, restart, POSTGRESQL]), [restart, POSTGRESQL]);
    assert.deepEqual(mergeActions([restart, NGINX]), [restart]);
  });
});

describe("runsAsUnit", () => {
  it("is true only for the very process that systemd started", () => {
    assert.equal(runsAsUnit({ SYSTEMD_EXEC_PID: "42" }, 42), true);
    assert.equal(runsAsUnit({ SYSTEMD_EXEC_PID: "41" }, 42), false);
    assert.equal(runsAsUnit({}, 42), false);
  });
});

describe("applyUnitActions", () => {
  it("reloads or restarts what runs, and waits for it", async () => {
    const { run, ran } = fakeSystemctl({
      [`${SHOW} nginx.service`]: "LoadState=loaded\nActiveState=active\n",
      [`${SHOW} postgresql.service`]: "LoadState=loaded\nActiveState=activating\n",
      "systemctl reload -- nginx.service": "",
      "systemctl try-restart -- postgresql.service": "",
    });
    const outcomes = await act([NGINX, POSTGRESQL], run);
    assert.deepEqual(
      outcomes.map(({ report }) => report),
      [
        { unit: "nginx.service", action: "reload", outcome: "done" },
        { unit: "postgresql.service", action: "restart", outcome: "done" },
      ],
    );
    assert.equal(ran.length, 4);
  });

  it("does not wait for the jobs where that would deadlock the boot", async () => {
    const { run } = fakeSystemctl({
      [`${SHOW} postgresql.service`]: "LoadState=loaded\nActiveState=active\n",
      "systemctl try-restart --no-block -- postgresql.service": "",
    });
    assert.equal((await act([POSTGRESQL], run, { noBlock: true }))[0]!.report.outcome, "queued");
  });

  it("starts nothing that does not run, and knows of units that do not exist", async () => {
    const { run } = fakeSystemctl({
      [`${SHOW} nginx.service`]: "LoadState=loaded\nActiveState=inactive\n",
      [`${SHOW} postgresql.service`]: "LoadState=not-found\nActiveState=inactive\n",
    });
    const outcomes = await act([NGINX, POSTGRESQL], run);
    assert.deepEqual(
      outcomes.map(({ report }) => report.outcome),
      ["not running, nothing to do", "no such unit"],
    );
  });

  it("says so where there is no systemctl", async () => {
    const { run } = fakeSystemctl({ [`${SHOW} nginx.service`]: { kind: "absent" } });
    assert.equal((await act([NGINX], run))[0]!.report.outcome, "no systemd here");
  });

  it("stops at the first unit that fails, and tells what systemctl said of it", async () => {
    const { run } = fakeSystemctl({
      [`${SHOW} nginx.service`]: "LoadState=loaded\nActiveState=active\n",
      "systemctl reload -- nginx.service": { kind: "exited", status: 1, output: "Job for nginx.service failed.\n" },
    });
    const outcomes = await act([NGINX, POSTGRESQL], run);
    assert.deepEqual(
      outcomes.map(({ report }) => report.outcome),
      ["failed", "not tried: another failed"],
    );
    assert.deepEqual(problemsOf(outcomes), [
      {
        what: "nginx.service: `systemctl reload -- nginx.service` failed: exit status 1: Job for nginx.service failed",
        fix: "Look at `journalctl -u nginx.service`.",
      },
    ]);
    assert.deepEqual(touchedUnits(outcomes.map(({ report }) => report)), [NGINX]);
  });

  it("starts a unit again that failed of our own restart, its limit of starts set back; one that was stopped only after a rollback", async () => {
    const show = (state: string) => ({ [`${SHOW} nginx.service`]: `LoadState=loaded\nActiveState=${state}\n` });
    const commands = { "systemctl reset-failed -- nginx.service": "", "systemctl restart -- nginx.service": "" };
    const failed = fakeSystemctl({ ...show("failed"), ...commands });
    assert.equal((await act([NGINX], failed.run, { revive: "failed" }))[0]!.report.outcome, "done");
    assert.deepEqual(failed.ran.slice(1), [
      "systemctl reset-failed -- nginx.service",
      "systemctl restart -- nginx.service",
    ]);
    const stopped = fakeSystemctl({ ...show("inactive"), ...commands });
    assert.equal(
      (await act([NGINX], stopped.run, { revive: "failed" }))[0]!.report.outcome,
      "not running, nothing to do",
    );
    assert.equal((await act([NGINX], stopped.run, { revive: "all" }))[0]!.report.outcome, "done");
  });
});

describe("isManagerInput", () => {
  it("knows what systemd reads only on daemon-reload", () => {
    for (const path of [
      "/etc/systemd/system/nginx.service.d/memory.conf",
      "/etc/systemd/system/app.service",
      "/run/systemd/system/app.service",
      "/usr/local/lib/systemd/system/app.timer",
      "/etc/fstab",
    ])
      assert.equal(isManagerInput(path), true, path);
    for (const path of [
      "/etc/systemd/journald.conf",
      "/etc/nginx/nginx.conf",
      "/etc/fstab.d/x",
      "/etc/systemd/systemd",
    ])
      assert.equal(isManagerInput(path), false, path);
  });
});
