import assert from "node:assert/strict";
import { readFileSync, symlinkSync } from "node:fs";
import { forgetTold, rememberTold } from "../../../../agent/apply/state/told.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

const PATH = "run/parbake/console";

describe("what the console was told", () => {
  let scratch: Scratch;
  beforeEach(() => (scratch = makeScratch()));

  it("is news once, and again when the cause is another", () => {
    const news = ["no role\n", "no role\n", "no secret\n", "no role\n"].map((text) => rememberTold(scratch.root, text));
    assert.deepEqual(news, [true, false, true, true]);
    assert.equal(readFileSync(scratch.path(PATH), "utf8"), "no role\n");
  });

  it("is news again after a run that ended well", () => {
    rememberTold(scratch.root, "no role\n");
    forgetTold(scratch.root);
    forgetTold(scratch.root);
    assert.equal(rememberTold(scratch.root, "no role\n"), true);
  });

  it("never follows a symlink in the file's place", () => {
    rememberTold(scratch.root, "a");
    forgetTold(scratch.root);
    scratch.write("etc/precious", "kept");
    symlinkSync(scratch.path("etc/precious"), scratch.path(PATH));
    assert.throws(() => rememberTold(scratch.root, "b"), { code: "cannot-write" });
    assert.equal(readFileSync(scratch.path("etc/precious"), "utf8"), "kept");
  });
});
