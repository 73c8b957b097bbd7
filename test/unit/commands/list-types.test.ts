import assert from "node:assert/strict";
import { listTypes } from "../../../agent/commands/predict-machines.ts";
import { Refusal } from "../../../agent/refusal.ts";
import { GIB, MIB } from "../support/alone.ts";

const ALL = { families: null, fits: false, maxMemoryBytes: null, sort: "name" } as const;
const names = (filter: Partial<Parameters<typeof listTypes>[0]>) =>
  listTypes({ ...ALL, ...filter }).map(({ type }) => type);

describe("the types that a filter leaves", () => {
  it("are those of the families, in the catalogue's order", () => {
    const found = names({ families: ["t4g", "m7g?"] });
    assert.ok(found.includes("t4g.nano") && found.includes("m7gd.large") && !found.includes("m7g.large"), found.join());
    assert.deepEqual(
      found,
      names({}).filter((type) => /^(?:t4g|m7g.)\./.test(type)),
    );
  });

  it("are those of which the OS sees no more memory: an 8 GiB type is one of 8 GiB", () =>
    assert.deepEqual(names({ families: ["m7g"], maxMemoryBytes: 8 * GIB }), ["m7g.large", "m7g.medium"]));

  for (const [title, filter, message] of [
    [
      "a family that is not there",
      { families: ["m77g"] },
      /^--family: no instance type of the catalogue of .* is 'm77g'\. Did you mean /,
    ],
    [
      "a type in the place of a family",
      { families: ["m7g.large"] },
      /^--family: no instance type of the catalogue of .* is 'm7g\.large'\. /,
    ],
    [
      "less memory than any has",
      { families: ["m7g"], maxMemoryBytes: 100 * MIB },
      /^--max-memory 100 MiB is less than any of these types has\. The smallest has 3\.\d GiB\.$/,
    ],
  ] as const)
    it(`are refused for ${title}`, () =>
      assert.throws(
        () => names(filter),
        (error) => error instanceof Refusal && error.code === "usage" && message.test(error.message),
      ));
});
