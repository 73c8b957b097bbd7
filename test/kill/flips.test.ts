import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { applyPlan } from "../../agent/apply/apply-plan.ts";
import type { ContentPart } from "../../agent/formats/content.ts";
import {
  fetched,
  fileStep,
  makeRunnable,
  optionsFor,
  planOf,
  secretStep,
  SECRETS_FOLDER,
} from "../unit/support/scratch.ts";

const FLIPS = 1_000;
const READER = new URL("support/generation-reader.ts", import.meta.url).pathname;

describe("1,000 rotations under load", () => {
  it("show a reader in a tight loop whole generations only, and a stable path that is never missing", async function () {
    this.timeout(180_000);
    const scratch = makeRunnable();
    const hole = (secret: string): ContentPart => ({ reference: { secret, key: "k" }, format: "env" });
    const plan = planOf(
      secretStep("a", { k: `${SECRETS_FOLDER}/a/k` }),
      secretStep("b", { k: `${SECRETS_FOLDER}/b` }),
      secretStep("c", { k: `${SECRETS_FOLDER}/deep/er/c` }),
      fileStep(`${SECRETS_FOLDER}/all.env`, ["A=", hole("a"), "\nB=", hole("b"), "\nC=", hole("c"), "\n"], {
        mode: 0o400,
      }),
    );
    let version = 0;
    const fetchSecret = async () => ({
      ...fetched({ k: `v${version}-${"x".repeat(2000)}` }),
      versionId: `v${version}`,
    });
    const rotate = async () => {
      version++;
      await applyPlan(plan, optionsFor(scratch.root, { fetchSecret }));
    };
    await rotate();
    const reader = spawn(process.execPath, [READER, scratch.path(SECRETS_FOLDER)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      await once(reader.stdout, "readable");
      for (let flip = 0; flip < FLIPS; flip++) await rotate();
      await wait(50);
      reader.kill("SIGTERM");
      const seen = JSON.parse((await text(reader.stdout)).split("\n").at(-2)!);
      assert.deepEqual(
        { mixed: seen.mixed, torn: seen.torn, missing: seen.missing },
        { mixed: 0, torn: 0, missing: 0 },
      );
      assert.ok(seen.generations > FLIPS / 10, JSON.stringify(seen));
      assert.ok(seen.gone < seen.reads / 10, JSON.stringify(seen));
    } finally {
      reader.kill("SIGKILL");
    }
    assert.deepEqual(readdirSync(scratch.path(SECRETS_FOLDER)).toSorted(), [
      "..data",
      "..gen-1001",
      "a",
      "all.env",
      "b",
      "deep",
    ]);
  });
});
