import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { MESSAGE_IDS } from "../../../agent/cli/message-ids.ts";
import { EXIT_STATUS } from "../../../agent/refusal.ts";

const CATALOG = readFileSync(new URL("../../../systemd/parbake.catalog", import.meta.url), "utf8");

describe("the ids of parbake's entries", () => {
  it("are one for each code that a run can end with, one for what is held back, and one for a run that was killed", () => {
    assert.deepEqual(Object.keys(MESSAGE_IDS).toSorted(), [...Object.keys(EXIT_STATUS), "held", "killed"].toSorted());
  });

  it("are 128 bits each, and no two are the same", () => {
    const ids = Object.values(MESSAGE_IDS);
    for (const id of ids) assert.match(id, /^[\da-f]{32}$/);
    assert.equal(new Set(ids).size, ids.length);
  });

  it("are those that parbake.service itself sends", () => {
    const unit = readFileSync(new URL("../../../systemd/parbake.service", import.meta.url), "utf8");
    assert.deepEqual(
      [...unit.matchAll(/MESSAGE_ID=([\da-f]+)/g)].map(([, id]) => id),
      [MESSAGE_IDS.killed],
    );
  });

  it("are those that the catalog explains", () => {
    const explained = [...CATALOG.matchAll(/^-- ([\da-f]{32})\nSubject: .+\nDefined-By: parbake\n/gm)].map(
      ([, id]) => id!,
    );
    assert.deepEqual(explained.toSorted(), Object.values(MESSAGE_IDS).toSorted());
  });
});
