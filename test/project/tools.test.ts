import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";

const top = new URL("../..", import.meta.url).pathname;

function accept(command: string, ...parameters: string[]): void {
  const argv = [`node_modules/.bin/${command}`, ...parameters];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { cwd: top, encoding: "utf8" });
  assert.equal(status, 0, `${stdout}${stderr}`);
}

describe("the source", function () {
  this.timeout(300_000);
  it("passes the type checker", () => accept("tsc", "--noEmit"));
  for (const folder of ["agent/page/browser", "test/binary/page"])
    it(`passes it with a browser's types in ${folder}`, () => accept("tsc", "--noEmit", "--project", folder));
  it("passes the linter, type-aware rules and the rooms and their purity included", () =>
    accept("oxlint", "--type-aware", "--deny-warnings"));
  it("is formatted", () => accept("oxfmt", "--check", "."));
});
