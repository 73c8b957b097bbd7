import assert from "node:assert/strict";
import { checkHealth, type HealthCheck } from "../../../../agent/apply/units/check-health.ts";
import { startDeadline } from "../../../../agent/deadline.ts";
import type { CommandResult } from "../../../../agent/host/run-command.ts";
import type { UnitReport } from "../../../../agent/report/report.ts";

const CHECK: HealthCheck = {
  path: "/etc/app.conf",
  argv: ["/usr/bin/app", "--ping"],
  units: ["app.service"],
  holdsSecrets: false,
};
const DONE: UnitReport = { unit: "app.service", action: "reload", outcome: "done" };

async function check(
  checks: readonly HealthCheck[],
  result: CommandResult,
  { root = "/", noBlock = false, units = [DONE] }: { root?: string; noBlock?: boolean; units?: UnitReport[] } = {},
) {
  const asked: string[] = [];
  const run = async (argv: readonly string[]) => {
    asked.push(argv.join(" "));
    return result;
  };
  const { reports, refusals } = await checkHealth(checks, units, { root, noBlock, run, deadline: startDeadline(1000) });
  return {
    asked,
    outcomes: reports.map(({ outcome }) => outcome),
    refusals: refusals.map(({ code, problems }) => `${code}: ${problems[0]!.what}`),
  };
}

const exited = (status: number, output = ""): CommandResult => ({ kind: "exited", status, output });

describe("checkHealth", () => {
  it("asks the same question once, for whichever file", async () => {
    const other = { ...CHECK, path: "/etc/other.conf" };
    assert.deepEqual(await check([CHECK, other], exited(0)), {
      asked: ["/usr/bin/app --ping"],
      outcomes: ["passed", "passed"],
      refusals: [],
    });
  });

  it("tells of the file, the command and its words; of a file with secrets not the words", async () => {
    const failed = await check([CHECK], exited(3, "no route to db\n"));
    assert.deepEqual(failed.outcomes, ["failed"]);
    assert.deepEqual(failed.refusals, [
      "data: /etc/app.conf fails its health check `/usr/bin/app --ping`: exit status 3: no route to db",
    ]);
    const secret = await check([{ ...CHECK, holdsSecrets: true }], exited(3, "bad password hunter2\n"));
    assert.deepEqual(secret.refusals, [
      "data: /etc/app.conf fails its health check `/usr/bin/app --ping`: exit status 3",
    ]);
  });

  it("is worth another try where the check had no time or no process, which is no word on the files", async () => {
    for (const result of [
      { kind: "timed-out", output: "" },
      { kind: "not-started", errno: "EAGAIN" },
    ] as const)
      assert.match((await check([CHECK], result)).refusals[0]!, /^system: /);
  });

  it("does not ask where nothing has read the files yet, and says why", async () => {
    const stopped: UnitReport = { ...DONE, outcome: "not running, nothing to do" };
    const cases = [
      { options: { root: "/mnt/image" }, why: "not checked: --root" },
      { options: { noBlock: true }, why: "not checked: systemd holds the units' jobs until parbake ends" },
      { options: { units: [stopped] }, why: "not checked: no unit of it runs" },
    ];
    for (const { options, why } of cases)
      assert.deepEqual(await check([CHECK], exited(1), options), { asked: [], outcomes: [why], refusals: [] });
  });

  it("asks for a file without units of its own", async () => {
    assert.deepEqual((await check([{ ...CHECK, units: [] }], exited(0), { units: [] })).outcomes, ["passed"]);
  });
});
