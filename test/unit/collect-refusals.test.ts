import assert from "node:assert/strict";
import { allGathering, forEachGathering, joinRefusals } from "../../agent/collect-refusals.ts";
import { placeRefusal, Refusal, type Problem } from "../../agent/refusal.ts";

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

describe("whether another try may help", () => {
  const problem: Problem = { what: "it is wrong", fix: "Mend it." };
  const codes: readonly (readonly [code: Refusal["code"], isRetryable: boolean])[] = [
    ["unavailable", true],
    ["system", true],
    ["cannot-write", true],
    ["locked", true],
    ["usage", false],
    ["data", false],
    ["bug", false],
    ["permission", false],
    ["config", false],
    ["terminated", false],
  ];
  for (const [code, isRetryable] of codes)
    it(`is told by ${code}, where nobody says more: ${isRetryable}`, () =>
      assert.equal(new Refusal(code, problem).isRetryable, isRetryable));

  it("stays with a refusal that is placed, or that causes another", () => {
    const denied = new Refusal("permission", problem, { isRetryable: true });
    assert.equal(placeRefusal(denied, { at: at(1) }).isRetryable, true);
    assert.equal(new Refusal("permission", problem, { cause: denied }).isRetryable, true);
  });

  it("is so of many where it is so of one, although the status is that of the others", () => {
    const joined = joinRefusals([new Refusal("unavailable", problem), new Refusal("data", problem)]);
    assert.deepEqual([joined.code, joined.isRetryable], ["data", true]);
    assert.equal(joinRefusals([new Refusal("config", problem), new Refusal("data", problem)]).isRetryable, false);
  });

  it("does not change the status of what both a retry may mend", () =>
    assert.equal(joinRefusals([new Refusal("system", problem), new Refusal("unavailable", problem)]).code, "system"));
});
