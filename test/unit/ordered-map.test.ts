import assert from "node:assert/strict";
import { inOrder, orderedMap } from "../../agent/ordered-map.ts";

const ENTRIES = [
  ["b", 1],
  ["443", 2],
  ["80", 3],
  ["a", 4],
] as const;

describe("orderedMap", () => {
  it("keeps whole numbers among the keys where they stand", () => {
    const map = orderedMap(ENTRIES);
    assert.deepEqual(Object.keys(map), ["b", "443", "80", "a"]);
    assert.deepEqual(Object.entries(map), ENTRIES);
    assert.deepEqual(Object.values(map), [1, 2, 3, 4]);
    assert.equal(JSON.stringify(map), '{"b":1,"443":2,"80":3,"a":4}');
    assert.ok(Object.hasOwn(map, "80") && !Object.hasOwn(map, "8080"));
  });

  it("takes the later of two entries of one key, at the place of the first", () => {
    assert.deepEqual(
      Object.entries(
        orderedMap([
          ["2", "a"],
          ["1", "b"],
          ["2", "c"],
        ]),
      ),
      [
        ["2", "c"],
        ["1", "b"],
      ],
    );
  });

  it("leaves a map alone that JavaScript keeps in order", () => {
    const map = { b: 1, "080": 2, "1.5": 3, "-1": 4 };
    assert.equal(inOrder(map, Object.keys(map)), map);
  });
});
