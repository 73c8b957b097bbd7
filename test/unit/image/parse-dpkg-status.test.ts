import assert from "node:assert/strict";
import { parseDpkgStatus } from "../../../agent/image/parse-dpkg-status.ts";

// As dpkg 1.21 of Debian 12 writes it.
const STATUS = `Package: nginx
Status: install ok installed
Priority: optional
Architecture: amd64
Version: 1.22.1-9+deb12u2
Conffiles:
 /etc/nginx/nginx.conf 1ca0fca4ce7d1e8d8b0e1d4f1a2d4a1f
Description: small, powerful, scalable web/proxy server
 Version: this line is the description's.
 .
 The end.

Package: removed
Status: deinstall ok config-files
Architecture: all
Version: 1.0

Package: held
Status: hold ok installed
Architecture: all
Version: 1:2.3-4

Package: half
Status: install reinstreq half-installed
Architecture: all
Version: 5
`;

describe("parseDpkgStatus", () => {
  it("gives the packages that are installed, held ones too, and not those of which only the config is left", () => {
    assert.deepEqual(parseDpkgStatus(STATUS), [
      { name: "nginx", version: "1.22.1-9+deb12u2", arch: "amd64" },
      { name: "held", version: "1:2.3-4", arch: "all" },
    ]);
  });

  it("counts a stanza without a status, as an image without dpkg has it, as installed", () => {
    assert.deepEqual(parseDpkgStatus("Package: base-files\nVersion: 12.4\nArchitecture: arm64\n"), [
      { name: "base-files", version: "12.4", arch: "arm64" },
    ]);
  });

  it("gives none of an empty file", () => assert.deepEqual(parseDpkgStatus(""), []));
});
