import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { isReady, markAllReady, markReady } from "../../../agent/apply/readiness.ts";
import { makeScratch, removeScratches, type Scratch } from "./scratch.ts";

describe("what is ready", () => {
  let scratch: Scratch;

  beforeEach(() => {
    scratch = makeScratch();
  });
  afterEach(removeScratches);

  it("is nothing at first", () => {
    assert.equal(isReady(scratch.root, "api.service"), false);
  });

  it("is a unit that was marked, where parbake-ready@.service looks for it, and no other", () => {
    markReady(scratch.root, ["api.service"]);
    assert.ok(existsSync(scratch.path("run/parbake/ready/api.service")));
    assert.equal(isReady(scratch.root, "api.service"), true);
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
