import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import { makeScratchImage, type ScratchImage } from "./support/scratch-image.ts";

// With no more of a reserve than the system's own programs have, the limits are the shares alone.
const CONFIG = `imds: optional
reserve: { memory: 128MiB }
apps:
  web: { profile: nginx, memory: { max: 128MiB }, enforce: true }
  api: { profile: jvm, memory: { min: 512MiB, max: 512MiB }, enforce: api@1.service }
files:
  - { template: web.hbs, path: /etc/web/web.conf, format: text, onChange: { reload: nginx.service } }
  - { template: api.env.hbs, path: /etc/default/api }
`;

const DROP_INS = ["nginx.service", "api@1.service", "system-api.slice"].map(
  (unit) => `etc/systemd/system/${unit}.d/60-parbake-share.conf`,
);

describe("an app that is kept to its share", () => {
  let image: ScratchImage;
  let emulator: Emulator;

  before(async () => (emulator = await startEmulator({})));
  after(() => emulator.close());
  beforeEach(() => {
    image = makeScratchImage(CONFIG);
    for (const folder of ["etc/default", "etc/systemd/system"])
      mkdirSync(join(image.root, folder), { recursive: true });
    image.write("etc/parbake/templates/web.hbs", "{{apps.web.worker_processes}}\n");
    image.write("etc/parbake/templates/api.env.hbs", "HEAP={{apps.api.heap}}\n");
  });
  afterEach(() => image.remove());

  const isThere = (path: string): boolean => existsSync(join(image.root, path));
  const apply = async (): Promise<string> => {
    const { status, stdout, stderr } = await image.run(emulator, "apply", "--json");
    assert.equal(status, 0, stderr);
    return stdout;
  };

  it("has its drop-in in the plan, and from apply on, once; a second run changes nothing", async () => {
    const plan = await image.run(emulator, "plan", "--diff");
    for (const path of DROP_INS) assert.match(plan.stdout, new RegExp(`create +/${path.replaceAll(/[.]/g, "\\.")}`));
    assert.match(plan.stdout, /^\+MemoryMax=128M$/m);
    assert.equal(isThere(DROP_INS[0]!), false);
    await apply();
    // Its score is by the memory of the machine that this test runs on.
    assert.match(
      image.read(DROP_INS[0]!),
      /^\[Service\]\nMemoryMax=128M\nCPUWeight=100\nOOMScoreAdjust=-?\d+\nTasksMax=/m,
    );
    assert.match(image.read(DROP_INS[1]!), /^MemoryMax=512M\n[^]*^TasksMax=4096$/m);
    assert.match(image.read(DROP_INS[2]!), /^\[Slice\]\nCPUWeight=100\n$/m);
    const before = image.snapshot();
    assert.match(await apply(), /"changed": false/);
    const after = image.snapshot();
    const ofDropIns = (seen: ReadonlyMap<string, string>) => [...seen].filter(([path]) => path.endsWith("-share.conf"));
    assert.equal(ofDropIns(before).length, 3);
    assert.deepEqual(ofDropIns(after), ofDropIns(before));
  });

  it("loses it where the config no longer asks for it, and keeps it where that is all that is applied", async () => {
    await apply();
    image.write(
      "etc/parbake/parbake.yaml",
      CONFIG.replace(", enforce: true", "").replace(", enforce: api@1.service", ""),
    );
    await image.run(emulator, "apply", "--only", "files");
    assert.ok(isThere(DROP_INS[0]!));
    await apply();
    assert.deepEqual(DROP_INS.filter(isThere), []);
  });

  it("has its limit from a saved plan, too", async () => {
    const { stdout } = await image.run(emulator, "plan", "--json");
    image.write("plan.json", stdout);
    const { status, stderr } = await image.run(emulator, "apply", "--plan", join(image.root, "plan.json"));
    assert.equal(status, 0, stderr);
    assert.match(image.read(DROP_INS[1]!), /^MemoryMax=512M$/m);
  });

  it("is explained: why it has this limit, and what would change it", async () => {
    const { stdout } = await image.run(emulator, "explain", "api.MemoryMax", "--instance-type", "m7g.large");
    assert.match(stdout, /^api\.MemoryMax = 512M \(512 MiB, 536870912 bytes\)$/m);
    assert.match(
      stdout,
      /^ *changed by +apps\.api\.memory \(weight, min, max\), reserve\.memory or a larger instance type$/m,
    );
    const all = await image.run(emulator, "explain", "api", "--instance-type", "m7g.large");
    assert.match(all.stdout, /^kept to its share by systemd$/m);
  });

  it("is told of a unit that the image lacks", async () => {
    const { status, stdout, stderr } = await image.run(emulator, "check", "--strict");
    assert.notEqual(status, 0);
    assert.match(stdout + stderr, /enforce keeps api@1\.service to its share, which is not in the image/);
  });

  it("is refused before anything is written where nobody says which unit it is", async () => {
    image.write("etc/parbake/parbake.yaml", CONFIG.replace("enforce: api@1.service", "enforce: true"));
    const { status, stderr } = await image.run(emulator, "apply");
    assert.equal(status, 78);
    assert.match(
      stderr,
      /parbake\.yaml:5:\d+: api: enforce: true needs to know the app's unit, and no file that prints/,
    );
    assert.ok(!isThere("etc/web/web.conf"));
  });
});
