import assert from "node:assert/strict";
import { COMMANDS } from "../../../agent/cli/commands.ts";
import { formatHelp, GROUPS } from "../../../agent/cli/help.ts";
import { choosePaint } from "../../../agent/cli/text.ts";
import { PROFILES } from "../../../agent/tuning/profiles.ts";

const plain = choosePaint(false);
const overview = formatHelp({ kind: "overview" }, plain);

describe("help", () => {
  it("has every command in one group", () => {
    const grouped = GROUPS.flatMap(([, names]) => names);
    assert.deepEqual(grouped.toSorted(), Object.keys(COMMANDS).toSorted());
  });

  it("tells each command on a line of 80 columns, in a screen of 64 lines", () => {
    const lines = overview.split("\n");
    for (const [name, { about }] of Object.entries(COMMANDS)) {
      const line = lines.find((each) => each.startsWith(`  ${name} `)) ?? "";
      assert.ok(line.endsWith(about) && line.length <= 80, line || name);
    }
    assert.ok(lines.length <= 64, `${lines.length} lines`);
  });

  it("has an example for each of the three uses", () => {
    for (const use of ["at boot", "by hand", "in a bake"]) assert.match(overview, new RegExp(`^  ${use} `, "m"));
  });

  it("tells of tune on one screen, without the options of the profiles", () => {
    const text = formatHelp({ kind: "command", name: "tune" }, plain);
    assert.ok(text.split("\n").length <= 34, text);
    assert.match(text, /parbake help PROFILE/);
  });

  it("tells the options of one profile, and an example with one of them", () => {
    const text = formatHelp({ kind: "profile", name: "haproxy" }, plain);
    for (const option of Object.keys(PROFILES.get("haproxy")!.options))
      assert.match(text, new RegExp(`^  ${option} `, "m"));
    assert.doesNotMatch(text, /workload/);
    const postgresql = formatHelp({ kind: "profile", name: "postgresql" }, plain);
    assert.match(postgresql, /^Example\n  parbake tune postgresql --memory 4GiB --cpus 2 --set workload=oltp$/m);
  });

  it("tells of every profile", () => {
    for (const name of PROFILES.keys())
      assert.match(formatHelp({ kind: "profile", name }, plain), new RegExp(`^Usage: parbake tune ${name} `, "m"));
  });
});
