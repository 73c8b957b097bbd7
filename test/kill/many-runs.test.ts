import assert from "node:assert/strict";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import { findObstacle, Machine } from "./support/machine.ts";

const RUNS = 20;
const FILES = ["etc/app/a.conf", "etc/app/b.conf", "etc/app/c.conf", "run/parbake/secrets/d.conf"];

function configOf(version: number): string {
  const files = FILES.map(
    (path) => `  - { template: version.txt.hbs, path: /${path}, healthCheck: [ /usr/local/sbin/healthy ] }`,
  );
  return `secretsGuarantee: swappable\nvars: { version: ${version} }\nfiles:\n${files.join("\n")}\n  - { template: version.txt.hbs, path: /etc/app/updated.conf }\n`;
}

const obstacle = findObstacle();

(obstacle === null ? describe : describe.skip)(
  `many runs${obstacle === null ? "" : ` (skipped: ${obstacle})`}`,
  function () {
    this.timeout(300_000);
    let emulator: Emulator;
    let machine: Machine;

    before(async () => {
      const versions = [{ string: '{"password":"old"}' }];
      emulator = await startEmulator({ world: { secrets: [{ name: "prod/old", versions }] } });
    });
    beforeEach(async () => {
      machine = await Machine.make(emulator);
    });
    afterEach(() => machine.remove());
    after(() => emulator.close());

    it("touch nothing that is right, a hundred times: same inodes, mtimes and ctimes, and no unit hears of it", async () => {
      const before = machine.times();
      assert.ok(before.some((line) => line.startsWith("etc/app/updated.conf ")));
      for (let run = 1; run <= 100; run++) assert.equal((await machine.run()).status, 0);
      assert.deepEqual(machine.times(), before);
      assert.deepEqual(machine.calls(), []);
      assert.deepEqual(machine.leftovers(), []);
    });

    it("write one after the other when twenty start at once, each with other content: no file is of two runs", async () => {
      for (let run = 1; run <= RUNS; run++) machine.write(`etc/parbake/${run}.yaml`, configOf(run));
      const runs = await Promise.all(
        Array.from({ length: RUNS }, (_, index) => machine.run([], "--config", `/etc/parbake/${index + 1}.yaml`)),
      );
      for (const { status, stderr } of runs)
        assert.ok(status === 0 || status === 75, `ended with ${status}: ${stderr}`);
      const done = runs.filter(({ status }) => status === 0).length;
      assert.ok(done > 0);
      const versions = new Set(FILES.map((path) => machine.read(path)));
      assert.equal(versions.size, 1, [...versions].join());
      // The health check runs inside of the lock, once for each wave of a run, and would have met another's.
      const healthy = machine.calls().filter((call) => call.startsWith("healthy "));
      const turns = healthy.filter((call, index) => call !== healthy[index - 1]);
      assert.equal(turns.length, done);
      assert.equal(new Set(turns).size, done);
      assert.deepEqual(
        machine.calls().filter((call) => call === "two at once"),
        [],
      );
      assert.deepEqual(machine.leftovers(), []);
    });
  },
);
