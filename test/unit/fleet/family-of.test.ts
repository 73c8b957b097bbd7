import assert from "node:assert/strict";
import { familyOf, nameFamily } from "../../../agent/fleet/family-of.ts";
import { FAMILY_TAG, familyKey } from "../../../agent/fleet/fleet.ts";

describe("nameFamily", () => {
  const rows: readonly (readonly [name: string, family: string])[] = [
    ["web-2026-11-29", "web-*"],
    ["web-2026-11-29T10-00-00Z", "web-*"],
    ["web 2026-11-29T10_00_00.123Z", "web *"],
    ["web-20261129", "web-*"],
    ["web-20261129-2", "web-*"],
    ["web_20261129T100000Z_arm64", "web_*_arm64"],
    // Packer's {{timestamp}}, and milliseconds.
    ["web-1764410400", "web-*"],
    ["web-1764410400000-arm64", "web-*-arm64"],
    ["web-v1.4.2", "web-v*"],
    ["web-1.4.2-rc.1", "web-*"],
    ["web-37", "web-*"],
    ["web-1.4.2-arm64", "web-*-arm64"],
    ["golden", "golden"],
    ["al2023", "al2023"],
    // Amazon's, Canonical's and Debian's own.
    ["al2023-ami-2023.9.20251117.1-kernel-6.1-x86_64", "al2023-ami-*-kernel-6.1-x86_64"],
    [
      "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20251022",
      "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*",
    ],
    ["debian-12-amd64-20251112-2294", "debian-12-amd64-*"],
  ];
  for (const [name, family] of rows) {
    it(`takes ${name} for one of ${family}`, () => assert.equal(nameFamily(name), family));
  }
});

describe("familyOf", () => {
  const image = { name: "web-20261129", ownerId: "123456789012", architecture: "arm64", tags: {} };

  it("goes by the tag where the image has one, and else by the name", () => {
    const tags = { [FAMILY_TAG]: "frontend", other: "backend" };
    assert.deepEqual(familyOf({ ...image, tags }, FAMILY_TAG), {
      kind: "tag",
      label: "frontend",
      ownerId: "123456789012",
      architecture: "arm64",
    });
    assert.equal(familyOf({ ...image, tags }, "other").label, "backend");
    assert.deepEqual(familyOf({ ...image, tags: { [FAMILY_TAG]: "" } }, FAMILY_TAG).kind, "name");
    assert.deepEqual(familyOf(image, "constructor").label, "web-*");
  });

  it("keeps images of other owners and architectures apart", () => {
    const all = [image, { ...image, ownerId: "210987654321" }, { ...image, architecture: "x86_64" }];
    assert.equal(new Set(all.map((each) => familyKey(familyOf(each, FAMILY_TAG)))).size, 3);
    const next = { ...image, name: "web-20261130" };
    assert.equal(familyKey(familyOf(next, FAMILY_TAG)), familyKey(familyOf(image, FAMILY_TAG)));
  });
});
