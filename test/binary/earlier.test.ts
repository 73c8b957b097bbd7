// Promises of UPGRADING.md: this version reads what each version before it wrote, and its own documents have all fields that theirs had.
// test/earlier has the files; test/earlier/support/keep.ts keeps those of a version before its release.

import assert from "node:assert/strict";
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readFailures } from "../../agent/apply/state/failures.ts";
import { readLastMachine } from "../../agent/apply/state/last-machine.ts";
import { readManaged } from "../../agent/apply/state/managed.ts";
import { STATE_FOLDER } from "../../agent/apply/state/own-folders.ts";
import { readTakenBack } from "../../agent/apply/state/taken-back.ts";
import { readJournal } from "../../agent/apply/transaction/journal.ts";
import { readBaked, readBakedFiles } from "../../agent/bake/read-manifest.ts";
import { parseSavedPlan } from "../../agent/inspect/saved-plan.ts";
import { readMadeFolders } from "../../agent/install/install-record.ts";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import { makeEarlierImage, planHere, runWell, WORLD } from "../earlier/support/earlier-image.ts";
import { makeFolder } from "../support/folders.ts";
import { BINARY, runProgram } from "./support/scratch-image.ts";

const EARLIER = join(import.meta.dirname, "../earlier");
const VERSIONS = readdirSync(EARLIER).filter((name) => name !== "support");
const describeAsRoot = process.geteuid!() === 0 ? describe : describe.skip;

/** Names of an object's fields, those of a list's items once for all. */
function listFields(value: unknown, place = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => listFields(item, `${place}[]`));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => [`${place}.${name}`, ...listFields(item, `${place}.${name}`)]);
}

/** Where a list has no item, or null says that there is nothing: of disks, for one, machines differ. */
function listEmpty(value: unknown, place = ""): string[] {
  if (value === null || (Array.isArray(value) && value.length === 0)) return [place];
  if (Array.isArray(value)) return value.flatMap((item) => listEmpty(item, `${place}[]`));
  if (typeof value !== "object") return [];
  return Object.entries(value).flatMap(([name, item]) => listEmpty(item, `${place}.${name}`));
}

function missingFields(before: string, now: string): string[] {
  const document: unknown = JSON.parse(now);
  const there = new Set(listFields(document));
  const empty = listEmpty(document);
  const missing = [...new Set(listFields(JSON.parse(before)))].filter((field) => !there.has(field));
  return missing.filter(
    (field) => !empty.some((place) => field.startsWith(`${place}.`) || field.startsWith(`${place}[]`)),
  );
}

describe("the files of earlier versions", () => {
  it("are kept for the version of package.json", () => {
    const { version } = JSON.parse(readFileSync(join(EARLIER, "../../package.json"), "utf8")) as { version: string };
    assert.ok(VERSIONS.includes(version), `scripts/node test/earlier/support/keep.ts keeps those of ${version}`);
  });
});

for (const version of VERSIONS) {
  describe(`what parbake ${version} wrote`, () => {
    const kept = join(EARLIER, version);
    const read = (path: string): string => readFileSync(join(kept, path), "utf8");

    /** The machine as it was left. */
    function restore(situation: string): string {
      const root = makeFolder(tmpdir(), "earlier", "test");
      cpSync(join(kept, situation), root, { recursive: true });
      return root;
    }

    async function statusOf(situation: string): Promise<Record<string, unknown>> {
      const words = ["status", "--json", "--root", restore(situation)];
      return JSON.parse((await runProgram(null, [BINARY, ...words])).stdout) as Record<string, unknown>;
    }

    it("is a config that this version accepts, for each type that it is for", async () => {
      const image = makeEarlierImage(join(kept, "ran/etc/parbake"));
      const { status, stderr } = await image.run(null, "check");
      assert.deepEqual([status, stderr], [0, ""]);
    });

    it("is a plan that can be applied", () => {
      const { plan, changes } = parseSavedPlan(read("plan.json"), "plan.json");
      assert.ok(plan.steps.length > 0 && changes.length > 0);
    });

    for (const situation of ["ran", "cut-short", "unconfirmed", "taken-back"]) {
      it(`is, on a machine of which a run was left ${situation}, a status without anything that can't be read`, async () => {
        const status = await statusOf(situation);
        assert.deepEqual(status["unreadable"], []);
        assert.equal((status["lastRun"] as { readonly schema: number }).schema, 1);
      });
    }

    it("is every record that this version reads", () => {
      const ran = restore("ran");
      const [cutShort, unconfirmed, takenBack] = ["cut-short", "unconfirmed", "taken-back"].map(restore);
      const { isDamaged, files } = readManaged(ran);
      assert.deepEqual([isDamaged, files.size > 0], [false, true]);
      assert.notEqual(readFailures(ran), null);
      assert.notEqual(readMadeFolders(ran), null);
      assert.equal(readBaked(ran).kind, "read");
      assert.equal(readBakedFiles(ran).kind, "read");
      assert.equal(readLastMachine(cutShort!).kind, "read");
      assert.equal(readJournal(cutShort!, STATE_FOLDER).kind, "read");
      assert.equal(readJournal(unconfirmed!, STATE_FOLDER).kind, "read");
      assert.notEqual(readTakenBack(takenBack!), null);
    });

    it("is a run that was cut short, or waits, as status tells it", async () => {
      const { interruptions: cut } = (await statusOf("cut-short")) as { interruptions: { phase: string }[] };
      assert.deepEqual(
        cut.map(({ phase }) => phase),
        ["act"],
      );
      const { interruptions, trials } = (await statusOf("unconfirmed")) as Record<string, readonly object[]>;
      assert.equal(interruptions!.length + trials!.length, 1);
    });

    describeAsRoot("and prints (as root)", () => {
      let emulator: Emulator;
      before(async () => void (emulator = await startEmulator({ world: WORLD })));
      after(() => emulator.close());

      it("has no field that the plan and the report of this version lack, for the same config", async () => {
        const image = makeEarlierImage(join(kept, "ran/etc/parbake"));
        cpSync(join(kept, "ran/usr"), join(image.root, "usr"), { recursive: true });
        assert.deepEqual(missingFields(read("plan.json"), await planHere(image, emulator)), []);
        await runWell(image, emulator, "apply");
        const report = "run/parbake/report.json";
        assert.ok(existsSync(join(image.root, report)));
        assert.deepEqual(missingFields(read(`ran/${report}`), image.read(report)), []);
      });
    });
  });
}
