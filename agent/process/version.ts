// What `parbake --version` says: baked into the bundle by scripts/building/bundle-agent.ts, and "source" where it runs unbuilt.

declare const PARBAKE_VERSION: string | undefined;
declare const PARBAKE_COMMIT: string | undefined;
declare const PARBAKE_CATALOGUE: string | undefined;

export const VERSION = typeof PARBAKE_VERSION === "string" ? PARBAKE_VERSION : "0.0.0";
/** `+dirty` behind it: built from a tree with changes that no commit has. */
export const COMMIT = typeof PARBAKE_COMMIT === "string" ? PARBAKE_COMMIT : "source";
/** The day of the table of instance types that is inside. */
export const CATALOGUE_DATE = typeof PARBAKE_CATALOGUE === "string" ? PARBAKE_CATALOGUE : "source";

/** `parbake 0.1.0 (commit 1a2b3c4, Node 24.21.0)` */
export function formatVersion(): string {
  return `parbake ${VERSION} (commit ${COMMIT}, Node ${process.versions.node})`;
}
