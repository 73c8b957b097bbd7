import assert from "node:assert/strict";
import { tellKernel } from "../../../agent/bake/check-updates.ts";
import { tellUpdates, type PendingUpdates, type Update } from "../../../agent/bake/updates.ts";

function pending(...updates: readonly Update[]): PendingUpdates {
  return { kind: "known", updates, upgrade: "apt-get update && apt-get dist-upgrade" };
}

const EXPAT: Update = { name: "libexpat1", from: "2.5.0-1", to: "2.5.0-2", isSecurity: true };

describe("tellUpdates", () => {
  it("names each security update, and what brings it", () => {
    assert.deepEqual(tellUpdates(pending(EXPAT), "fail"), [
      {
        kind: "pending-updates",
        severity: "fail",
        what: "the image lacks a security update: libexpat1 2.5.0-1 → 2.5.0-2",
        fix: "Run `apt-get update && apt-get dist-upgrade` in the bake, before parbake seals it.",
      },
    ]);
  });

  it("counts those that are too many to be named", () => {
    const many = Array.from({ length: 23 }, (_, at) => ({ ...EXPAT, name: `p${at}`, from: null }));
    const [finding] = tellUpdates(pending(...many), "fail");
    assert.match(finding!.what, /^the image lacks 23 security updates: p0 2\.5\.0-2, .*, p19 2\.5\.0-2, and 3 more$/);
  });

  it("says nothing of other updates", () => {
    assert.deepEqual(tellUpdates(pending({ ...EXPAT, isSecurity: false }), "fail"), []);
  });

  it("says that it could not know, and only warns of that", () => {
    const unknown = { kind: "unknown", why: "this machine has no dnf to ask" } as const;
    const [finding] = tellUpdates(unknown, "fail");
    assert.equal(finding?.severity, "warn");
    assert.equal(
      finding?.what,
      "it could not be known whether the image lacks security updates: this machine has no dnf to ask",
    );
  });
});

describe("tellKernel", () => {
  it("warns of a newer kernel that the boot loader does not start", () => {
    const [finding] = tellKernel({ installed: ["6.1.0-9-amd64", "6.1.0-40-amd64"], boots: "6.1.0-9-amd64" });
    assert.equal(finding?.severity, "warn");
    assert.equal(finding?.what, "the image has the kernel 6.1.0-40-amd64 and starts 6.1.0-9-amd64");
  });

  it("says nothing where the newest boots, or where nobody knows which does", () => {
    assert.deepEqual(tellKernel({ installed: ["6.1.0-9-amd64"], boots: "6.1.0-9-amd64" }), []);
    assert.deepEqual(tellKernel({ installed: ["6.1.0-9-amd64", "6.1.0-40-amd64"], boots: null }), []);
    assert.deepEqual(tellKernel({ installed: [], boots: null }), []);
  });
});
