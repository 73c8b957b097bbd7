import assert from "node:assert/strict";
import { findStale, needsDescription, recordSecret } from "../../../agent/aws/compare-versions.ts";
import type { SecretDescription } from "../../../agent/aws/secret-description.ts";
import type { SecretStep } from "../../../agent/plan/plan.ts";
import { keyOf, stepOf } from "../support/open-source.ts";

const described = (versionIds: Readonly<Record<string, string>>, isDeleted = false): SecretDescription => ({
  arn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-a1B2c3",
  name: "prod/db",
  versionIds,
  isDeleted,
});

/** Why the one secret must be fetched; null: it need not. */
function why(step: SecretStep, description: SecretDescription | null, stored: ReturnType<typeof recordSecret> | null) {
  const descriptions = new Map(description === null ? [] : [[step.name, description]]);
  return findStale([step], descriptions, stored === null ? [] : [stored])[0]?.why ?? null;
}

describe("findStale", () => {
  const step = stepOf("prod/db");
  const held = recordSecret(step, { versionId: "v2" });

  it("has nothing to fetch where the stored version is the current one", () => {
    assert.equal(why(step, described({ AWSCURRENT: "v2", AWSPREVIOUS: "v1" }), held), null);
  });

  it("fetches after a rotation, and says why", () => {
    const descriptions = new Map([["db", described({ AWSCURRENT: "v3", AWSPREVIOUS: "v2" })]]);
    assert.deepEqual(findStale([step], descriptions, [held]), [{ name: "db", why: "other version" }]);
  });

  it("fetches what is not stored, and what the config declares in another way than before", () => {
    const now = described({ AWSCURRENT: "v2" });
    assert.equal(why(step, now, null), "not stored");
    assert.equal(why({ ...step, keys: [keyOf("password", { newline: "strip" })] }, now, held), "declared otherwise");
    assert.equal(why({ ...step, keys: [keyOf("password", { mode: 0o440 })] }, now, held), null, "the same value");
  });

  it("never takes a secret for current that is deleted, has lost the stage, or was not described", () => {
    assert.equal(why(step, described({ AWSCURRENT: "v2" }, true), held), "no such version");
    assert.equal(why(step, described({ AWSPREVIOUS: "v2" }), held), "no such version");
    assert.equal(why(step, null, held), "no such version");
  });

  it("compares a pinned version with itself, undescribed: it never changes", () => {
    const pinned = stepOf("prod/db", { version: { kind: "pinned", versionId: "v1" } });
    assert.equal(needsDescription(pinned), false);
    assert.equal(needsDescription(step), true);
    assert.equal(why(pinned, null, recordSecret(pinned, { versionId: "v1" })), null);
    assert.equal(why(pinned, null, recordSecret(pinned, { versionId: "v2" })), "other version");
  });

  it("takes the current version for the one before until there is one", () => {
    const previous = stepOf("prod/db", { version: { kind: "previous" } });
    const stored = recordSecret(previous, { versionId: "v1" });
    assert.equal(why(previous, described({ AWSCURRENT: "v1" }), stored), null);
    assert.equal(why(previous, described({ AWSCURRENT: "v2", AWSPREVIOUS: "v1" }), stored), null);
    assert.equal(why(previous, described({ AWSCURRENT: "v3", AWSPREVIOUS: "v2" }), stored), "other version");
  });

  it("compares by a stage of its own", () => {
    const pending = stepOf("prod/db", { version: { kind: "stage", stage: "AWSPENDING" } });
    const stored = recordSecret(pending, { versionId: "v3" });
    assert.equal(why(pending, described({ AWSCURRENT: "v2", AWSPENDING: "v3" }), stored), null);
  });
});
