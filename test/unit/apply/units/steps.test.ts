// Each program of a run is a step that the report names.

import assert from "node:assert/strict";
import { checkHealth } from "../../../../agent/apply/units/check-health.ts";
import { applyUnitActions, reloadManager } from "../../../../agent/apply/units/unit-actions.ts";
import { validateFiles } from "../../../../agent/apply/units/validate-files.ts";
import { startDeadline } from "../../../../agent/deadline.ts";
import type { RunCommand } from "../../../../agent/host/run-command.ts";
import type { TimeStep } from "../../../../agent/time-step.ts";

describe("the steps of a run", () => {
  it("are its validators, reloads, restarts and health checks, named without their arguments", async () => {
    const names: string[] = [];
    const time: TimeStep = (name, work) => {
      names.push(name);
      return work(() => {});
    };
    const run: RunCommand = async () => ({
      kind: "exited",
      status: 0,
      output: "LoadState=loaded\nActiveState=active\n",
    });
    const context = { root: "/", deadline: startDeadline(1_000), run, time, noBlock: false };
    const argv = ["/usr/bin/app", "--token=hunter2", "{}"];
    const holds = { path: "/etc/app.conf", argv, holdsSecrets: false };
    await validateFiles([{ ...holds, stagedPath: "/etc/.app.conf.new" }], context);
    await reloadManager(context);
    await applyUnitActions(
      [
        { unit: "app.service", action: "reload" },
        { unit: "db.service", action: "restart" },
      ],
      context,
    );
    await checkHealth([{ ...holds, units: [] }], [], context);
    assert.deepEqual(names, [
      "validate /etc/app.conf",
      "systemctl daemon-reload",
      "reload app.service",
      "restart db.service",
      "health check of /etc/app.conf",
    ]);
  });
});
