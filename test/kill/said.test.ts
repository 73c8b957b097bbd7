// What systemctl and a health check say reaches the terminal and the journal as one line that steers nothing.

import assert from "node:assert/strict";
import type { Emulator } from "../../scripts/emulator/emulator.ts";
import { Machine } from "./support/machine.ts";
import { startAws } from "./support/runs.ts";

const SAY = String.raw`printf 'bad \033[31mred\033[0m\033[2J\342\200\256 \302\233\r\n<0>forged\n'`;
const SAID = String.raw`bad red\x1b[2J\u202e \x9b | <0>forged`;
const SYSTEMCTL = `#!/bin/sh
case $1 in show) echo ActiveState=active ;; reload) ${SAY}; exit 1 ;; esac
`;

(process.geteuid!() === 0 ? describe : describe.skip)("what a program says", function () {
  this.timeout(60_000);
  let emulator: Emulator;
  let machine: Machine;

  before(async () => {
    emulator = await startAws();
  });
  after(() => emulator.close());
  beforeEach(async () => {
    machine = await Machine.make(emulator);
    machine.declare("new");
  });
  afterEach(() => machine.remove());

  async function assertShown(status: number, words: string): Promise<void> {
    const run = await machine.run([], "--log-format", "journal");
    assert.equal(run.status, status, run.stderr);
    assert.ok(run.stderr.includes(`${words}${SAID}. `), JSON.stringify(run.stderr));
    assert.doesNotMatch(run.stderr, /[^\n\P{C}]|^<0>|^forged/mu);
  }

  it("is shown on one line where it is systemctl", async () => {
    machine.write("sbin/systemctl", SYSTEMCTL, 0o755);
    await assertShown(71, "parbake.yaml:2:50: app.service: `systemctl reload -- app.service` failed: exit status 1: ");
  });

  it("is shown on one line where it is a health check", async () => {
    // The old files are well.
    machine.write("sbin/healthy", `#!/bin/sh\ngrep -q old /etc/app/updated.conf && exit\n${SAY}\nexit 1\n`, 0o755);
    await assertShown(65, "fails its health check `/usr/local/sbin/healthy`: exit status 1: ");
  });
});
