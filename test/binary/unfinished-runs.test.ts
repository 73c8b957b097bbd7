import assert from "node:assert/strict";
import { takeLock } from "../../agent/apply/state/lock.ts";
import { STATE_FOLDER } from "../../agent/apply/state/own-folders.ts";
import { newJournal, writeJournal } from "../../agent/apply/transaction/journal.ts";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import { BINARY, makeScratchImage, runProgram, type ScratchImage } from "./support/scratch-image.ts";

const CONFIG = `files: [ { template: web.txt.hbs, path: /etc/web/web.txt } ]
`;

describe("a run that is not over, in the compiled binary", () => {
  let emulator: Emulator;
  let image: ScratchImage;

  before(async () => {
    emulator = await startEmulator({ world: {} });
  });
  after(() => emulator.close());
  beforeEach(async () => {
    image = makeScratchImage(CONFIG);
    image.write("etc/parbake/templates/web.txt.hbs", "x\n");
    const { status, stderr } = await image.run(emulator, "apply");
    assert.equal(status, 0, stderr);
  });
  afterEach(() => image.remove());

  function leaveJournal(): void {
    const followUp = { reloadsManager: false, actions: [], healthChecks: [] };
    const journal = newJournal({ changes: [], followUp });
    writeJournal(image.root, STATE_FOLDER, { ...journal, phase: "act" });
  }

  it("is told by `status` as one that goes on while its process lives, and as cut short afterwards", async () => {
    const lock = await takeLock(image.root, 0);
    leaveJournal();
    const during = await image.run(null, "status");
    assert.equal(during.status, 2);
    assert.match(
      during.stdout,
      new RegExp(`^not in sync: a run is going on \\(process ${process.pid}, since 2.*Z\\)\n`),
    );
    assert.doesNotMatch(during.stdout, /cut short/);
    const { stdout } = await image.run(null, "status", "--json");
    const { running, interruptions } = JSON.parse(stdout) as { running: { pid: number }; interruptions: unknown[] };
    assert.deepEqual([running.pid, interruptions], [process.pid, []]);
    lock.release();
    const after = await image.run(null, "status");
    assert.match(after.stdout, /^not in sync: a run was cut short\n/);
  });

  it("is told by `plan`, which ends with 2 for one that was cut short although no file would change", async () => {
    const unchanged = await image.run(emulator, "plan", "--detailed-exitcode");
    assert.equal(unchanged.status, 0, unchanged.stderr);
    const lock = await takeLock(image.root, 0);
    leaveJournal();
    const during = await image.run(emulator, "plan", "--detailed-exitcode");
    assert.match(during.stdout, new RegExp(`^a run is going on \\(process ${process.pid}, since 2.*Z\\): `));
    assert.equal(during.status, 0);
    lock.release();
    const left = await image.run(emulator, "plan", "--detailed-exitcode");
    assert.match(
      left.stdout,
      /^cut short {2}a run, which began to change files at 2.*Z, was cut short with its new files/,
    );
    assert.equal(left.status, 2);
    const { stdout } = await image.run(emulator, "plan", "--json");
    const { interruptions } = JSON.parse(stdout) as { interruptions: { next: string }[] };
    assert.deepEqual(
      interruptions.map(({ next }) => next),
      ["finished"],
    );
    image.write("plan.json", stdout);
    const saved = await image.run(emulator, "apply", "--plan", `${image.root}/plan.json`);
    assert.equal(saved.status, 0, saved.stderr);
    assert.match(saved.stdout, /^an earlier run was cut short, and is finished now$/m);
    const over = await image.run(emulator, "plan", "--detailed-exitcode");
    assert.equal(over.status, 0);
    assert.doesNotMatch(over.stdout, /cut short/);
  });

  for (const command of ["confirm", "revert"])
    it(`is not taken for none by \`${command}\`, where its journal cannot be read (as root)`, async function () {
      if (process.geteuid!() !== 0) return this.skip();
      // They know no root but the machine's own.
      const mounted = ["unshare", "--mount", "--propagation", "private", "sh", "-ec"];
      const script = `for folder in run var/lib; do mount --bind "$0/$folder" /$folder; done; exec "$@"`;
      const play = () => runProgram(null, [...mounted, script, image.root, BINARY, command]);
      const nothing = await play();
      assert.deepEqual(nothing, {
        status: 2,
        stdout: "nothing waits for a confirmation: see parbake status\n",
        stderr: "",
      });
      leaveJournal();
      image.write("var/lib/parbake/journal.json", image.read("var/lib/parbake/journal.json").slice(0, 40));
      const { status, stdout, stderr } = await play();
      assert.deepEqual([status, stdout], [65, ""], stderr);
      assert.match(
        stderr,
        /^parbake: \/var\/lib\/parbake\/journal\.json is not a journal of this version of parbake: nobody can tell whether a run waits .*to go back, put the old config back first\.\n$/,
      );
      const remedy = await image.run(emulator, "apply");
      assert.equal(remedy.status, 0, remedy.stderr);
      assert.equal((await play()).status, 2);
    });
});
