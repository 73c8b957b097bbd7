import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { VARIABLES } from "../../agent/process/environment.ts";

const AGENT = join(import.meta.dirname, "../../agent");

describe("the environment", () => {
  it("has no variable that the code reads and that is forgotten before", () => {
    const files = readdirSync(AGENT, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
    const text = files.map((name) => readFileSync(join(AGENT, name), "utf8")).join("\n");
    const indexed = [...text.matchAll(/\benv(?:ironment)?\["([A-Za-z_]+)"\]/g)].map(([, name]) => name!);
    // Those that stand in a list first: every AWS_ word of the code is one.
    const listed = text.match(/"AWS_[A-Z_]+"/g)!.map((word) => word.slice(1, -1));
    const read = [...indexed, ...listed];
    assert.ok(read.includes("AWS_CA_BUNDLE") && read.includes("JOURNAL_STREAM"), read.join());
    // Read while the snapshot is built.
    assert.deepEqual(
      read.filter(
        (name) =>
          !VARIABLES.includes(name) &&
          !["PARBAKE_WARM_ENDPOINT", "PARBAKE_WARM_FOLDER", "PARBAKE_WARM_MS"].includes(name),
      ),
      [],
    );
  });

  it("has every variable that means anything to parbake in cli/README.md", () => {
    const page = readFileSync(join(AGENT, "cli/README.md"), "utf8");
    const isNamed = (name: string) => new RegExp(`\\b${name}\\b`).test(page);
    assert.deepEqual(
      VARIABLES.filter((name) => !isNamed(name.toUpperCase())),
      [],
    );
  });
});
