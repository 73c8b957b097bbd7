// Writes the bill of materials of one binary, as CycloneDX 1.6: Node, its parts, the npm packages that the bundler kept,
// and data of others.
// Usage: write-sbom.ts BINARY ARCHITECTURE OUTPUT, with SOURCE_DATE_EPOCH as the time that it gives

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ComponentType, ExternalReferenceType, HashAlgorithm } from "@cyclonedx/cyclonedx-library/Enums";
import { Bom, Component, ExternalReference, SpdxLicense } from "@cyclonedx/cyclonedx-library/Models";
import { JSON as Json, JsonSerializer } from "@cyclonedx/cyclonedx-library/Serialize";
import { Spec1dot6 } from "@cyclonedx/cyclonedx-library/Spec";
import { type Architecture, TOP } from "../building/build-pinned-node.ts";
import { type BundledPackage, listBundledPackages } from "./bundled-packages.ts";
import { type CarriedData, listCarriedData } from "./carried-data.ts";
import { listNodeParts, type NodePart } from "./node-parts.ts";

export interface Binary {
  readonly bytes: Buffer;
  readonly version: string;
  readonly architecture: Architecture;
  readonly madeAt: Date;
}

export async function formatSbom(binary: Binary): Promise<string> {
  const packages = await listBundledPackages();
  const parts = listNodeParts(process.versions).map(describePart);
  const bom = new Bom({ serialNumber: serialNumber(binary.bytes) });
  bom.metadata.timestamp = binary.madeAt;
  bom.metadata.component = describeBinary(binary);
  for (const each of [...parts, ...listCarriedData().map(describeData), ...linkPackages(packages)]) {
    bom.components.add(each);
    bom.metadata.component.dependencies.add(each.bomRef);
  }
  const serializer = new JsonSerializer(new Json.Normalize.Factory(Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

function describeBinary({ bytes, version, architecture }: Binary): Component {
  const purl = `pkg:generic/parbake@${version}?arch=${architecture}&os=linux`;
  const component = new Component(ComponentType.Application, "parbake", { version, purl, bomRef: purl });
  component.licenses.add(new SpdxLicense("Apache-2.0"));
  component.hashes.set(HashAlgorithm["SHA-256"], createHash("sha256").update(bytes).digest("hex"));
  component.hashes.set(HashAlgorithm["SHA-512"], createHash("sha512").update(bytes).digest("hex"));
  return component;
}

function describePart({ name, version, license, cpe }: NodePart): Component {
  const purl = `pkg:generic/${name}@${version}`;
  const type = name === "node" ? ComponentType.Platform : ComponentType.Library;
  const component = new Component(type, name, { version, purl, bomRef: purl });
  if (cpe !== undefined) component.cpe = `cpe:2.3:a:${cpe}:${escapeCpe(version)}:*:*:*:*:*:*:*`;
  component.licenses.add(new SpdxLicense(license));
  return component;
}

/** NIST IR 7695, 6.2: all but letters, digits, `_`, `.` and `-` is escaped. */
function escapeCpe(version: string): string {
  return version.replaceAll(/[^\w.-]/g, "\\$&");
}

function describeData({ name, version, license, purl }: CarriedData): Component {
  const component = new Component(ComponentType.Data, name, { version, purl, bomRef: purl });
  component.licenses.add(new SpdxLicense(license));
  return component;
}

function linkPackages(packages: readonly BundledPackage[]): Component[] {
  const components = packages.map((each) => ({ ...each, component: describePackage(each) }));
  for (const { component, dependencies } of components)
    for (const found of components.filter(({ name }) => dependencies.includes(name)))
      component.dependencies.add(found.component.bomRef);
  return components.map(({ component }) => component);
}

function describePackage({ name, version, license }: BundledPackage): Component {
  const [, group, plainName] = /^(?:(@[^/]+)\/)?(.+)$/.exec(name)!;
  // packageurl-spec, npm: the scope's at sign is percent-encoded.
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  const component = new Component(ComponentType.Library, plainName!, { version, purl, bomRef: purl });
  if (group !== undefined) component.group = group;
  component.licenses.add(new SpdxLicense(license));
  component.externalReferences.add(
    new ExternalReference(`https://www.npmjs.com/package/${name}`, ExternalReferenceType.Distribution),
  );
  return component;
}

/** Of the binary alone, so that the same binary has the same document: a UUID of version 8, of RFC 9562. */
function serialNumber(bytes: Buffer): string {
  const hex = createHash("sha256").update("parbake SBOM\n").update(bytes).digest("hex");
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

if (import.meta.main) {
  const [path, architecture, output] = process.argv.slice(2) as [string, Architecture, string];
  const { version } = JSON.parse(readFileSync(join(TOP, "package.json"), "utf8")) as { version: string };
  const madeAt = new Date(Number(process.env["SOURCE_DATE_EPOCH"]) * 1000);
  writeFileSync(output, await formatSbom({ bytes: readFileSync(path), version, architecture, madeAt }));
}
