import assert from "node:assert/strict";
import type { Emulator } from "../../scripts/emulator/emulator.ts";
import { findObstacle, Machine } from "./support/machine.ts";
import { killing, type Point } from "./support/points.ts";
import { listRun, NEW, startAws, twoAtATime } from "./support/runs.ts";

/** What each wave makes: nothing is removed but in the last. */
const HARDWARE = ["updated", "created", "attributes", "dropIn"];
const SECRETS = ["removed", "secret"];

/** Longer than a wave waits to be joined with the next. */
const LATE_MS = 300;

const obstacle = findObstacle();

(obstacle === null ? describe : describe.skip)(
  `a run in waves that is cut short${obstacle === null ? "" : ` (skipped: ${obstacle})`}`,
  function () {
    this.timeout(600_000);
    let emulator: Emulator;
    let base: Machine;
    let points: Point[];

    before(async () => {
      emulator = await startAws();
      base = await Machine.make(emulator);
      base.declare("new", "apart");
      emulator.setFaults([{ match: { service: "secretsmanager" }, do: { kind: "delay", ms: LATE_MS } }]);
      points = await listRun(base);
    });
    after(async () => {
      base?.remove();
      await emulator?.close();
    });

    it("has one transaction after the other", () => {
      const ends = points.filter(({ line }) => /^unlink.*journal\.json/.test(line));
      assert.ok(ends.length >= 2, `${ends.length} journals are removed`);
    });

    it("leaves each wave whole, the earlier first, and to the next run what is left to do: killed at every call", async () => {
      let killed = 0;
      await twoAtATime(points, (point) =>
        base.onClone(async (machine) => {
          const at = `SIGKILL at ${point.call} ${point.number}: ${point.line}`;
          if ((await machine.run(killing(point))).signal === "SIGKILL") killed++;
          assertWavesWhole(machine, at);
          const next = await machine.run();
          assert.equal(next.status, 0, `the run after ${at}: ${next.stderr}`);
          assert.deepEqual(machine.versions(), NEW, at);
          for (const call of ["reload -- app.service new", "try-restart -- db.service new", "healthy new"])
            assert.ok(machine.calls().includes(call), `${at}: ${call} is owed still`);
          assert.deepEqual(machine.leftovers(), [], at);
        }),
      );
      assert.ok(killed > points.length * 0.9, `${killed} of ${points.length} were killed`);
    });
  },
);

function assertWavesWhole(machine: Machine, at: string): void {
  const versions = machine.versions();
  if (machine.hasJournal()) return;
  const [hardware, secrets] = [HARDWARE, SECRETS].map((wave) => new Set(wave.map((file) => versions[file])));
  const said = `${at}: ${JSON.stringify(versions)} without a journal`;
  assert.ok(hardware!.size === 1 && secrets!.size === 1, said);
  assert.ok(hardware!.has("new") || (hardware!.has("old") && secrets!.has("old")), said);
}
