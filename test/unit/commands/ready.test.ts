// Why a unit waits, from the command line to the words: run in this process, on a root that earlier runs have left so.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeFailures } from "../../../agent/apply/state/failures.ts";
import { makeFolder } from "../../support/folders.ts";
import { runCommand } from "../support/run-command.ts";

describe("ready, after a run that failed", () => {
  let root: string;

  beforeEach(async () => {
    root = makeFolder(tmpdir(), "ready", "test");
    mkdirSync(join(root, "etc/parbake"), { recursive: true });
    writeFileSync(join(root, "etc/parbake/parbake.yaml"), "file: []\n");
    assert.equal((await parbake("apply")).status, 78);
  });

  const parbake = (...argv: string[]) => runCommand({ root }, ...argv, "--deadline", "5s");

  it("says what mends it", async () => {
    const { status, err } = await parbake("ready", "web.service");
    assert.equal(status, 69);
    assert.match(err, /web\.service waits for a run of parbake that ends well: .*'file'/);
    assert.doesNotMatch(err, /try again by itself/);
  });

  it("says once that only a change on this machine does, and what to do after it", async () => {
    writeFailures(root, { count: 2, bugs: 0, givenUp: "only a change of the config mends this" });
    const { err } = await parbake("ready", "web.service");
    const words =
      "parbake does not try again by itself: only a change of the config mends this. Then: systemctl restart parbake";
    assert.equal(err.split(words).length, 2, err);
  });
});
