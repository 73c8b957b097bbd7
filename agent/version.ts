// What `parbake --version` says: baked into the bundle by scripts/bundle-agent.ts, and "source" where it runs unbuilt.

declare const PARBAKE_VERSION: string | undefined;
declare const PARBAKE_COMMIT: string | undefined;

export const VERSION = typeof PARBAKE_VERSION === "string" ? PARBAKE_VERSION : "0.0.0";
/** `+dirty` behind it: built from a tree with changes that no commit has. */
export const COMMIT = typeof PARBAKE_COMMIT === "string" ? PARBAKE_COMMIT : "source";

/** `parbake 0.1.0 (commit 1a2b3c4, Node 24.21.0)` */
export function formatVersion(): string {
  return `parbake ${VERSION} (commit ${COMMIT}, Node ${process.versions.node})`;
}
