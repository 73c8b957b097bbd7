import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import formats from "ajv-formats";
import { PackageURL } from "packageurl-js";
import type { BakeManifest } from "../../../agent/bake/manifest.ts";
import { buildSbom, packageUrl } from "../../../agent/bake/sbom.ts";

const DEBIAN = { id: "debian", version: "12", name: "Debian GNU/Linux 12 (bookworm)" };
const AMAZON = { id: "amzn", version: "2023", name: "Amazon Linux 2023" };

const MANIFEST: BakeManifest = {
  schema: 1,
  bakedAt: "2026-11-29T21:00:00Z",
  baseImage: "ami-0123456789abcdef0",
  family: "web",
  sourceCommit: null,
  parbake: { version: "0.1.0", commit: "abc1234" },
  os: DEBIAN,
  kernels: ["6.1.0-40-cloud-amd64"],
  bootKernel: "6.1.0-40-cloud-amd64",
  inputs: [{ kind: "config", path: "/etc/parbake/parbake.yaml", sizeBytes: 3, sha256: "a".repeat(64) }],
  inputFolders: ["/etc/parbake/parbake.d"],
  packageFormat: "deb",
  packages: [
    { name: "nginx", version: "1.22.1-9+deb12u2", arch: "amd64" },
    { name: "tzdata", version: "2024a-0+deb12u1", arch: "all" },
  ],
};

describe("the SBOM of an image", () => {
  it("is valid by CycloneDX's own schema, with packages of Debian, of Amazon Linux, and with nothing but the head", () => {
    const validate = compileSchema();
    for (const manifest of [
      MANIFEST,
      {
        ...MANIFEST,
        os: AMAZON,
        packageFormat: "rpm",
        packages: [{ name: "bash", version: "5.2.15-1", arch: "x86_64" }],
      },
      {
        ...MANIFEST,
        os: { id: "linux", version: null, name: "linux" },
        family: null,
        packageFormat: null,
        packages: [],
        inputs: [],
      },
    ] as const) {
      validate(JSON.parse(JSON.stringify(buildSbom(manifest))));
      assert.deepEqual(validate.errors ?? [], []);
    }
  });

  it("is held to that schema: a component without a name is not", () => {
    const validate = compileSchema();
    assert.equal(validate({ ...buildSbom(MANIFEST), components: [{ type: "library" }] }), false);
  });

  it("has every package by its package URL, and the files that decide what a boot does by their digests", () => {
    const { components } = buildSbom(MANIFEST) as { components: { name: string; purl?: string; hashes?: unknown }[] };
    assert.deepEqual(
      components.map(({ name, purl }) => [name, purl]),
      [
        ["debian", undefined],
        ["nginx", "pkg:deb/debian/nginx@1.22.1-9%2Bdeb12u2?arch=amd64&distro=debian-12"],
        ["tzdata", "pkg:deb/debian/tzdata@2024a-0%2Bdeb12u1?arch=all&distro=debian-12"],
        ["/etc/parbake/parbake.yaml", undefined],
      ],
    );
    assert.deepEqual(components[3]?.hashes, [{ alg: "SHA-256", content: "a".repeat(64) }]);
  });

  it("is the same of the same manifest, and has another serial number of another", () => {
    assert.deepEqual(buildSbom(MANIFEST), buildSbom(MANIFEST));
    const serial = (manifest: BakeManifest) => (buildSbom(manifest) as { serialNumber: string }).serialNumber;
    assert.notEqual(serial(MANIFEST), serial({ ...MANIFEST, bakedAt: "2026-11-30T21:00:00Z" }));
  });
});

describe("packageUrl", () => {
  it("has rpm's epoch as a qualifier, and dpkg's in the version", () => {
    assert.equal(
      packageUrl({ name: "openssl-libs", version: "1:3.2.2-1.amzn2023", arch: "aarch64" }, "rpm", AMAZON),
      "pkg:rpm/amzn/openssl-libs@3.2.2-1.amzn2023?arch=aarch64&distro=amzn-2023&epoch=1",
    );
    assert.equal(
      packageUrl({ name: "tar", version: "1:1.2~rc1+dfsg", arch: "amd64" }, "deb", DEBIAN),
      "pkg:deb/debian/tar@1:1.2~rc1%2Bdfsg?arch=amd64&distro=debian-12",
    );
  });

  it("is read back by the reference implementation", () => {
    for (const [name, version] of [
      ["libstdc++6", "12.2.0-14+deb12u1"],
      ["g++", "4:12.2.0-3"],
      ["a", "1~beta!(2)'*"],
    ] as const) {
      const {
        name: readName,
        version: readVersion,
        qualifiers,
      } = PackageURL.fromString(packageUrl({ name, version, arch: "amd64" }, "deb", DEBIAN));
      assert.deepEqual(
        [readName, readVersion, { ...qualifiers }],
        [name, version, { arch: "amd64", distro: "debian-12" }],
      );
    }
  });
});

/** Its schemas name each other by these file names. */
function compileSchema(): ValidateFunction {
  const home = dirname(createRequire(import.meta.url).resolve("@cyclonedx/cyclonedx-library/package.json"));
  const read = (name: string): object =>
    JSON.parse(readFileSync(join(home, "res/schema", `${name}.SNAPSHOT.schema.json`), "utf8")) as object;
  // Its keywords for people, and its one format that ajv-formats does not know, an IRI.
  const ajv = new Ajv({ strict: false, unicodeRegExp: false, formats: { "iri-reference": true, "idn-email": true } });
  formats.default(ajv);
  for (const name of ["spdx", "jsf-0.82", "cryptography-defs"])
    ajv.addSchema(read(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  return ajv.compile(read("bom-1.6"));
}
