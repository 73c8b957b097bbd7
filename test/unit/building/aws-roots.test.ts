import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readAwsRoots } from "../../../scripts/building/aws-roots.ts";

describe("the authorities of AWS's own hosts", () => {
  it("are five, each signed by itself, and valid for two more years", () => {
    const roots = readAwsRoots().map((pem) => new X509Certificate(pem));
    assert.equal(roots.length, 5);
    for (const root of roots) {
      assert.ok(root.ca && root.verify(root.publicKey), root.subject);
      assert.ok(
        Date.parse(root.validTo) - Date.now() > 2 * 365 * 24 * 3600 * 1000,
        `${root.subject} ends ${root.validTo}`,
      );
    }
  });
});
