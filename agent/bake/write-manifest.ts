// Describes an image in /usr/share/parbake, for the boots from it and for everybody's tools.

import { dirname } from "node:path";
import { writeWhole } from "../apply/state/write-whole.ts";
import type { Config } from "../config/config.ts";
import { TRUST_NOBODY_ELSE } from "../host/folder.ts";
import { makeFolders } from "../host/make-folders.ts";
import { listKernels } from "../image/kernels.ts";
import { readOsRelease } from "../image/os-release.ts";
import { listPackages } from "../image/packages.ts";
import type { StageResult } from "../seal/finding.ts";
import { shownJson } from "../shown.ts";
import { listInputs } from "./list-inputs.ts";
import { type Baked, type BakeManifest, HEAD_FILE, MANIFEST_FILE, SBOM_FILE } from "./manifest.ts";
import { buildSbom } from "./sbom.ts";

export function writeManifest(baked: Baked, config: Config | null, root: string): StageResult {
  const found = listPackages(root);
  const manifest = describe(baked, config, root, found.kind === "deb" || found.kind === "rpm" ? found : null);
  makeFolders(root, "/", dirname(MANIFEST_FILE), 0o755);
  const files = [
    [MANIFEST_FILE, manifest, "what the image is made of"],
    [HEAD_FILE, { schema: 1, ...baked }, "its head, which each boot reads"],
    [SBOM_FILE, buildSbom(manifest), "the same as a CycloneDX SBOM"],
  ] as const;
  for (const [path, document] of files) writeWhole(root, path, `${shownJson(document, 1)}\n`, TRUST_NOBODY_ELSE);
  const why = found.kind === "unreadable" ? found.why : "there is no record of dpkg or rpm";
  const what = `the manifest lists no packages: ${why}`;
  const fix = "Seal the image where its packages can be listed.";
  return {
    findings: manifest.packageFormat === null ? [{ kind: "unknown-packages", severity: "warn", what, fix }] : [],
    actions: files.map(([path, , about]) => ({ did: "wrote" as const, path, why: about })),
  };
}

function describe(
  baked: Baked,
  config: Config | null,
  root: string,
  packages: Extract<ReturnType<typeof listPackages>, { kind: "deb" | "rpm" }> | null,
): BakeManifest {
  const { id, version, name } = readOsRelease(root);
  const { installed, boots } = listKernels(root);
  return {
    schema: 1,
    ...baked,
    os: { id, version, name },
    kernels: installed,
    bootKernel: boots,
    ...listInputs(config, root),
    packageFormat: packages?.kind ?? null,
    packages: packages?.list ?? [],
  };
}
