// What `parbake --version` says: scripts/building/bundle-agent.ts puts it into the bundle; "source" if parbake runs unbuilt.

declare const PARBAKE_VERSION: string | undefined;
declare const PARBAKE_COMMIT: string | undefined;
declare const PARBAKE_CATALOGUE: string | undefined;

export const VERSION = typeof PARBAKE_VERSION === "string" ? PARBAKE_VERSION : "0.0.0";
/** With `+dirty`: built from a tree with uncommitted changes. */
export const COMMIT = typeof PARBAKE_COMMIT === "string" ? PARBAKE_COMMIT : "source";
/** The day of the built-in table of instance types. */
export const CATALOGUE_DATE = typeof PARBAKE_CATALOGUE === "string" ? PARBAKE_CATALOGUE : "source";

/** As every report has them. */
export const VERSIONS = { parbake: VERSION, commit: COMMIT, node: process.version, catalogue: CATALOGUE_DATE } as const;

/** `parbake 0.1.0 (commit 1a2b3c4, Node 24.21.0)` */
export function formatVersion(): string {
  return `parbake ${VERSION} (commit ${COMMIT}, Node ${process.versions.node})`;
}
