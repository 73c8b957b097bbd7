import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { isReady, markAllReady, markReady } from "../../../../agent/apply/units/readiness.ts";
import { Refusal } from "../../../../agent/refusal.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

describe("what is ready", () => {
  let scratch: Scratch;

  beforeEach(() => {
    scratch = makeScratch();
  });
  it("is nothing at first", () => {
    assert.equal(isReady(scratch.root, "api.service"), false);
  });

  it("is a unit that was marked, where parbake-ready@.service looks for it, and no other", () => {
    markReady(scratch.root, ["api.service"]);
    assert.ok(existsSync(scratch.path("run/parbake/ready/api.service")));
    assert.equal(isReady(scratch.root, "api.service"), true);
    assert.equal(isReady(scratch.root, "web.service"), false);
  });

  it("is marked by plain files alone: a folder is no marker, and a FIFO is never waited for", () => {
    mkdirSync(scratch.path("run/parbake/ready/all"), { recursive: true });
    symlinkSync("/etc/passwd", scratch.path("run/parbake/ready/api.service"));
    assert.equal(isReady(scratch.root, "api.service"), false);
    assert.throws(() => markReady(scratch.root, ["api.service"]), Refusal);
    assert.equal(spawnSync("mkfifo", [scratch.path("run/parbake/ready/web.service")]).status, 0);
    assert.throws(
      () => markReady(scratch.root, ["web.service"]),
      (error) =>
        error instanceof Refusal && /ready\/web\.service is a FIFO or a device, not a file/.test(error.message),
    );
    assert.equal(isReady(scratch.root, "web.service"), false);
  });

  it("is each instance of a template that was marked", () => {
    markReady(scratch.root, ["api@.service"]);
    assert.equal(isReady(scratch.root, "api@1.service"), true);
    assert.equal(isReady(scratch.root, "web@1.service"), false);
  });

  it("is every unit after a whole run, and still after a later one that could do less", () => {
    markAllReady(scratch.root);
    markReady(scratch.root, ["api.service"]);
    assert.equal(isReady(scratch.root, "web.service"), true);
  });
});
