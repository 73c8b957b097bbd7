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

  it("says where a profile is told", async () => {
    assert.deepEqual(await explain("postgresql"), {
      status: 64,
      out: "",
      err: "parbake: 'postgresql' is a profile and no error. `parbake help postgresql` has its options, `parbake explain APP` says why an app has its numbers.\n",
    });
  });

  it("says what can be asked for, where nothing is near", async () => {
    const { err } = await explain("quite another thing");
    assert.equal(
      err,
      "parbake: parbake knows no error 'quite another thing'. Give an exit status (78), its name, an error of AWS's, or a whole line of parbake's in quotes: 'parbake: …'.\n",
    );
    assert.match((await explain()).err, /explain-error needs an error/);
  });

  const CONFIG = "78 config";
  const DATA = "65 data";
  for (const [line, headings] of [
    ["parbake: the config has no app 'postgresql'. Known: db, api, web.", [CONFIG]],
    ["/etc/parbake/parbake.yaml:4:12: reserve.memory.min: 9 GiB is more than there is.", [CONFIG]],
    ["the apps need at least 90 GiB (db 90 GiB), but 7 GiB are there: 83 GiB short.", [CONFIG]],
    ["parbake: web.txt.hbs:1: Handlebars has no pipes.", [DATA]],
    ["parbake.yaml:3:10: /etc/web.txt is refused by its validator `/bin/false`: exit status 1.", [DATA]],
    ["Nov 30 12:00:00 host parbake[812]: quite another thing", ["64 usage", DATA, CONFIG]],
  ] as const)
    it(`prints the statuses of a line that no page is about: ${line}`, async () => {
      const { status, out } = await explain(line);
      assert.equal(status, 0);
      assert.match(out, /^The line itself says where it is, what was expected, and what to do\. /);
      assert.deepEqual(out.match(/^\d+ [a-z]+(?=: )/gm), headings);
    });

  it("says in JSON whether it is the line that is explained, or its statuses", async () => {
    const aboutOf = async (asked: string) => JSON.parse((await explain(asked, "--json")).out).about;
    assert.equal(await aboutOf("parbake.yaml:4:12: no"), "statuses");
    assert.equal(await aboutOf("78"), "error");
  });

  it("takes a line of another program for none of parbake's", async () => {
    assert.equal((await explain("nginx: the config is bad, see nginx.conf")).status, 64);
  });
});
