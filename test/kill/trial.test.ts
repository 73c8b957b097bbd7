import assert from "node:assert/strict";
import type { Emulator } from "../../scripts/emulator/emulator.ts";
import { findObstacle, Machine } from "./support/machine.ts";
import { killing, listing, readPoints, type Point } from "./support/points.ts";
import { NEW, OLD, startAws, twoAtATime } from "./support/runs.ts";

const TRIAL = ["apply", "--confirm", "1h"];

const obstacle = findObstacle();

(obstacle === null ? describe : describe.skip)(
  `a run that has to be confirmed, and is cut short${obstacle === null ? "" : ` (skipped: ${obstacle})`}`,
  function () {
    this.timeout(600_000);
    let emulator: Emulator;
    /** Before the run. */
    let base: Machine;

    before(async () => {
      emulator = await startAws();
      base = await Machine.make(emulator);
      base.declare("new");
    });
    after(async () => {
      base?.remove();
      await emulator?.close();
    });

    const onClone = <T>(isWaiting: boolean, work: (machine: Machine) => Promise<T>): Promise<T> =>
      base.onClone(async (machine) => {
        // Not once for all: a journal knows files by their inodes, which a copy does not have.
        if (isWaiting) assert.equal((await machine.play(TRIAL)).status, 0);
        return work(machine);
      });

    /** The points of a command, from the first record of parbake's that it writes. */
    const listPoints = (isWaiting: boolean, words: readonly string[]): Promise<Point[]> =>
      onClone(isWaiting, async (machine) => {
        const file = `${machine.root}/strace`;
        assert.equal((await machine.play(words, listing(file))).status, 0);
        const all = readPoints(file);
        const first = all.findIndex(({ line }) => /journal\.json|taken-back\.json/.test(line));
        return all.slice(first).filter(({ line }) => !/^writev?\([12]</.test(line));
      });

    /** @param isWaiting of the machine, which has done the run by then */
    async function killAtEach(
      isWaiting: boolean,
      words: readonly string[],
      afterwards: (machine: Machine, at: string) => Promise<void>,
    ): Promise<void> {
      const points = await listPoints(isWaiting, words);
      assert.ok(points.length > 20, `${points.length} points`);
      let killed = 0;
      await twoAtATime(points, (point) =>
        onClone(isWaiting, async (machine) => {
          if ((await machine.play(words, killing(point))).signal === "SIGKILL") killed++;
          await afterwards(machine, `SIGKILL at ${point.call} ${point.number}: ${point.line}`);
        }),
      );
      assert.ok(killed > points.length * 0.9, `${killed} of ${points.length} were killed`);
    }

    /** The way back is whole: the old files, nothing else, and every unit that heard of the new ones has heard of the old. */
    async function assertGoesBack(machine: Machine, at: string): Promise<void> {
      const { status, stderr } = await machine.play(["revert"]);
      assert.ok(status === 0 || status === 2, `${at}: ${status} ${stderr}`);
      assert.deepEqual(machine.versions(), OLD, at);
      assertHeardOfOld(machine, at);
      machine.declare("old");
      const next = await machine.run();
      assert.equal(next.status, 0, `${at}: ${next.stderr}`);
      assert.deepEqual([machine.versions(), machine.leftovers()], [OLD, []], at);
    }

    function assertHeardOfOld(machine: Machine, at: string): void {
      const calls = machine.calls();
      for (const call of ["reload -- app.service", "try-restart -- db.service"]) {
        const last = calls.findLast((line) => line.startsWith(call));
        assert.ok(last === undefined || last === `${call} old`, `${at}: the last was ${last}`);
      }
    }

    it("is never kept: killed at every call from its journal on, the timer's revert restores all that it had changed", () =>
      killAtEach(false, TRIAL, (machine, at) => assertGoesBack(machine, at)));

    it("goes back whole where the way back is cut short, too: at every call that changes something", () =>
      killAtEach(true, ["revert"], (machine, at) => assertGoesBack(machine, at)));

    it("goes back by the next apply as well where the way back was cut short, which then makes what the config says", () =>
      killAtEach(true, ["revert"], async (machine, at) => {
        machine.declare("old");
        const { status, stderr } = await machine.run();
        // Nothing was taken back yet, and its time is not over.
        if (status === 75) return assertGoesBack(machine, at);
        assert.equal(status, 0, `${at}: ${stderr}`);
        assert.deepEqual([machine.versions(), machine.leftovers()], [OLD, []], at);
        assertHeardOfOld(machine, at);
      }));

    it("stays once its confirmation has begun, and never half: killed at every call that changes something", () =>
      killAtEach(true, ["confirm"], async (machine, at) => {
        assert.deepEqual(machine.versions(), NEW, at);
        const again = await machine.play(["confirm"]);
        assert.ok(again.status === 0 || again.status === 2, `${at}: ${again.stderr}`);
        const next = await machine.run();
        assert.equal(next.status, 0, `${at}: ${next.stderr}`);
        assert.deepEqual([machine.versions(), machine.leftovers()], [NEW, []], at);
      }));
  },
);
