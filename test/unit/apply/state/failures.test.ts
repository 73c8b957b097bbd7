import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  countFailure,
  forgetFailures,
  haveFailed,
  readFailures,
  takeUpAgain,
  writeFailures,
} from "../../../../agent/apply/state/failures.ts";
import { beginAgain, noteFailure } from "../../../../agent/commands/retries.ts";
import { Refusal } from "../../../../agent/refusal.ts";
import { makeFolder } from "../../../support/folders.ts";

const PROBLEM = { what: "it is wrong", fix: "Mend it." };
const AWAY = new Refusal("unavailable", PROBLEM);
const DENIED = new Refusal("permission", PROBLEM, { isRetryable: true });
const WRONG = new Refusal("config", PROBLEM);

describe("a run that failed", () => {
  it("is tried again where somebody else may mend it, however often", () => {
    assert.deepEqual(countFailure(AWAY, null), { count: 1, bugs: 0, givenUp: null });
    assert.deepEqual(countFailure(DENIED, { count: 99, bugs: 0, givenUp: null }), {
      count: 100,
      bugs: 0,
      givenUp: null,
    });
  });

  const reasons: readonly (readonly [code: Refusal["code"], reason: string])[] = [
    ["usage", "only a change of its command line or of /etc/parbake/environment mends this"],
    ["config", "only a change of the config mends this"],
    ["data", "only a change of the templates or of the config mends this"],
    ["permission", "only a change on this machine mends this"],
    ["terminated", "it was stopped"],
  ];
  for (const [code, reason] of reasons)
    it(`is not tried again after ${code}, and says why`, () =>
      assert.deepEqual(countFailure(new Refusal(code, PROBLEM), null), { count: 1, bugs: 0, givenUp: reason }));

  it("is not tried again after the third bug in a row", () => {
    const first = countFailure(new TypeError("x"), null);
    const second = countFailure(new Refusal("bug", PROBLEM), first);
    assert.deepEqual([first.givenUp, second.givenUp], [null, null]);
    assert.deepEqual(countFailure(new TypeError("x"), second), {
      count: 3,
      bugs: 3,
      givenUp: "a bug has ended it 3 times in a row",
    });
    assert.equal(countFailure(new TypeError("x"), countFailure(AWAY, second)).bugs, 1);
  });
});

describe("what failures leave in /run/parbake", () => {
  const makeRoot = () => makeFolder(tmpdir(), "failures", "test");
  const mark = (root: string) => join(root, "run/parbake/given-up");

  it("is read back, and forgotten", () => {
    const root = makeRoot();
    assert.deepEqual([haveFailed(root), readFailures(root)], [false, null]);
    const failures = countFailure(AWAY, null);
    writeFailures(root, failures);
    assert.deepEqual([haveFailed(root), readFailures(root)], [true, failures]);
    forgetFailures(root);
    assert.deepEqual([haveFailed(root), readFailures(root)], [false, null]);
  });

  it("has the timer's mark only where nothing is tried again, and only until the next run begins", () => {
    const root = makeRoot();
    writeFailures(root, countFailure(AWAY, null));
    assert.equal(existsSync(mark(root)), false);
    writeFailures(root, countFailure(WRONG, null));
    assert.equal(readFileSync(mark(root), "utf8"), "only a change of the config mends this\n");
    takeUpAgain(root);
    assert.deepEqual([existsSync(mark(root)), haveFailed(root)], [false, true]);
  });

  it("is told once a run gives up, with what to do; not of one that was stopped, or is tried again", async () => {
    const told = (failure: unknown) => noteFailure(makeRoot(), failure);
    assert.equal(
      await told(WRONG),
      "parbake does not try again by itself: only a change of the config mends this. Then: systemctl restart parbake",
    );
    assert.equal(await told(AWAY), null);
    assert.equal(await told(new Refusal("terminated", PROBLEM)), null);
  });

  it("is started anew where it can't be read", async () => {
    const root = makeRoot();
    await noteFailure(root, AWAY);
    writeFileSync(join(root, "run/parbake/failures.json"), "{");
    beginAgain(root);
    await noteFailure(root, AWAY);
    assert.deepEqual(readFailures(root), { count: 1, bugs: 0, givenUp: null });
  });
});
