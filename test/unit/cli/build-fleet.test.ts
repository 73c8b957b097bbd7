import assert from "node:assert/strict";
import { parseArguments } from "../../../agent/cli/parse-arguments.ts";
import { Refusal } from "../../../agent/refusal.ts";

function problemsOf(...argv: string[]): string[] {
  try {
    parseArguments(["fleet", ...argv]);
    return [];
  } catch (error) {
    assert.ok(error instanceof Refusal && error.code === "usage");
    return error.problems.map(({ what }) => what);
  }
}

describe("the options of fleet", () => {
  it("are, without any: all running instances, no limit, ten minutes", () => {
    const { command, options } = parseArguments(["fleet"]);
    assert.deepEqual(command, {
      kind: "fleet",
      tags: new Map(),
      autoScalingGroups: [],
      regions: [],
      states: ["running"],
      familyTag: "parbake:family",
      limits: { maxAgeMs: null, maxBehind: null, bans: [] },
      all: false,
      prometheus: false,
    });
    assert.equal(options.deadlineMs, 600_000);
  });

  it("may be repeated where that adds to what is meant", () => {
    const words = "--tag role=web --tag role=api --tag env=a=b --asg web --asg api --region eu-west-1,us-east-1";
    const more =
      "--state running,stopped --family-tag app --max-age 30d --max-behind 2 --fail-on deregistered,deprecated";
    const { command, options } = parseArguments(["fleet", ...`${words} ${more} --all --deadline 90s`.split(" ")]);
    assert.deepEqual(command, {
      kind: "fleet",
      tags: new Map([
        ["role", ["web", "api"]],
        ["env", ["a=b"]],
      ]),
      autoScalingGroups: ["web", "api"],
      regions: ["eu-west-1", "us-east-1"],
      states: ["running", "stopped"],
      familyTag: "app",
      limits: { maxAgeMs: 30 * 86_400_000, maxBehind: 2, bans: ["deprecated", "deregistered"] },
      all: true,
      prometheus: false,
    });
    assert.equal(options.deadlineMs, 90_000);
  });

  it("are refused all at once", () => {
    const words = "--tag role --region mars --max-age 30 --max-behind -1 --fail-on old --state gone".split(" ");
    assert.deepEqual(problemsOf(...words, "--prometheus", "--json", "--all"), [
      "--prometheus cannot be combined with --json",
      "--prometheus cannot be combined with --all",
      "--state gone is not known",
      "--tag role has no value",
      "--region mars is not a region",
      "--max-age 30 is not a duration",
      "--max-behind -1 is not a number",
      "--fail-on old is not known",
    ]);
    assert.deepEqual(problemsOf("--max-age", "30d", "--max-age", "40d"), ["--max-age is given 2 times"]);
  });
});
