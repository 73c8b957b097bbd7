import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import type { Emulator } from "../../scripts/emulator/emulator.ts";
import { findObstacle, Machine, type Run } from "./support/machine.ts";
import { failing, killing, listing, readHit, readPoints, type Hit, type Point } from "./support/points.ts";
import { listRun, NEW, OLD, startAws, twoAtATime } from "./support/runs.ts";

/** What the units must have heard at the latest after the next run, each after the new files were in place. */
const OWED = ["daemon-reload new", "reload -- app.service new", "try-restart -- db.service new", "healthy new"];

/** What a kernel says in that call when it cannot. */
const ERRORS: Readonly<Record<string, readonly string[]>> = {
  openat: ["ENOSPC", "EDQUOT", "EROFS", "EMFILE"],
  write: ["ENOSPC", "EIO", "EDQUOT"],
  rename: ["ENOSPC", "EIO", "EROFS"],
  link: ["ENOSPC", "EMLINK", "EPERM"],
  unlink: ["EIO", "EROFS"],
  mkdir: ["ENOSPC", "EROFS"],
  symlink: ["ENOSPC", "EIO"],
  rmdir: ["EIO", "EROFS"],
  fchmod: ["EIO", "EPERM"],
  fchown: ["EPERM", "EDQUOT"],
  fsync: ["EIO", "ENOSPC"],
  clone: ["EAGAIN", "ENOMEM"],
};

/** Until the error meets a call that changes something: how many calls come before varies from run to run. */
const MOST_TRIES = 12;

const STATUSES = [69, 71, 73, 77];

const obstacle = findObstacle();

(obstacle === null ? describe : describe.skip)(
  `a run that is cut short${obstacle === null ? "" : ` (skipped: ${obstacle})`}`,
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

    /** The points of a run on a machine that `prepare` brought about, up to the first removal of a journal. */
    async function listPoints(prepare: (machine: Machine) => Promise<void>): Promise<Point[]> {
      return base.onClone(async (machine) => {
        await prepare(machine);
        const file = `${machine.root}/strace`;
        await machine.run(listing(file));
        const all = readPoints(file);
        const last = all.findIndex(({ line }) => /^unlink.*journal\.json/.test(line));
        assert.ok(last > 0, "no journal is removed");
        return all.slice(0, last + 1);
      });
    }

    async function killAtEach(
      targets: readonly Point[],
      play: (machine: Machine, point: Point, at: string) => Promise<Run>,
      before = OLD,
    ) {
      let killed = 0;
      await twoAtATime(targets, (point) =>
        base.onClone(async (machine) => {
          const at = `SIGKILL at ${point.call} ${point.number}: ${point.line}`;
          const run = await play(machine, point, at);
          if (run.signal === "SIGKILL") killed++;
          assertWhole(machine, at, before);
          machine.setHealth("healthy");
          await assertFinishes(machine, at);
        }),
      );
      assert.ok(killed > targets.length * 0.9, `${killed} of ${targets.length} were killed`);
    }

    it("leaves each file whole, and to the next run what is left to do: killed at every call that changes something", async () => {
      assert.ok(points.length > 80, `${points.length} points`);
      await killAtEach(points, (machine, point) => machine.run(killing(point)));
    });

    it("says what is wrong, and leaves all as it was or a journal for the next run: an error in every such call", async () => {
      const cases = points.flatMap((point, index) => {
        const errors = ERRORS[nameOf(point)];
        assert.ok(errors, `no error is known for ${point.line}`);
        return isOwnOutput(point) ? [] : [{ point, errno: errors[index % errors.length]! }];
      });
      const before = base.snapshot();
      await twoAtATime(cases, async ({ point, errno }) => {
        for (let near = point, tries = 0; tries < MOST_TRIES; tries++) {
          const hit = await base.onClone((machine) => failAt(machine, near, errno, before));
          if (hit.kind === "change") return;
          near = { ...near, number: hit.nextNumber };
        }
        assert.fail(`${point.line} was never hit`);
      });
    });

    async function failAt(machine: Machine, point: Point, errno: string, before: string[]): Promise<Hit> {
      const at = `${errno} from ${point.call} ${point.number}: ${point.line}`;
      const file = `${machine.root}.strace`;
      const isOfUse = () => readHit(file, point).kind !== "other";
      const run = await machine.runWhile(isOfUse, failing(point, errno, file), "--deadline", "5s");
      const hit = readHit(file, point);
      rmSync(file);
      if (hit.kind !== "change") return hit;
      assertSaysWhy(run, at);
      if (run.status !== 0 && !machine.hasJournal() && !isAll(machine, NEW))
        assert.deepEqual(machine.snapshot(), before, at);
      assertWhole(machine, at);
      await assertFinishes(machine, at);
      return hit;
    }

    it("finishes restoring the old files where the run that began it was killed, and the units get them", async () => {
      const run = await listPoints(async (machine) => machine.setHealth("sick"));
      const begin = run.findLastIndex(({ line }) => /^rename.*journal\.json/.test(line)) + 1;
      assert.ok(begin > 0 && run.length - begin > 8, `${run.length - begin} points`);
      await killAtEach(run.slice(begin), async (machine, point, at) => {
        machine.setHealth("sick");
        const killed = await machine.run(killing(point));
        assertWhole(machine, at);
        // Now sick of nothing: what is owed of the old files is heard before the new ones come.
        machine.setHealth("healthy");
        const next = await machine.run();
        assert.equal(next.status, 0, next.stderr);
        for (const call of ["reload -- app.service old", "try-restart -- db.service old"])
          assert.ok(machine.calls().includes(call), `${at}: ${call} is owed still: ${machine.calls().join(", ")}`);
        return killed;
      });
    });

    it("makes a lost link of the secrets folder again, killed at every call that changes something", async () => {
      const prepare = async (machine: Machine) => machine.loseLink();
      const all = await listPoints(prepare);
      const begin = all.findIndex(({ line }) => line.includes("..gen-"));
      assert.ok(begin > 0 && all.length - begin > 20, `${all.length - begin} points`);
      const play = async (machine: Machine, point: Point) => {
        machine.loseLink();
        return machine.run(killing(point));
      };
      await killAtEach(all.slice(begin), play, { ...OLD, secret: "absent" });
    });

    for (const [what, isCutAt] of [
      ["amid the swap", ({ line }: Point) => /^rename.*memory\.conf/.test(line)],
      ["amid the reloads", (point: Point) => nameOf(point) === "clone"],
    ] as const) {
      it(`is as good when the next run is killed too, at every call that changes something: ${what}`, async () => {
        const first = points.findLast(isCutAt)!;
        const cut = async (machine: Machine) => {
          const run = await machine.run(killing(first));
          assert.equal(run.signal, "SIGKILL");
          assert.ok(machine.hasJournal());
        };
        const recovery = await listPoints(cut);
        await killAtEach(recovery, async (machine, point) => {
          await cut(machine);
          return machine.run(killing(point));
        });
      });
    }
  },
);

async function assertFinishes(machine: Machine, at: string): Promise<void> {
  const run = await machine.run();
  assert.equal(run.status, 0, `the run after ${at}: ${run.stderr}`);
  assert.deepEqual(machine.versions(), NEW, at);
  for (const call of OWED) assert.ok(machine.calls().includes(call), `${at}: ${call} is owed still`);
  assert.deepEqual(machine.leftovers(), [], at);
}

/** @param before what was there before the run */
function assertWhole(machine: Machine, at: string, before: Readonly<Record<string, string>> = OLD): void {
  const versions = machine.versions();
  for (const [file, version] of Object.entries(versions))
    assert.ok(["old", "new", "closing", before[file]].includes(version), `${at}: ${file} is ${version}`);
  assert.ok(machine.hasJournal() || isAll(machine, before) || isAll(machine, NEW), `${at}: mixed without a journal`);
}

function isAll(machine: Machine, wanted: Readonly<Record<string, string>>): boolean {
  return JSON.stringify(machine.versions()) === JSON.stringify(wanted);
}

function assertSaysWhy({ status, stderr }: Run, at: string): void {
  if (status === 0) return;
  assert.ok(status !== null && STATUSES.includes(status), `${at}: ended with ${status}: ${stderr}`);
  assert.match(stderr, /^parbake: \S.*\. \S/m, at);
}

/** Newer architectures have only the calls that end in `at`. */
function nameOf({ call }: Point): string {
  return call === "openat" ? call : call.replace(/at2?$/, "");
}

function isOwnOutput({ line }: Point): boolean {
  return /^writev?\([12]</.test(line);
}
