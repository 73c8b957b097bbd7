import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { COMMANDS, EXIT_MEANINGS } from "../../agent/cli/commands.ts";
import { formatHelp } from "../../agent/cli/help.ts";
import { parseConfig } from "../../agent/config/read/parse-config.ts";
import { EXIT_STATUS } from "../../agent/refusal.ts";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

describe("the README", () => {
  it("gives the exit statuses that the code ends with, as help does", () => {
    const rows = [...readme.matchAll(/^\| *(\d+) *\| *(.+?) *\|$/gm)].map(([, status, meaning]) => [
      Number(status),
      meaning,
    ]);
    assert.deepEqual(
      rows,
      EXIT_MEANINGS.map(([status, meaning]) => [status, meaning]),
    );
    const known = new Set(rows.map(([status]) => status));
    assert.ok(Object.values(EXIT_STATUS).every((status) => known.has(status)));
  });

  it("shows a config that parbake accepts", () => {
    const [, text] = /```yaml\n([^]*?)```/.exec(readme)!;
    assert.equal(parseConfig([{ file: "README.md", text: text! }]).kind, "config");
  });
});

describe("the help", () => {
  it("fits one screen, names every command and has an example for each of the three uses", () => {
    const lines = formatHelp(null).split("\n");
    assert.ok(lines.length <= 56, `${lines.length} lines`);
    assert.ok(
      lines.every((line) => line.length <= 100),
      lines.find((line) => line.length > 100),
    );
    for (const name of Object.keys(COMMANDS)) assert.match(lines.join("\n"), new RegExp(`^  ${name} `, "m"));
    for (const use of ["At boot", "By hand", "In the bake"]) assert.ok(lines.some((line) => line.startsWith(use)));
  });
});
