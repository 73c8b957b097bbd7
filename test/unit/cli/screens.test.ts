// Each screen at 80 and 120 columns is the text of test/screens. `UPDATE=1` writes what comes out, to be looked at before it is
// committed.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { COMMANDS } from "../../../agent/cli/commands.ts";
import { loadRuler } from "../../../agent/cli/ruler.ts";
import { PROFILES } from "../../../agent/tuning/profiles.ts";
import { runHere } from "../support/run-command.ts";
import { drawScreen, SCREEN_NAMES, SCREENS } from "../support/screens.ts";

const isUpdate = process.env["UPDATE"] === "1";

describe("the screens", () => {
  for (const columns of [80, 120])
    for (const name of SCREEN_NAMES)
      it(`are as they were looked at: ${name} at ${columns} columns, of which no line has more`, async () => {
        const text = await drawScreen(name, columns);
        const file = join(SCREENS, `${name}.${columns}.txt`);
        if (isUpdate) writeFileSync(file, text);
        assert.equal(text, readFileSync(file, "utf8"));
        assert.deepEqual(await listTooWide(text, columns), []);
      });

  for (const topic of [...Object.keys(COMMANDS), ...PROFILES.keys()])
    it(`have no line of more than 80 columns: help ${topic}`, async () => {
      const { out } = await runHere(["help", topic], { environment: { COLUMNS: "80" } });
      assert.match(out, /^Usage: /m);
      assert.deepEqual(await listTooWide(out, 80), []);
    });

  async function listTooWide(text: string, columns: number): Promise<string[]> {
    const { widthOf } = await loadRuler();
    return text.split("\n").filter((line) => widthOf(line) > columns);
  }
});
