import assert from "node:assert/strict";
import { forEachGathering, allGathering } from "../../agent/collect-refusals.ts";
import { Refusal, type Problem } from "../../agent/refusal.ts";

const FOLDER: Problem = { what: "the folder /srv/x does not exist", fix: "Make it." };
const at = (line: number) => ({ file: "p.yaml", line });

function refuse(...problems: Problem[]): never {
  throw new Refusal("cannot-write", problems);
}

describe("refusals that are gathered", () => {
  const items = [{ at: at(1) }, { at: at(2) }, { at: at(3) }];
  const once = new Refusal("cannot-write", [{ ...FOLDER, at: at(1) }]);

  it("tell of one cause once, in the line of the first that it is of", async () => {
    assert.throws(() => forEachGathering(items, () => refuse(FOLDER)), { message: once.message });
    await assert.rejects(
      allGathering(items, async () => refuse(FOLDER)),
      { message: once.message },
    );
  });

  it("tell of all that differs, or has a place of its own", () => {
    const message = [
      "p.yaml:1: the folder /srv/x does not exist. Make it.",
      "p.yaml:1: the same. Fix it.",
      "p.yaml:2: the same. Fix it.",
      "p.yaml:3: the same. Fix it.",
    ].join("\n");
    assert.throws(
      () => forEachGathering(items, (item) => refuse(FOLDER, { what: "the same", fix: "Fix it.", at: item.at })),
      { message },
    );
  });
});
