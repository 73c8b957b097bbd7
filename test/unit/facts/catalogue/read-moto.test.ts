import assert from "node:assert/strict";
import { findAnswer } from "../../../../scripts/catalogue/read-moto.ts";

const HEAD = "File Name                                             Modified             Size\n";

describe("moto's wheel", () => {
  it("says on which day it was made, and has its answer compressed", () => {
    const listing =
      HEAD +
      "moto/ec2/models/instance_types.py              2026-10-27 22:44:08        11220\n" +
      "moto/ec2/resources/instance_types.json.gz      2026-10-27 22:45:00       113492\n" +
      "moto/emr/resources/instance_types.json.gz      2026-10-27 22:45:00        10214\n";
    assert.deepEqual(findAnswer(listing), {
      member: "moto/ec2/resources/instance_types.json.gz",
      asOf: "2026-10-27",
    });
  });

  it("had it as it is in older releases", () => {
    const listing = `${HEAD}moto/ec2/resources/instance_types.json         2024-11-04 17:13:24      2183000\n`;
    assert.deepEqual(findAnswer(listing), { member: "moto/ec2/resources/instance_types.json", asOf: "2024-11-04" });
  });

  it("is refused where it is a package without EC2's types", () => {
    assert.equal(findAnswer(`${HEAD}moto/__init__.py                    2024-11-04 17:13:24      218\n`), null);
  });
});
