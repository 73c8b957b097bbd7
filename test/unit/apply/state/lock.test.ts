import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { takeLock } from "../../../../agent/apply/state/lock.ts";
import { Refusal } from "../../../../agent/refusal.ts";
import { makeScratch } from "../../support/scratch.ts";

const CONTENDER = new URL("../../support/lock-contender.ts", import.meta.url).pathname;

function contend(root: string, mode: "work" | "die" | "hold"): ChildProcess {
  return spawn(process.execPath, [CONTENDER, root, mode], { stdio: ["ignore", "pipe", "inherit"] });
}

async function endOf(child: ChildProcess): Promise<string> {
  await once(child, "exit");
  return String(child.exitCode ?? child.signalCode);
}

describe("takeLock", () => {
  it("gives the lock again after its release, and keeps the folder small", async () => {
    const { root, path } = makeScratch();
    for (let round = 0; round < 5; round++) (await takeLock(root, 0)).release();
    const names = readdirSync(path("run/parbake/lock"));
    assert.deepEqual(names, ["10"]);
    assert.equal(readlinkSync(path("run/parbake/lock/10")), "free");
  });

  it("refuses with 'locked' and the holder's process while another run holds it", async () => {
    const { root } = makeScratch();
    const lock = await takeLock(root, 0);
    await assert.rejects(takeLock(root, 50), (error: unknown) => {
      assert.ok(error instanceof Refusal);
      assert.equal(error.code, "locked");
      assert.equal(error.problems[0]!.what, `another run of parbake (process ${process.pid}) holds the lock`);
      return true;
    });
    lock.release();
  });

  it("is released where something foreign is in its folder by then: the next run refuses that", async () => {
    const { root, path } = makeScratch();
    const lock = await takeLock(root, 0);
    writeFileSync(path("run/parbake/lock/foreign"), "");
    lock.release();
    assert.equal(readlinkSync(path("run/parbake/lock/2")), "free");
    await assert.rejects(takeLock(root, 0), /foreign is in the folder of parbake's lock/);
  });

  it("waits for a run that ends in time", async () => {
    const { root } = makeScratch();
    const first = await takeLock(root, 0);
    const second = takeLock(root, 5_000);
    setTimeout(() => first.release(), 60);
    (await second).release();
  });

  it("takes over from a holder that was killed", async () => {
    const { root } = makeScratch();
    const holder = contend(root, "hold");
    await once(holder.stdout!, "data");
    await assert.rejects(takeLock(root, 0), /\(process \d+\) holds the lock/);
    holder.kill("SIGKILL");
    await endOf(holder);
    (await takeLock(root, 0)).release();
  });

  it("takes over from a process number that belongs to another process by now, and from before a reboot", async () => {
    const { root, path } = makeScratch();
    mkdirSync(path("run/parbake/lock"), { recursive: true, mode: 0o755 });
    symlinkSync(`${process.pid}:1:00000000-0000-0000-0000-000000000000`, path("run/parbake/lock/7"));
    (await takeLock(root, 0)).release();
    assert.deepEqual(readdirSync(path("run/parbake/lock")), ["9"]);
  });

  const foreign: readonly (readonly [title: string, name: string, text: string | null])[] = [
    ["a number that is not exact as one", "9007199254740993", "free"],
    ["the last number that there is", "999999999999999", "free"],
    ["a name that is no number", "note", "free"],
    ["a number with a zero in front", "07", "free"],
    ["an invalid holder", "7", "gone"],
    ["a holder without a boot", "7", "1:2"],
    ["a file", "7", null],
  ];
  for (const [title, name, text] of foreign) {
    it(`refuses what it did not make, and says what to remove: ${title}`, async () => {
      const { root, path } = makeScratch();
      const folder = path("run/parbake/lock");
      mkdirSync(folder, { recursive: true, mode: 0o755 });
      if (text === null) writeFileSync(`${folder}/${name}`, "");
      else symlinkSync(text, `${folder}/${name}`);
      await assert.rejects(takeLock(root, 0), (error: unknown) => {
        assert.ok(error instanceof Refusal);
        assert.equal(error.code, "cannot-write");
        assert.deepEqual(error.problems, [
          {
            what: `${folder}/${name} is in the folder of parbake's lock, and parbake did not make it`,
            fix: `See that no run of parbake is under way, then remove it: rm -r ${folder}/${name}`,
          },
        ]);
        return true;
      });
      assert.deepEqual(readdirSync(folder), [name]);
    });
  }

  it("lets 20 processes in one after the other, also when every third is killed while it holds the lock", async function () {
    this.timeout(120_000);
    const { root } = makeScratch();
    const children = Array.from({ length: 20 }, (_, index) => contend(root, index % 3 === 0 ? "die" : "work"));
    const ends = await Promise.all(children.map(endOf));
    const expected = Array.from({ length: 20 }, (_, index) => (index % 3 === 0 ? "SIGKILL" : "0"));
    assert.deepEqual(ends, expected);
  });
});
