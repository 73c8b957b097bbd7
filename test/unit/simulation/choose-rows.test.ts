import assert from "node:assert/strict";
import { chooseRows, formatLeftOut } from "../../../scripts/simulation/choose-rows.ts";
import type { Row } from "../../../scripts/simulation/row.ts";

const row = (name: string, more: Partial<Row> = {}): Row => ({
  name,
  title: name,
  machine: "container",
  promises: { held: () => false, says: null, status: 0 },
  ...more,
});
const ROWS = [row("plain"), row("small", { machine: "emulated" }), row("noble", { tree: "ubuntu-24.04-networks" })];
const namesOf = (rows: readonly Row[]): string[] => rows.map(({ name }) => name);

describe("chooseRows", () => {
  it("takes every row for the example image, or those that are named", () => {
    assert.deepEqual(chooseRows(ROWS, [], null), { rows: ROWS, leftOut: [] });
    assert.deepEqual(namesOf(chooseRows(ROWS, ["noble", "plain"], null).rows), ["plain", "noble"]);
  });

  it("leaves out for an image of one's own the rows that boot another, and says why", () => {
    const { rows, leftOut } = chooseRows(ROWS, [], { hasKernel: true });
    assert.deepEqual(namesOf(rows), ["plain", "small"]);
    assert.deepEqual(leftOut.map(formatLeftOut), [
      "1 row is not for this image: each boots the example image in a distribution's own tree, to try the distribution; without IMAGE, they run: noble",
    ]);
  });

  it("emulates no machine for a folder without a kernel", () => {
    const { rows, leftOut } = chooseRows(ROWS, [], { hasKernel: false });
    assert.deepEqual(namesOf(rows), ["plain"]);
    assert.deepEqual(
      leftOut.map(({ names }) => names),
      [["small"], ["noble"]],
    );
  });

  it("refuses a name that is no row's, and a row that is named and says nothing of the image", () => {
    assert.throws(() => chooseRows(ROWS, ["plain", "plane"], null), /there is no row plane\. --list names them all\./);
    assert.throws(() => chooseRows(ROWS, ["noble"], { hasKernel: true }), /1 row is not for this image: .*: noble/);
  });
});
