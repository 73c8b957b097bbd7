import assert from "node:assert/strict";
import { parseDnf } from "../../../agent/bake/parse-dnf.ts";

describe("parseDnf", () => {
  it("reads the three columns of check-update, and not what would be replaced", () => {
    const output = `
kernel.x86_64                1:6.1.155-176.282.amzn2023          amazonlinux
python3.11-pip-wheel.noarch
                             22.3.1-2.amzn2023.0.9               amazonlinux
openssl-libs.x86_64          1:3.2.2-1.amzn2023.0.3              amazonlinux
Obsoleting Packages
old.noarch                   2.0-1.amzn2023                      amazonlinux
    older.noarch             1.0-1.amzn2023                      @System
`;
    assert.deepEqual(
      parseDnf(output, true).map(({ name, to }) => [name, to]),
      [
        ["kernel", "1:6.1.155-176.282.amzn2023"],
        ["python3.11-pip-wheel", "22.3.1-2.amzn2023.0.9"],
        ["openssl-libs", "1:3.2.2-1.amzn2023.0.3"],
      ],
    );
  });

  it("takes no sentence for a package", () => {
    const output =
      "Last metadata expiration check: 0:00:12 ago on Sat Nov 28 10:00:00 2026.\nNo security updates needed, but 3 updates available\n";
    assert.deepEqual(parseDnf(output, true), []);
  });
});
