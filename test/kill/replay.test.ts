// What ends parbake itself is not to do so at every run: a health check or a restart out of the journal of a run that it killed.

import assert from "node:assert/strict";
import type { Emulator } from "../../scripts/emulator/emulator.ts";
import { BINARY, runProgram } from "../binary/support/scratch-image.ts";
import { Machine } from "./support/machine.ts";
import { NEW, startAws } from "./support/runs.ts";

const SUICIDE = "#!/bin/sh\necho asked >>/run/systemctl.log\nkill -KILL $PPID\n";
const SYSTEMCTL = `#!/bin/sh
case $1 in show) echo ActiveState=active ;; *) echo "$*" >>/run/systemctl.log ;; esac
case $* in "try-restart -- db.service") kill -KILL $PPID ;; esac
`;
const IS_ROOT = process.geteuid!() === 0;

interface StatusJson {
  readonly inSync: boolean;
  readonly reasons: readonly string[];
  readonly interruptions: readonly {
    readonly phase: string;
    readonly since: string;
    readonly next: string;
    readonly paths: readonly string[];
  }[];
  readonly files: readonly { readonly path: string; readonly state: string }[];
}

(IS_ROOT ? describe : describe.skip)("a step that ends parbake itself", function () {
  this.timeout(60_000);
  let emulator: Emulator;
  let machine: Machine;

  before(async () => {
    emulator = await startAws();
  });
  after(() => emulator.close());
  beforeEach(async () => {
    machine = await Machine.make(emulator);
    machine.declare("new");
  });
  afterEach(() => machine.remove());

  async function killed(times: number): Promise<void> {
    for (let run = 1; run <= times; run++) assert.equal((await machine.run()).signal, "SIGKILL", `run ${run}`);
  }

  const status = (...parameters: string[]) =>
    runProgram(null, [BINARY, "status", "--root", machine.root, ...parameters]);

  it("is given up once it was taken up twice, where it is a health check: the new files stay", async () => {
    machine.write("sbin/healthy", SUICIDE, 0o755);
    await killed(3);
    const run = await machine.run();
    assert.equal(run.status, 0, run.stderr);
    assert.match(
      run.stderr,
      /parbake\.yaml:5:5: \/etc\/app\/updated\.conf: its health check `\/usr\/local\/sbin\/healthy` is given up: .* The new files stay, unchecked\./,
    );
    assert.deepEqual(machine.versions(), NEW);
    assert.deepEqual(machine.leftovers(), []);
    const report = JSON.parse(machine.read("run/parbake/report.json")!) as {
      readonly recovered: string;
      readonly healthChecks: unknown;
    };
    assert.equal(report.recovered, "finished");
    assert.deepEqual(report.healthChecks, [
      { path: "/etc/app/updated.conf", outcome: "given up: parbake did not come back from it" },
    ]);
    assert.equal(machine.calls().filter((call) => call === "asked").length, 3);
    assert.equal((await machine.run()).status, 0);
    assert.equal(machine.calls().filter((call) => call === "asked").length, 3);
  });

  it("is given up where it is a restart, and what comes after it is done", async () => {
    machine.write("sbin/systemctl", SYSTEMCTL, 0o755);
    await killed(3);
    const run = await machine.run();
    assert.equal(run.status, 0, run.stderr);
    assert.match(run.stderr, /parbake\.yaml:9:5: db\.service: its restart is given up: /);
    assert.deepEqual(machine.versions(), NEW);
    assert.deepEqual(machine.leftovers(), []);
    assert.equal(machine.calls().at(-1), "healthy new");
  });

  it("is not run out of the journal where the config no longer has it, or has another", async () => {
    machine.write("sbin/healthy", SUICIDE, 0o755);
    await killed(1);
    const config = machine.read("etc/parbake/parbake.yaml")!;
    machine.write("etc/parbake/parbake.yaml", config.replace(/,\s*healthCheck: \[[^\]]*\]/, ""));
    const run = await machine.run();
    assert.equal(run.status, 0, run.stderr);
    assert.match(run.stderr, /the health check of \/etc\/app\/updated\.conf is skipped: the plan no longer has one/);
    assert.equal(machine.calls().filter((call) => call === "asked").length, 1);
    assert.deepEqual(machine.versions(), NEW);
    assert.deepEqual(machine.leftovers(), []);
  });

  it("leaves a status that says what was cut short and what comes next, and takes the new files for nobody's edits", async () => {
    machine.write("sbin/healthy", SUICIDE, 0o755);
    await killed(1);
    const { status: exit, stdout } = await status("--json");
    const found = JSON.parse(stdout) as StatusJson;
    assert.equal(exit, 2);
    assert.deepEqual(found.reasons, ["a run was cut short", "reloads or restarts are owed"]);
    const [interruption, ...others] = found.interruptions;
    assert.deepEqual(others, []);
    assert.equal(interruption!.phase, "act");
    assert.equal(interruption!.next, "finished");
    assert.match(interruption!.since, /^\d{4}-\d\d-\d\dT.*Z$/);
    assert.ok(interruption!.paths.includes("/etc/app/updated.conf"), stdout);
    const states = new Map(found.files.map(({ path, state }) => [path, state]));
    for (const name of ["updated", "created", "removed", "attributes"])
      assert.equal(states.get(`/etc/app/${name}.conf`), "unfinished", `${name}: ${stdout}`);

    const { stdout: text } = await status();
    assert.match(
      text,
      /^cut short +a run, which began to change files at .*Z, was cut short with its new files in place/m,
    );
    assert.match(text, /^ +the next run reloads or restarts the rest, and restores the old files if one fails$/m);
    assert.match(text, /^ +\/etc\/app\/updated\.conf$/m);
    assert.ok(!text.includes("changed by hand"), text);

    machine.setHealth("healthy");
    machine.write("etc/app/created.conf", "mine\n");
    const after = JSON.parse((await status("--json")).stdout) as StatusJson;
    assert.ok(!after.files.some(({ path, state }) => path === "/etc/app/created.conf" && state === "unfinished"));
    assert.equal((await machine.run()).status, 0);
    const inSync = JSON.parse((await status("--json")).stdout) as StatusJson;
    assert.deepEqual(inSync.interruptions, []);
  });
});
