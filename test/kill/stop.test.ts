import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Emulator } from "../../scripts/emulator/emulator.ts";
import { findObstacle, Machine } from "./support/machine.ts";
import { signalling, type Point } from "./support/points.ts";
import { listRun, NEW, OLD, startAws, twoAtATime } from "./support/runs.ts";

const SIGNALS = [
  ["TERM", 143],
  ["INT", 130],
  ["HUP", 129],
] as const;

const obstacle = findObstacle();

(obstacle === null ? describe : describe.skip)(
  `a run that is asked to stop${obstacle === null ? "" : ` (skipped: ${obstacle})`}`,
  function () {
    this.timeout(600_000);
    let emulator: Emulator;
    let base: Machine;
    let points: Point[];

    before(async () => {
      emulator = await startAws();
      base = await Machine.make(emulator);
      base.declare("new");
      points = await listRun(base);
    });
    after(async () => {
      base?.remove();
      await emulator?.close();
    });

    it("ends with 128 + the signal and all as it was, or with 0 and all new: by a signal in every call that changes something", async () => {
      assert.ok(points.length > 80, `${points.length} points`);
      const counts = { stopped: 0, done: 0 };
      await twoAtATime([...points.entries()], ([index, point]) => stopAt(point, index, counts));
      assert.ok(counts.stopped > points.length / 2, JSON.stringify(counts));
    });

    it("ends a validator and what that has started, and changes nothing", () =>
      base.onClone(async (machine) => {
        machine.write(
          "sbin/patient",
          "#!/bin/sh\nsleep 1000 &\necho $! >/run/pid; mv /run/pid /run/grandchild\nwait\n",
          0o755,
        );
        const config = machine.read("etc/parbake/parbake.yaml")!;
        const validated = "path: /etc/app/updated.conf, validate: [ /usr/local/sbin/patient ],";
        machine.write("etc/parbake/parbake.yaml", config.replace("path: /etc/app/updated.conf,", validated));
        const before = machine.snapshot();
        const run = await machine.signal([{ name: "SIGTERM", file: "run/grandchild" }]);
        assert.deepEqual(
          [run.status, run.stderr.trim().split("\n").at(-1)],
          [143, "parbake: stopped by SIGTERM: nothing was changed. Run parbake again."],
        );
        assert.ok(await hasEnded(machine.read("run/grandchild")!.trim()), "the grandchild lives on");
        assert.deepEqual(
          machine.snapshot().filter((line) => !line.startsWith("run/grandchild ")),
          before,
        );
        const report = JSON.parse(machine.read("run/parbake/report.json")!);
        assert.deepEqual(
          [report.result, report.changed, report.problems],
          ["failed", false, [{ what: "stopped by SIGTERM: nothing was changed", fix: "Run parbake again." }]],
        );
      }));

    it("gives the old files back to the units that have the new ones, where a reload hangs", () =>
      base.onClone(async (machine) => {
        machine.write("sbin/systemctl", hangingAt("try-restart new"), 0o755);
        const run = await machine.signal([{ name: "SIGINT", file: "run/hangs" }]);
        assert.equal(run.status, 130, run.stderr);
        assert.match(run.stderr, /^parbake: stopped by SIGINT: the old files were restored\. Run parbake again\.$/m);
        assert.deepEqual(machine.versions(), OLD);
        assert.deepEqual(machine.calls().slice(-3), [
          "daemon-reload old",
          "reload -- app.service old",
          "try-restart -- db.service old",
        ]);
        assert.equal(JSON.parse(machine.read("run/parbake/report.json")!).rolledBack, true);
        assert.deepEqual(machine.leftovers(), []);
      }));

    it("restores the old files to the end where a signal comes while it does, and tells why it had begun", () =>
      base.onClone(async (machine) => {
        machine.setHealth("sick");
        machine.write("sbin/systemctl", hangingAt("reload old", "sleep 0.3"), 0o755);
        const run = await machine.signal([{ name: "SIGHUP", file: "run/hangs" }]);
        assert.equal(run.status, 129, run.stderr);
        assert.match(run.stderr, /^parbake: stopped by SIGHUP: the old files were restored\./m);
        assert.match(run.stderr, /fails its health check/);
        assert.deepEqual(machine.versions(), OLD);
        assert.equal(machine.calls().at(-1), "try-restart -- db.service old");
        assert.deepEqual(machine.leftovers(), []);
      }));

    it("ends where it is at a second signal, and leaves the rest to the next run", () =>
      base.onClone(async (machine) => {
        machine.setHealth("sick");
        machine.write("sbin/systemctl", hangingAt("reload old"), 0o755);
        const run = await machine.signal([
          { name: "SIGINT", file: "run/hangs" },
          { name: "SIGTERM", file: null },
        ]);
        // Whichever is heard last: where both are pending, threads may take them in either order.
        assert.ok(run.status === 143 || run.status === 130, run.stderr);
        assert.match(
          run.stderr,
          /^parbake: stopped by SIG(TERM|INT) at once, as it was the second signal: the next run finishes or undoes what this one left\. Run parbake again\.$/m,
        );
        assert.ok(machine.hasJournal());
        assert.ok(await hasEnded(machine.read("run/hangs")!.trim()), "systemctl lives on");
        machine.setHealth("healthy");
        machine.write("sbin/systemctl", hangingAt("nothing"), 0o755);
        const next = await machine.run();
        assert.equal(next.status, 0, next.stderr);
        assert.deepEqual(machine.versions(), NEW);
        assert.deepEqual(machine.leftovers(), []);
      }));

    it("ends at its deadline, the rollback included, where systemctl hangs for good", () =>
      base.onClone(async (machine) => {
        machine.write("sbin/systemctl", "#!/bin/sh\nsleep 1000\n", 0o755);
        const startMs = performance.now();
        const run = await machine.run([], "--deadline", "2s");
        const tookMs = performance.now() - startMs;
        assert.equal(run.status, 71, run.stderr);
        assert.ok(tookMs > 1_500 && tookMs < 3_000, `${tookMs} ms`);
        assert.deepEqual(machine.versions(), OLD);
        assert.deepEqual(machine.leftovers(), []);
      }));

    async function stopAt(point: Point, index: number, counts: { stopped: number; done: number }): Promise<void> {
      const [signal, status] = SIGNALS[index % SIGNALS.length]!;
      const at = `SIG${signal} at ${point.call} ${point.number}: ${point.line}`;
      await base.onClone(async (machine) => {
        const before = machine.snapshot();
        const run = await machine.run(signalling(point, signal));
        assert.equal(run.signal, null, at);
        if (run.status === 0) {
          counts.done++;
          assert.deepEqual(machine.versions(), NEW, at);
        } else {
          counts.stopped++;
          assert.equal(run.status, status, `${at}: ${run.stderr}`);
          assert.match(
            run.stderr,
            new RegExp(`^parbake: stopped by SIG${signal}: (nothing was changed|the old files were restored)\\.`, "m"),
            at,
          );
          assert.deepEqual(machine.versions(), OLD, at);
          // The health check's own, which was ended within it.
          assert.deepEqual(
            machine.snapshot().filter((line) => !line.startsWith("run/inside ")),
            before,
            at,
          );
          assertToldOfOld(machine.calls(), at);
        }
        assert.deepEqual(machine.leftovers(), [], at);
        const next = await machine.run();
        assert.equal(next.status, 0, `the run after ${at}: ${next.stderr}`);
        assert.deepEqual(machine.versions(), NEW, at);
        assert.deepEqual(machine.leftovers(), [], at);
      });
    }
  },
);

/** A systemctl that says where it hangs, by its process, before it does so in the call that has these words in it. */
function hangingAt(words: string, how = "sleep 1000"): string {
  const [verb, version] = words.split(" ");
  return `#!/bin/sh
read -r version </etc/app/updated.conf
case $1 in show) echo ActiveState=active; exit ;; *) echo "$* $version" >>/run/systemctl.log ;; esac
[ "$1 $version" != "${verb} ${version}" ] || { echo $$ >/run/pid; mv /run/pid /run/hangs; ${how}; }
`;
}

/** One that was killed needs a moment of the processor to end. */
async function hasEnded(pid: string): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    const status = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, "utf8") : ") Z";
    if (/\) [ZX]/.test(status)) return true;
    await sleep(50);
  }
  return false;
}

/** Whoever heard of the new files has the old ones at the end. */
function assertToldOfOld(calls: readonly string[], at: string): void {
  for (const call of ["daemon-reload", "reload -- app.service", "try-restart -- db.service"]) {
    const told = calls.filter((line) => line.startsWith(call));
    assert.ok(told.length === 0 || told.at(-1) === `${call} old`, `${at}: ${calls.join(", ")}`);
  }
}
