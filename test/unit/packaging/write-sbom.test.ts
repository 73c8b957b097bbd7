import assert from "node:assert/strict";
import { Version } from "@cyclonedx/cyclonedx-library/Spec";
import { JsonStrictValidator } from "@cyclonedx/cyclonedx-library/Validation";
import { formatSbom } from "../../../scripts/packaging/write-sbom.ts";

interface Component {
  readonly name: string;
  readonly group?: string;
  readonly version: string;
  readonly purl: string;
  readonly cpe?: string;
  readonly licenses: readonly { license: { id: string } }[];
}

interface Sbom {
  readonly serialNumber: string;
  readonly metadata: { timestamp: string; component: { hashes: { alg: string; content: string }[]; purl: string } };
  readonly components: readonly Component[];
  readonly dependencies: readonly { ref: string; dependsOn?: string[] }[];
}

describe("the bill of materials", function () {
  this.timeout(60_000);
  const binary = {
    bytes: Buffer.from("abc"),
    version: "1.2.3",
    architecture: "arm64",
    madeAt: new Date("2026-11-29T12:00:00Z"),
  } as const;
  let text: string;
  let sbom: Sbom;

  before(async () => {
    text = await formatSbom(binary);
    sbom = JSON.parse(text) as Sbom;
  });

  const find = (name: string): Component | undefined => sbom.components.find((each) => each.name === name);

  it("is valid CycloneDX 1.6, by its strict schema", async () => {
    assert.equal(await new JsonStrictValidator(Version.v1dot6).validate(text), null);
  });

  it("is refused by that schema once a field is wrong", async () => {
    const wrong = text.replace('"type": "library"', '"type": "book"');
    assert.notEqual(await new JsonStrictValidator(Version.v1dot6).validate(wrong), null);
  });

  it("has the binary's hashes, which FIPS 180-2 gives for abc", () => {
    assert.deepEqual(sbom.metadata.component.hashes, [
      { alg: "SHA-256", content: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
      {
        alg: "SHA-512",
        content:
          "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
      },
    ]);
    assert.equal(sbom.metadata.component.purl, "pkg:generic/parbake@1.2.3?arch=arm64&os=linux");
    assert.equal(sbom.metadata.timestamp, "2026-11-29T12:00:00.000Z");
  });

  it("has Node with its parts as scanners look for them, and the packages that are in the bundle", () => {
    const { node, openssl, v8 } = process.versions;
    assert.equal(find("node")?.cpe, `cpe:2.3:a:nodejs:node.js:${node}:*:*:*:*:*:*:*`);
    assert.equal(find("openssl")?.cpe, `cpe:2.3:a:openssl:openssl:${openssl}:*:*:*:*:*:*:*`);
    assert.equal(find("v8")?.version, v8);
    assert.match(find("client-secrets-manager")!.purl, /^pkg:npm\/%40aws-sdk\/client-secrets-manager@3\.\d+\.\d+$/);
    assert.equal(find("client-secrets-manager")?.group, "@aws-sdk");
    assert.match(find("gitleaks-rules")!.purl, /^pkg:github\/gitleaks\/gitleaks@v8\.\d+\.\d+$/);
    assert.deepEqual(find("yaml")?.licenses, [{ license: { id: "ISC" } }]);
  });

  it("has no package that only builds or tests, and none that the bundler dropped", () => {
    for (const name of ["mocha", "esbuild", "typescript", "readable-stream", "colors"])
      assert.equal(find(name), undefined, name);
  });

  it("says of each part what is beneath it", () => {
    const winston = sbom.dependencies.find(({ ref }) => ref.startsWith("pkg:npm/winston@"));
    assert.ok(winston?.dependsOn?.some((ref) => ref.startsWith("pkg:npm/logform@")));
  });

  it("is the same for the same binary, and another for another", async () => {
    assert.equal(await formatSbom(binary), text);
    const other = JSON.parse(await formatSbom({ ...binary, bytes: Buffer.from("abd") })) as Sbom;
    assert.notEqual(other.serialNumber, sbom.serialNumber);
  });
});
