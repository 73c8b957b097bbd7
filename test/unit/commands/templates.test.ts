import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CARRIED } from "../../../agent/carried.ts";
import { runHere } from "../support/run-command.ts";

const TOP = join(import.meta.dirname, "../../..");

const templates = (...words: readonly string[]) => runHere(["templates", ...words]);

describe("parbake templates", () => {
  it("lists templates and documents, and prints each document as it is in the source tree", async () => {
    const { templates: all } = JSON.parse((await templates("--json")).out) as { templates: { name: string }[] };
    const documents = all.filter(({ name }) => name.endsWith(".md")).map(({ name }) => name);
    assert.deepEqual(documents.slice(0, 5), ["parbake.md", "bake.md", "config.md", "templates.md", "secrets.md"]);
    const printed = await Promise.all(documents.map(async (name) => (await templates(name)).out));
    const carried = [...CARRIED.filter((path) => path.endsWith(".md")), "templates/README.md"];
    assert.deepEqual(printed.toSorted(), carried.map((path) => readFileSync(join(TOP, path), "utf8")).toSorted());
  });

  it("prints the one template of a profile, to be written into a file", async () => {
    const { status, out } = await templates("nginx");
    assert.deepEqual([status, out], [0, readFileSync(join(TOP, "templates/nginx.conf.hbs"), "utf8")]);
  });

  it("refuses a name of several, and one that it does not know, with the nearest", async () => {
    assert.equal((await templates("haproxy")).status, 64);
    const { status, err } = await templates("ngnix");
    assert.equal(status, 64);
    assert.match(err, /carries no template 'ngnix'\. Did you mean 'nginx'/);
  });
});
