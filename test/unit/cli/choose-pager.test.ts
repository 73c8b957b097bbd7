import assert from "node:assert/strict";
import { choosePager } from "../../../agent/cli/choose-pager.ts";
import { parseArguments } from "../../../agent/cli/parse-arguments.ts";

const choose = (line: string, environment: Readonly<Record<string, string>> = {}, isTerminal = true) =>
  choosePager(parseArguments(line.split(" ")), { TERM: "xterm", ...environment }, isTerminal);

describe("the pager", () => {
  for (const line of [
    "plan",
    "explain db",
    "tune",
    "status",
    "facts",
    "help",
    "plan --help",
    "profiles",
    "fleet",
    "config show",
    "explain-error 78",
    "templates",
  ])
    it(`shows what a person reads: ${line}`, () => assert.equal(choose(line), "less"));
  for (const line of [
    "check",
    "apply",
    "ready a.service",
    "logs",
    "version",
    "analyze",
    "init",
    "install",
    "plan --json",
    "help --no-pager",
    "plan --no-pager",
  ])
    it(`does not show what tells of work as it goes on, or is for programs: ${line}`, () =>
      assert.equal(choose(line), null));
  it("is PARBAKE_PAGER, else PAGER, else less", () => {
    assert.equal(choose("plan", { PARBAKE_PAGER: "less -S", PAGER: "more" }), "less -S");
    assert.equal(choose("plan", { PAGER: "more" }), "more");
  });
  it("is none where that is empty or cat, in a pipe, and on a terminal that can do nothing", () => {
    for (const environment of [
      { PARBAKE_PAGER: "" },
      { PAGER: " " },
      { PAGER: "cat" },
      { PARBAKE_PAGER: "cat", PAGER: "less" },
      { TERM: "dumb" },
    ] as const)
      assert.equal(choose("plan", environment), null, JSON.stringify(environment));
    assert.equal(choose("plan", {}, false), null);
    assert.equal(choosePager(parseArguments(["plan"]), {}, true), null);
  });
});
