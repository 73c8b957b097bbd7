import assert from "node:assert/strict";
import type { Profile } from "../../../agent/tuning/profile/profile.ts";
import { resolveOptions } from "../../../agent/tuning/resolve-options.ts";

const profile: Profile = {
  name: "app",
  about: "an app",
  takesMemory: true,
  usualWeight: 1,
  useful: () => ({}),
  ladder: [],
  toShrink: "lower threads",
  options: {
    threads: { kind: "integer", default: 10, min: 1, max: 100, about: "threads" },
    cache: { kind: "size", default: null, min: 1024, about: "the cache" },
    mode: { kind: "choice", default: "fast", choices: ["fast", "16"], about: "the mode" },
    strict: { kind: "boolean", default: false, about: "strictness" },
    title: { kind: "text", default: "none", about: "a title" },
  },
  floorBytes: () => 0,
  capBytes: () => Infinity,
  tune: () => ({}),
};

describe("resolveOptions", () => {
  it("fills in defaults", () => {
    const options = { threads: 10, cache: null, mode: "fast", strict: false, title: "none" };
    assert.deepEqual(resolveOptions(profile, {}), { kind: "resolved", options });
  });
  it("suggests the choice that a mistyped one is near to", () => {
    const fix = "Expected one of fast, 16: the mode. Did you mean 'fast'?";
    const problems = [{ what: "app's option mode can't be 'fsat'", fix, option: "mode" }];
    assert.deepEqual(resolveOptions(profile, { mode: "fsat" }), { kind: "refused", problems });
  });
  it("takes values of YAML as they are, and sizes in bytes", () => {
    const given = { threads: 5, cache: "2KiB", mode: 16, strict: true, title: 7 };
    const options = { threads: 5, cache: 2048, mode: "16", strict: true, title: "7" };
    assert.deepEqual(resolveOptions(profile, given), { kind: "resolved", options });
  });
  it("takes the text of a command line for numbers and booleans", () => {
    const options = { threads: 5, cache: null, mode: "fast", strict: true, title: "none" };
    assert.deepEqual(resolveOptions(profile, { threads: "5", strict: "true" }), { kind: "resolved", options });
  });
  it("reports every misfit with its option, what was expected and the nearest name", () => {
    const given = { thread: 5, threads: 101, cache: "2GB", mode: "slow", strict: "yes", ["__proto__x"]: 1 };
    assert.deepEqual(resolveOptions(profile, given), {
      kind: "refused",
      problems: [
        { what: "app has no option 'thread'", fix: "Did you mean 'threads'?", option: "thread" },
        {
          what: "app's option threads can't be '101'",
          fix: "Expected a whole number, 1 to 100: threads.",
          option: "threads",
        },
        {
          what: "app's option cache can't be '2GB'",
          fix: "Expected a size, 1 KiB or more: the cache. GB is GiB to some programs and a power of 1000 to others: write 2GiB or 2000000000B.",
          option: "cache",
        },
        { what: "app's option mode can't be 'slow'", fix: "Expected one of fast, 16: the mode.", option: "mode" },
        { what: "app's option strict can't be 'yes'", fix: "Expected true or false: strictness.", option: "strict" },
        {
          what: "app has no option '__proto__x'",
          fix: "Known: threads, cache, mode, strict, title.",
          option: "__proto__x",
        },
      ],
    });
  });
  for (const value of [1.5, -1, "1e2", "0x10", "+5", " 5", "5.", "5.0", "", true]) {
    it(`refuses ${JSON.stringify(value)} for a whole number`, () =>
      assert.equal(resolveOptions(profile, { threads: value }).kind, "refused"));
  }
  for (const value of [4096, "4096", "4 GB", " 4KiB", true]) {
    it(`refuses ${JSON.stringify(value)} for a size`, () =>
      assert.equal(resolveOptions(profile, { cache: value }).kind, "refused"));
  }
  for (const name of ["constructor", "toString", "hasOwnProperty"]) {
    it(`does not take ${name} for an option`, () =>
      assert.equal(resolveOptions(profile, { [name]: 1 }).kind, "refused"));
  }
});
