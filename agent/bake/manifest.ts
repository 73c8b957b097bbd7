// What `seal` leaves in an image about itself, in /usr/share/parbake: bake.json for parbake and for people, its head for each boot, and a
// CycloneDX SBOM for everybody's tools. An interface, as the report is: fields are added, never renamed.

import type { Package } from "../image/package.ts";

export const BAKE_FOLDER = "/usr/share/parbake";
export const MANIFEST_FILE = `${BAKE_FOLDER}/bake.json`;
/** A boot reads no list of packages. */
export const HEAD_FILE = `${BAKE_FOLDER}/image.json`;
export const SBOM_FILE = `${BAKE_FOLDER}/sbom.cdx.json`;

/** What a boot tells of its image: image.json. */
export interface Baked {
  /** ISO 8601, UTC; of SOURCE_DATE_EPOCH where that is set. */
  readonly bakedAt: string;
  /** The AMI that the bake began from; null: nobody said it. */
  readonly baseImage: string | null;
  /** Under which name newer images of this kind are found; null: nobody said it. */
  readonly family: string | null;
  /** The commit of what the image was made by; null: nobody said it. */
  readonly sourceCommit: string | null;
  /** The one that sealed it. */
  readonly parbake: { readonly version: string; readonly commit: string };
}

export type InputKind = "config" | "template" | "unit" | "program";

/** A file that decides what a boot does. */
export interface BakedInput {
  readonly kind: InputKind;
  /** As the booted machine sees it. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** bake.json. */
export interface BakeManifest extends Baked {
  readonly schema: 1;
  readonly os: { readonly id: string; readonly version: string | null; readonly name: string };
  readonly kernels: readonly string[];
  /** What the boot loader starts; null: not known. */
  readonly bootKernel: string | null;
  readonly inputs: readonly BakedInput[];
  /** Folders of which every file is an input: a new one is a difference, too. */
  readonly inputFolders: readonly string[];
  /** Null: there is no record of packages, or none that parbake reads. */
  readonly packageFormat: "deb" | "rpm" | null;
  readonly packages: readonly Package[];
}
