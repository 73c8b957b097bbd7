import assert from "node:assert/strict";
import { parseApt } from "../../../agent/bake/parse-apt.ts";

describe("parseApt", () => {
  it("reads what apt 2.6 of Debian 12 prints", () => {
    const output = `Reading package lists...
Building dependency tree...
Calculating upgrade...
The following packages will be upgraded:
  apt base-files libexpat1
3 upgraded, 1 newly installed, 0 to remove and 0 not upgraded.
Inst base-files [12.4+deb12u11] (12.4+deb12u12 Debian:12.12/oldstable [amd64])
Conf base-files (12.4+deb12u12 Debian:12.12/oldstable [amd64])
Inst libexpat1 [2.5.0-1+deb12u1] (2.5.0-1+deb12u5 Debian:12.12/oldstable, Debian-Security:12/oldstable-security [amd64]) []
Inst linux-image-6.1.0-40-amd64 (6.1.153-1 Debian-Security:12/oldstable-security [amd64])
Conf libexpat1 (2.5.0-1+deb12u5 Debian:12.12/oldstable, Debian-Security:12/oldstable-security [amd64])
`;
    assert.deepEqual(parseApt(output), [
      { name: "base-files", from: "12.4+deb12u11", to: "12.4+deb12u12", isSecurity: false },
      { name: "libexpat1", from: "2.5.0-1+deb12u1", to: "2.5.0-1+deb12u5", isSecurity: true },
      { name: "linux-image-6.1.0-40-amd64", from: null, to: "6.1.153-1", isSecurity: true },
    ]);
  });

  it("reads Ubuntu's pockets, and a repository that gives no label", () => {
    const output = `Inst openssl [3.0.13-0ubuntu3.4] (3.0.13-0ubuntu3.6 Ubuntu:24.04/noble-updates, Ubuntu:24.04/noble-security [amd64])
Inst tool [1.0] (1.1 [all])
Inst curl [8.5.0-2ubuntu10.5] (8.5.0-2ubuntu10.6 Ubuntu:24.04/noble-updates [amd64])
`;
    assert.deepEqual(
      parseApt(output).map(({ name, isSecurity }) => [name, isSecurity]),
      [
        ["openssl", true],
        ["tool", false],
        ["curl", false],
      ],
    );
  });
});
