import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";

const top = new URL("../..", import.meta.url).pathname;

function accept(command: string, ...parameters: string[]): void {
  const { status, stdout, stderr } = spawnSync(`node_modules/.bin/${command}`, parameters, {
    cwd: top,
    encoding: "utf8",
  });
  assert.equal(status, 0, `${stdout}${stderr}`);
}

describe("the source", function () {
  this.timeout(300_000);
  it("passes the type checker", () => accept("tsc", "--noEmit"));
  it("passes the linter, type-aware rules and purity of DECIDE included", () =>
    accept("oxlint", "--type-aware", "--deny-warnings"));
  it("is formatted", () => accept("oxfmt", "--check", "."));
});
