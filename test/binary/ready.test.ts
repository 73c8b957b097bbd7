import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { takeLock } from "../../agent/apply/state/lock.ts";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import { makeScratchImage, type Outcome, type ScratchImage } from "./support/scratch-image.ts";

const CONFIG = `files:
  - { template: x.hbs, path: /etc/web/x, onChange: { reload: nginx.service } }
  - { template: x.hbs, path: /etc/systemd/system/api@.service.d/x.conf, format: text }
`;

describe("ready, in the compiled binary", () => {
  let emulator: Emulator;
  let image: ScratchImage;

  before(async () => {
    emulator = await startEmulator({ world: {} });
    image = makeScratchImage(CONFIG);
    image.write("etc/parbake/templates/x.hbs", "x\n");
    image.write("etc/systemd/system/nginx.service", "");
    image.write("etc/systemd/system/api@.service.d/other.conf", "");
    const { status, stderr } = await image.run(emulator, "apply");
    assert.equal(status, 0, stderr);
  });
  after(async () => {
    image.remove();
    await emulator.close();
  });

  function ask(unit: string, ...more: string[]): Promise<Outcome> {
    return image.run(null, "ready", unit, ...more);
  }

  it("says of a unit that no file and no run ever named that it is not known", async () => {
    for (const unit of ["nginx.service", "api@1.service"])
      assert.equal((await ask(unit)).stdout, `${unit} has all that it needs of parbake\n`);
    assert.deepEqual(await ask("ngnix.service"), {
      status: 0,
      stdout:
        "ngnix.service has all that it needs of parbake, which knows no unit of that name: is it spelt as systemd spells it?\n",
      stderr: "",
    });
    const named = async (unit: string) => JSON.parse((await ask(unit, "--json")).stdout) as unknown;
    assert.deepEqual(await named("ngnix.service"), {
      schema: 1,
      unit: "ngnix.service",
      ready: true,
      named: false,
      waitsFor: [],
    });
    assert.deepEqual(await named("nginx.service"), {
      schema: 1,
      unit: "nginx.service",
      ready: true,
      named: true,
      waitsFor: [],
    });
  });

  it("says what it waits for: the run that goes on, and else a whole one, whose mark is not there", async () => {
    rmSync(join(image.root, "run/parbake/ready"), { recursive: true });
    const lock = await takeLock(image.root, 0);
    const during = await ask("nginx.service");
    assert.equal(during.status, 69);
    assert.match(during.stderr, /nginx\.service waits for parbake: a run is going on \(process \d+, since 2/);
    lock.release();
    const after = await ask("nginx.service");
    assert.equal(after.status, 69);
    assert.match(
      after.stderr,
      /waits for a whole run of parbake: the last was a part of one, or its mark in \/run\/parbake\/ready was removed/,
    );
  });
});
