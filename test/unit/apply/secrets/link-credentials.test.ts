import assert from "node:assert/strict";
import { lstatSync, mkdirSync, readdirSync, readlinkSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { linkCredentials } from "../../../../agent/apply/secrets/link-credentials.ts";
import type { Plan } from "../../../../agent/plan/plan.ts";
import { Refusal } from "../../../../agent/refusal.ts";
import { makeScratch, planOf, secretStep, SECRETS_FOLDER, type Scratch } from "../../support/scratch.ts";

const CREDSTORE = "run/credstore";

describe("the links in systemd's credential store", () => {
  let scratch: Scratch;

  beforeEach(() => {
    scratch = makeScratch();
    mkdirSync(scratch.path("run"), { mode: 0o755 });
  });
  /** A secret for each name, its file of that name. */
  function planFor(...names: string[]): Plan {
    return planOf(
      ...names.map((name) => {
        const step = secretStep(name, { ".": `${SECRETS_FOLDER}/${name}` });
        return { ...step, keys: step.keys.map((key) => ({ ...key, credential: { name, units: [] } })) };
      }),
    );
  }

  const names = () => readdirSync(scratch.path(CREDSTORE)).toSorted();

  it("lead to the stable paths, in a folder that is root's alone", () => {
    linkCredentials(planFor("db"), scratch.root);
    assert.equal(readlinkSync(scratch.path(`${CREDSTORE}/db`)), `${SECRETS_FOLDER}/db`);
    assert.equal(statSync(scratch.path(CREDSTORE)).mode & 0o777, 0o700);
  });

  it("stay the same in a second run", () => {
    linkCredentials(planFor("db"), scratch.root);
    const { ino } = lstatSync(scratch.path(`${CREDSTORE}/db`));
    linkCredentials(planFor("db"), scratch.root);
    assert.equal(lstatSync(scratch.path(`${CREDSTORE}/db`)).ino, ino);
  });

  it("are replaced where they lead to another secret, and removed where no secret declares them any more", () => {
    linkCredentials(planFor("db", "old"), scratch.root);
    linkCredentials({ ...planFor("key"), part: "secrets" }, scratch.root);
    assert.deepEqual(names(), ["db", "key", "old"]);
    linkCredentials(planFor("db"), scratch.root);
    assert.deepEqual(names(), ["db"]);
  });

  it("leave what somebody else put there, and refuse to take its place", () => {
    mkdirSync(scratch.path(CREDSTORE), { mode: 0o700 });
    writeFileSync(scratch.path(`${CREDSTORE}/file`), "theirs");
    symlinkSync("/etc/passwd", scratch.path(`${CREDSTORE}/link`));
    linkCredentials(planFor(), scratch.root);
    assert.deepEqual(names(), ["file", "link"]);
    for (const name of names())
      assert.throws(
        () => linkCredentials(planFor(name), scratch.root),
        (error) =>
          error instanceof Refusal && error.code === "cannot-write" && /parbake did not make it/.test(error.message),
      );
  });

  it("are not made, nor their folder, where nothing is a credential", () => {
    linkCredentials(planOf(secretStep("db", { ".": `${SECRETS_FOLDER}/db` })), scratch.root);
    assert.throws(() => statSync(scratch.path(CREDSTORE)), { code: "ENOENT" });
  });
});
