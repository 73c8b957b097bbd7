import assert from "node:assert/strict";
import { newJournal, writeJournal } from "../../agent/apply/journal.ts";
import { takeLock } from "../../agent/apply/lock.ts";
import { STATE_FOLDER } from "../../agent/apply/run-folder.ts";
import { makeScratchImage, type ScratchImage } from "./scratch-image.ts";

const CONFIG = `imds: off
files: [ { template: web.txt.hbs, path: /etc/web/web.txt } ]
`;

describe("a run that is not over, in the compiled binary", () => {
  let image: ScratchImage;

  beforeEach(async () => {
    image = makeScratchImage(CONFIG);
    image.write("etc/parbake/templates/web.txt.hbs", "x\n");
    const { status, stderr } = await image.run(null, "apply");
    assert.equal(status, 0, stderr);
  });
  afterEach(() => image.remove());

  function leaveJournal(): void {
    const followUp = { reloadsManager: false, actions: [], healthChecks: [] };
    const journal = newJournal({ changes: [], madeFolders: [], followUp });
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
});
