import assert from "node:assert/strict";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import { findObstacle, Machine } from "./support/machine.ts";
import { killing, listing, readPoints, type Point } from "./support/points.ts";

/** What each wave makes: nothing is removed but in the last. */
const HARDWARE = ["updated", "created", "attributes", "dropIn"];
const SECRETS = ["removed", "secret"];

const NEW = { updated: "new", created: "new", removed: "new", attributes: "new", dropIn: "new", secret: "new" };

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
      const secret = (version: string) => ({
        name: `prod/${version}`,
        versions: [{ string: `{"password":"${version}"}` }],
      });
      emulator = await startEmulator({ world: { secrets: [secret("old"), secret("new")] } });
      base = await Machine.make(emulator);
      base.declare("new", "apart");
      emulator.setFaults([{ match: { service: "secretsmanager" }, do: { kind: "delay", ms: LATE_MS } }]);
      const machine = base.clone();
      const file = `${machine.root}/strace`;
      const run = await machine.run(listing(file));
      assert.equal(run.status, 0, run.stderr);
      assert.deepEqual(machine.versions(), NEW);
      points = readPoints(file);
      machine.remove();
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
      const failures: string[] = [];
      const queue = [...points];
      const worker = async () => {
        for (let point = queue.shift(); point !== undefined; point = queue.shift())
          await killAt(point).catch((error: unknown) => failures.push(String(error)));
      };
      await Promise.all([worker(), worker()]);
      assert.equal(failures.length, 0, failures.join("\n\n"));
    });

    async function killAt(point: Point): Promise<void> {
      const machine = base.clone();
      try {
        const at = `SIGKILL at ${point.call} ${point.number}: ${point.line}`;
        await machine.run(killing(point));
        assertWavesWhole(machine, at);
        const next = await machine.run();
        assert.equal(next.status, 0, `the run after ${at}: ${next.stderr}`);
        assert.deepEqual(machine.versions(), NEW, at);
        for (const call of ["reload -- app.service new", "try-restart -- db.service new", "healthy new"])
          assert.ok(machine.calls().includes(call), `${at}: ${call} is owed still`);
        assert.deepEqual(machine.leftovers(), [], at);
      } finally {
        machine.remove();
      }
    }
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
