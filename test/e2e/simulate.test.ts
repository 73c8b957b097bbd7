import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Result } from "../../scripts/simulation/boot-row.ts";
import { bakeExample } from "../../scripts/simulation/example-image.ts";
import { makeTree, unpack } from "../../scripts/simulation/trees.ts";
import { attempt, run } from "./support/command.ts";
import { describeWhere, skipSuite } from "./support/requirements.ts";
import { SITE_REQUIREMENTS } from "./support/site.ts";

const TOP = join(import.meta.dirname, "../..");
/** None of them waits for a deadline. */
const ROWS = ["plain", "imds-503", "denied", "template-broken"];
const UNITS = ["api.service", "cache.service", "jobs.service", "names.service", "web.service"];

describeWhere(SITE_REQUIREMENTS, "scripts/simulate, given the folder of an image", function () {
  this.timeout(600_000);
  let folder: string;
  let image: string;
  let untouched: string;
  let results: readonly Result[];

  before(async function () {
    this.timeout(1_800_000);
    folder = await mkdtemp(join(tmpdir(), "parbake-e2e-"));
    image = join(folder, "image");
    await mkdir(image);
    const archive = await makeTree("debian-12", join(TOP, ".cache")).catch((error: Error) => error);
    if (archive instanceof Error) skipSuite(this, `no Debian can be made: ${archive.message.split("\n", 1)[0]}`);
    await unpack(archive, image);
    await bakeExample(image);
    untouched = await look(image);
    const simulate = [join(TOP, "scripts/simulate"), image, ...ROWS, "--json", "--jobs", "2"];
    const { stdout, stderr } = await attempt(simulate, { timeoutMs: 600_000, env: { ...process.env, TMPDIR: folder } });
    assert.notEqual(stdout, "", stderr);
    results = JSON.parse(stdout);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const row of ROWS)
    it(`boots it as is promised: ${row}`, () => assert.deepEqual(find(results, row).problems, []));

  it("has seen each unit that waits for parbake, and when it came up", () => {
    assert.deepEqual(whichAreUp(find(results, "plain")), UNITS);
    assert.ok(find(results, "plain").seen.units.every(({ upAfterMs }) => upAfterMs! > 0));
    assert.deepEqual(
      whichAreUp(find(results, "denied")),
      UNITS.filter((unit) => unit !== "jobs.service"),
    );
    assert.deepEqual(whichAreUp(find(results, "template-broken")), []);
  });

  it("leaves every file of the image as it was, and nothing beside it", async () => {
    assert.equal(await look(image), untouched);
    assert.deepEqual(await readdir(folder), ["image"]);
  });
});

/** Of every file what changes with its content, its attributes or its place. */
function look(folder: string): Promise<string> {
  return run(["find", folder, "-printf", "%p %i %s %m %U %G %T@ %C@\n"]);
}

function find(results: readonly Result[], row: string): Result {
  return results.find((each) => each.row === row) ?? assert.fail(`no result of ${row}`);
}

function whichAreUp({ seen }: Result): readonly string[] {
  return seen.units.filter(({ upAfterMs }) => upAfterMs !== null).map(({ unit }) => unit);
}
