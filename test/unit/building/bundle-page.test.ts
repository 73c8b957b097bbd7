import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundlePage } from "../../../scripts/building/bundle-page.ts";
import { makeFolder } from "../../support/folders.ts";

/** What makes markup of text. */
const MARKUP = /innerHTML|outerHTML|insertAdjacentHTML|document\.write/;

describe("the page's script", () => {
  const file = join(makeFolder(tmpdir(), "page", "run"), "page.js");

  it("has the tuning of the boot in it, no package, nothing of Node's and no colour of a terminal", async () => {
    const { outputs } = await bundlePage(file);
    const inputs = Object.values(outputs).flatMap((output) =>
      Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
    );
    assert.ok(inputs.includes("agent/tuning/compute-tuning.ts") && inputs.includes("agent/tuning/budget.ts"));
    assert.deepEqual(
      inputs.filter((path) => !path.startsWith("agent/") || /^agent\/(host|aws|process|commands)\//.test(path)),
      [],
    );
    const script = readFileSync(file, "utf8");
    for (const word of [
      /["']node:\w+/,
      /\brequire\(/,
      /\beval\(|\bnew Function/,
      /\bfetch\(|XMLHttp|WebSocket|sendBeacon/,
      MARKUP,
    ])
      assert.equal(word.exec(script)?.[0], undefined);
  });

  it("is plain ASCII, and ends no script element", () => {
    const script = readFileSync(file, "utf8");
    assert.match(script, /^[\x20-\x7e\s]*$/);
    assert.doesNotMatch(script, /<\/script|<!--/i);
  });
});
