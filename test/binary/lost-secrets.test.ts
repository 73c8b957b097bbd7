import assert from "node:assert/strict";
import { chmodSync, readlinkSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import { makeScratchImage, type ScratchImage } from "./support/scratch-image.ts";

const CANARY = "hunter2-canary";

describe("secrets that somebody removed or opened, in the compiled binary", () => {
  let emulator: Emulator;
  let image: ScratchImage;

  before(async () => {
    const secrets = [{ name: "prod/db", versions: [{ string: `{"password":"${CANARY}"}` }] }];
    emulator = await startEmulator({ world: { secrets } });
  });
  after(() => emulator.close());
  beforeEach(async () => {
    image = makeScratchImage();
    const { status, stderr } = await image.run(emulator, "apply");
    assert.equal(status, 0, stderr);
  });
  afterEach(() => image.remove());

  for (const names of [["..gen-1"], ["..gen-1", "..data"], ["..data"], ["..gen-1", "..data", "db"]])
    it(`are told as missing, planned and made anew: ${names.join(", ")}`, async () => {
      for (const name of names) rmSync(join(image.root, "run/parbake/secrets", name), { recursive: true });
      const status = await image.run(null, "status");
      assert.deepEqual([status.status, status.stdout.split("\n")[0]], [2, "not in sync: files are missing"]);
      const plan = await image.run(emulator, "plan");
      assert.match(plan.stdout, /^1 create, 1 unchanged; 1 to fetch$/m);
      const applied = await image.run(emulator, "apply");
      assert.equal(applied.status, 0, applied.stderr);
      assert.equal(image.read("run/parbake/secrets/db/password"), CANARY);
      assert.equal(readlinkSync(join(image.root, "run/parbake/secrets/..data")), "..gen-1");
      assert.equal((await image.run(null, "status")).status, 0);
    });

  it("are reported as drifted, planned and fixed where every user may read one", async () => {
    const file = join(image.root, "run/parbake/secrets/db/password");
    chmodSync(file, 0o444);
    const status = await image.run(null, "status");
    assert.deepEqual([status.status, status.stdout.split("\n")[0]], [2, "not in sync: files were changed by hand"]);
    assert.match(status.stdout, /drifted {2}\/run\/parbake\/secrets\/db\/password +secret, mode since 2/);
    const plan = await image.run(emulator, "plan", "--detailed-exitcode");
    assert.equal(plan.status, 2);
    assert.match(plan.stdout, /^1 attributes, 1 unchanged; /m);
    assert.equal((await image.run(emulator, "apply")).status, 0);
    assert.equal(statSync(file).mode & 0o7777, 0o400);
    assert.equal((await image.run(null, "status")).status, 0);
  });
});
