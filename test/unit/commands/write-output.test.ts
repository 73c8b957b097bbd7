import assert from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync, statSync } from "node:fs";
import { writeOutput } from "../../../agent/commands/write-output.ts";
import { makeTree } from "../support/small-image.ts";

/** What is in the file afterwards, and its mode. */
function write(before: number | null, mode?: number): readonly [string, number] {
  const image = makeTree(before === null ? { "/out/other": "" } : { "/out/a": "before\n", "/out/other": "" });
  const file = image.path("/out/a");
  if (before !== null) chmodSync(file, before);
  assert.equal(writeOutput("--html", file, "after\n", mode), null);
  assert.deepEqual(readdirSync(image.path("/out")), ["a", "other"]);
  return [readFileSync(file, "utf8"), statSync(file).mode & 0o7777];
}

describe("a file that an option names", () => {
  const umask = process.umask();
  before(() => void process.umask(0o022));
  after(() => void process.umask(umask));

  it("keeps its mode where it is there, whatever the umask", () => {
    assert.deepEqual(write(0o600), ["after\n", 0o600]);
    assert.deepEqual(write(0o640), ["after\n", 0o640]);
    assert.deepEqual(write(0o664), ["after\n", 0o664]);
  });

  it("has the mode of a new one otherwise", () => {
    assert.deepEqual(write(null), ["after\n", 0o644]);
    assert.deepEqual(write(null, 0o600), ["after\n", 0o600]);
  });

  it("is never open to more than what is written may be", () => {
    assert.deepEqual(write(0o644, 0o600), ["after\n", 0o600]);
  });
});
