// The manifest of a bake as a software bill of materials: CycloneDX 1.6, which scanners of vulnerabilities read. Packages by their
// package URLs (purl-spec, types deb and rpm), and by digest the files that decide what a boot does. Pure but for a hash.

import { hash } from "node:crypto";
import type { Package } from "../image/package.ts";
import type { BakedInput, BakeManifest } from "./manifest.ts";

export function buildSbom(manifest: BakeManifest): object {
  const { bakedAt, family, parbake, os, packages, packageFormat, inputs } = manifest;
  const format = packageFormat ?? "deb";
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(manifest)}`,
    version: 1,
    metadata: {
      timestamp: bakedAt,
      tools: { components: [{ type: "application", name: "parbake", version: parbake.version }] },
      component: { type: "platform", "bom-ref": "image", name: family ?? "machine image", version: bakedAt },
      properties: listProperties(manifest),
    },
    components: [
      {
        type: "operating-system",
        "bom-ref": "os",
        name: os.id,
        ...(os.version && { version: os.version }),
        description: os.name,
      },
      ...packages.map((each) => describePackage(each, format, manifest)),
      ...inputs.map(describeInput),
    ],
    dependencies: [],
  };
}

function listProperties({ baseImage, sourceCommit, bootKernel, kernels, parbake }: BakeManifest): object[] {
  const all: readonly (readonly [name: string, value: string | null])[] = [
    ["parbake:commit", parbake.commit],
    ["parbake:baseImage", baseImage],
    ["parbake:sourceCommit", sourceCommit],
    ["parbake:bootKernel", bootKernel],
    ...kernels.map((kernel) => ["parbake:kernel", kernel] as const),
  ];
  return all.flatMap(([name, value]) => (value === null ? [] : [{ name, value }]));
}

function describePackage(each: Package, format: "deb" | "rpm", { os }: BakeManifest): object {
  const purl = packageUrl(each, format, os);
  return { type: "library", "bom-ref": purl, name: each.name, version: each.version, purl };
}

/** rpm's type has the epoch as a qualifier, and deb's in the version. */
export function packageUrl({ name, version, arch }: Package, format: "deb" | "rpm", os: BakeManifest["os"]): string {
  const [, epoch, rest] = (format === "rpm" && /^(\d+):(.+)$/.exec(version)) || [null, null, version];
  const distro = os.version === null ? os.id : `${os.id}-${os.version}`;
  const qualifiers = [
    `arch=${encode(arch)}`,
    `distro=${encode(distro)}`,
    ...(epoch === null ? [] : [`epoch=${epoch}`]),
  ];
  return `pkg:${format}/${encode(os.id)}/${encode(name)}@${encode(rest ?? version)}?${qualifiers.join("&")}`;
}

/** purl-spec, "Character encoding": all but letters, digits, and `.`, `-`, `_`, `~`; a colon stays. */
function encode(text: string): string {
  return encodeURIComponent(text)
    .replaceAll(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%3A", ":");
}

function describeInput({ kind, path, sha256 }: BakedInput): object {
  return {
    type: "file",
    "bom-ref": `file:${path}`,
    name: path,
    hashes: [{ alg: "SHA-256", content: sha256 }],
    properties: [{ name: "parbake:kind", value: kind }],
  };
}

/** RFC 9562, version 8: of the same manifest the same one, so that a bake can be made twice and compared. */
function uuidOf(manifest: BakeManifest): string {
  const digits = hash("sha256", JSON.stringify(manifest), "hex").slice(0, 32).split("");
  digits[12] = "8";
  digits[16] = "89ab"[parseInt(digits[16] ?? "0", 16) % 4] ?? "8";
  return digits.join("").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
