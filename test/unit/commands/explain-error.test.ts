import assert from "node:assert/strict";
import { runHere } from "../support/run-command.ts";

describe("parbake explain-error", () => {
  const explain = (...words: readonly string[]) => runHere(["explain-error", ...words]);

  it("prints the paragraph of an exit status, whatever it is called by", async () => {
    const byStatus = await explain("78");
    assert.equal(byStatus.status, 0);
    assert.match(
      byStatus.out,
      /^78 config: The config of parbake is wrong, or does not fit this machine\n\nThe line names/,
    );
    assert.equal((await explain("config")).out, byStatus.out);
  });

  it("suggests the code that is nearest to an unknown one", async () => {
    const { status, err } = await explain("permision");
    assert.deepEqual([status, err], [64, "parbake: parbake knows no error 'permision'. Did you mean 'permission'?\n"]);
  });

  it("says what can be asked for, where nothing is near", async () => {
    const { err } = await explain("quite another thing");
    assert.match(err, /Give an exit status, its name, an error of AWS's, or a line of parbake's in quotes\.\n$/);
    assert.match((await explain()).err, /explain-error needs an error/);
  });
});
