import assert from "node:assert/strict";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import { BINARY, makeScratchImage, type ScratchImage } from "./support/scratch-image.ts";

const CONFIG = "files: [ { template: x.hbs, path: /etc/web/x, format: text } ]\n";

describe("a run whose report cannot be written, in the compiled binary", () => {
  let emulator: Emulator;
  let image: ScratchImage;

  before(async () => {
    emulator = await startEmulator({ world: {} });
  });
  after(() => emulator.close());
  beforeEach(() => {
    image = makeScratchImage(CONFIG);
    image.write("etc/parbake/templates/x.hbs", "x\n");
  });
  afterEach(() => image.remove());

  const FULL = "mount -t tmpfs -o size=64k,mode=0755 tmpfs run/parbake";
  const FILL = "dd if=/dev/zero of=run/parbake/fill bs=64k count=1 2>/dev/null || true";
  const APPLY = `${BINARY} apply --root "$PWD"; echo "status $?"`;
  const LOST = /^not in sync: parbake has run since the machine started, and left no report: see `df \/run` and /m;

  it("has done its work all the same and says so, and status does not claim that there was no run", async function () {
    if (process.geteuid!() !== 0) return this.skip();
    const script = `${FULL}; ${FILL}; ${APPLY}`;
    const { status, stdout, stderr } = await image.runMounted(script, emulator, "status");
    assert.match(stdout, /^status 0$/m, stderr);
    assert.match(stderr, /the report could not be written: .*report\.json does not fit: the file system has no space/);
    assert.match(stdout, LOST);
    assert.equal(status, 2);
    assert.equal(image.read("etc/web/x"), "x\n");
    const ready = `rm -r run/parbake/ready; ${BINARY} ready x.service --root "$PWD" || true`;
    const waiting = await image.runMounted(`${script}; ${ready}`, emulator, "status");
    assert.match(waiting.stderr, /x\.service waits for parbake, whose last run left no report/);
  });

  it("does not leave the report of the run before for its own", async function () {
    if (process.geteuid!() !== 0) return this.skip();
    const { stdout } = await image.runMounted(`${FULL}; ${APPLY}; ${FILL}; ${APPLY}`, emulator, "status");
    assert.equal(stdout.match(/^status 0$/gm)?.length, 2);
    assert.match(stdout, LOST);
  });
});
