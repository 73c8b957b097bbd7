import assert from "node:assert/strict";
import type { SecretConfig } from "../../../agent/config/config.ts";
import { buildSecretSteps } from "../../../agent/plan/build-secret-steps.ts";
import { secretLabel } from "../../../agent/plan/secret-label.ts";

const OWNER = { owner: "root", group: null, mode: 0o400 };
const at = { file: "parbake.yaml" };
const SECRET: SecretConfig = {
  name: "db",
  id: "prod/db",
  region: null,
  keys: [
    { ...OWNER, key: "user", file: null, at },
    {
      ...OWNER,
      key: "password",
      file: "db/pw",
      newline: "strip",
      previous: { ...OWNER, owner: "api", file: "db/old" },
      at,
    },
    { ...OWNER, key: "host", pointer: "/hosts/0", file: null, previous: { ...OWNER, file: null }, at },
  ],
  at,
};

describe("buildSecretSteps", () => {
  it("fetches a secret once for all its keys", () => {
    const keys = SECRET.keys.slice(0, 1);
    const version = { kind: "stage", stage: "AWSPENDING" } as const;
    assert.deepEqual(buildSecretSteps({ ...SECRET, keys, version }, "/run/s"), [
      {
        kind: "secret",
        name: "db",
        id: "prod/db",
        region: null,
        version,
        keys: [{ ...OWNER, key: "user", path: null, at }],
        at,
      },
    ]);
  });

  it("adds a step for the version before, with those of the keys that want it", () => {
    const [current, previous, ...rest] = buildSecretSteps(SECRET, "/run/s/");
    assert.deepEqual(rest, []);
    assert.equal(current!.version, undefined);
    assert.deepEqual(
      current!.keys.map(({ key, path }) => [key, path]),
      [
        ["user", null],
        ["password", "/run/s/db/pw"],
        ["host", null],
      ],
    );
    assert.deepEqual(previous, {
      kind: "secret",
      name: "db.previous",
      id: "prod/db",
      region: null,
      version: { kind: "previous" },
      keys: [
        { key: "password", newline: "strip", path: "/run/s/db/old", owner: "api", group: null, mode: 0o400, at },
        { ...OWNER, key: "host", pointer: "/hosts/0", path: null, at },
      ],
      at,
    });
  });
});

describe("secretLabel", () => {
  it("says which version where it is not the current one", () => {
    assert.equal(secretLabel({ id: "a" }), "a");
    assert.equal(secretLabel({ id: "a", version: { kind: "stage", stage: "AWSPENDING" } }), "a@AWSPENDING");
    assert.equal(secretLabel({ id: "a", version: { kind: "pinned", versionId: "v-1" } }), "a@v-1");
    assert.equal(secretLabel({ id: "a", version: { kind: "previous" } }), "a@AWSPREVIOUS");
  });
});
