import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import type { Change } from "../../../../agent/apply/change/change.ts";
import { undoAll, withUndoProblems } from "../../../../agent/apply/change/make-all.ts";
import { commitChange, prepareChange } from "../../../../agent/apply/change/make-change.ts";
import { TRUST_NOBODY_ELSE } from "../../../../agent/host/folder.ts";
import { Refusal } from "../../../../agent/refusal.ts";
import { makeScratch, OWN_GID, OWN_UID, type Scratch } from "../../support/scratch.ts";
import { stageHere } from "../../support/stage-here.ts";

function makeNew({ root }: Scratch, path: string): Change {
  const wanted = { path, bytes: Buffer.from("new"), uid: OWN_UID, gid: OWN_GID, mode: 0o644 };
  const change = stageHere(root, wanted, TRUST_NOBODY_ELSE).change!;
  for (const step of [prepareChange, commitChange]) step(root, change);
  return change;
}

/** Of a kind that nobody foresaw: to undo it is a bug. */
function broken(change: Change): Change {
  return { ...change, trust: null } as unknown as Change;
}

describe("undoAll", () => {
  it("undoes the other changes where undoing one is a bug, and tells where that was, never what it says", () => {
    const scratch = makeScratch();
    for (const name of ["a", "b", "c"]) scratch.write(name, "old");
    const [a, b, c] = ["/a", "/b", "/c"].map((path) => makeNew(scratch, path));
    const { stuck, lost } = undoAll(scratch.root, [a!, { ...broken(b!), at: { file: "x.yaml" } }, c!]);
    assert.deepEqual(
      ["a", "b", "c"].map((name) => readFileSync(scratch.path(name), "utf8")),
      ["old", "new", "old"],
    );
    assert.deepEqual(lost, []);
    const [problem, ...others] = stuck;
    assert.deepEqual(others, []);
    assert.match(problem!.what, /^\/b could not be restored: a bug in parbake, TypeError at \S/);
    assert.match(problem!.what, /make-change\.ts:\d+:\d+/);
    assert.doesNotMatch(problem!.what, /null|undefined|properties|\n/);
    assert.deepEqual(problem!.at, { file: "x.yaml" });
  });

  it("says what the machine refuses without taking it for a bug", () => {
    const scratch = makeScratch();
    scratch.write("folder/a", "old");
    const change = makeNew(scratch, "/folder/a");
    const { stuck } = undoAll(scratch.root, [{ ...change, path: `/folder/${"a".repeat(300)}` }]);
    assert.deepEqual(
      stuck.map(({ fix }) => fix),
      ["Fix the file system and run parbake again: it restores the file first."],
    );
    assert.ok(readdirSync(scratch.path("folder")).length > 1);
  });
});

describe("withUndoProblems", () => {
  const problems = { stuck: [{ what: "/a could not be restored", fix: "Fix it." }], lost: [] };

  it("adds to a refusal what could not be undone because of it", () => {
    const logged: string[] = [];
    const refusal = new Refusal("data", { what: "no", fix: "Do." });
    const joined = withUndoProblems(refusal, problems, (_, message) => logged.push(message));
    assert.ok(joined instanceof Refusal);
    assert.deepEqual([joined.code, joined.message], ["data", "no. Do.\n/a could not be restored. Fix it."]);
    assert.deepEqual(logged, []);
  });

  it("logs it where a bug ended the run, which has no words of its own", () => {
    const logged: string[] = [];
    const bug = new TypeError("x");
    assert.equal(
      withUndoProblems(bug, problems, (level, message) => logged.push(`${level} ${message}`)),
      bug,
    );
    assert.deepEqual(logged, ["error /a could not be restored. Fix it."]);
  });
});
