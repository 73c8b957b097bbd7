// What Node brings along, by its own list: process.versions of the pinned Node, which is in the binary.

/** What is no program: versions of interfaces, and the data that is in ICU. */
const NO_PART = new Set(["cldr", "modules", "napi", "tz", "unicode"]);

interface PartRule {
  /** As its project calls it. */
  readonly name: string;
  /** An SPDX identifier. */
  readonly license: string;
  /** Vendor and product in the National Vulnerability Database, where it lists the part. */
  readonly cpe?: string;
}

/** By the key in process.versions. Licences: Node's own LICENSE; of SQLite, its project's. */
const PARTS: Readonly<Record<string, PartRule>> = {
  node: { name: "node", license: "MIT", cpe: "nodejs:node.js" },
  acorn: { name: "acorn", license: "MIT" },
  ada: { name: "ada", license: "MIT" },
  amaro: { name: "amaro", license: "MIT" },
  ares: { name: "c-ares", license: "MIT", cpe: "c-ares:c-ares" },
  brotli: { name: "brotli", license: "MIT", cpe: "google:brotli" },
  icu: { name: "icu", license: "Unicode-3.0", cpe: "unicode:international_components_for_unicode" },
  llhttp: { name: "llhttp", license: "MIT", cpe: "llhttp:llhttp" },
  merve: { name: "merve", license: "MIT" },
  nbytes: { name: "nbytes", license: "MIT" },
  ncrypto: { name: "ncrypto", license: "MIT" },
  nghttp2: { name: "nghttp2", license: "MIT", cpe: "nghttp2:nghttp2" },
  openssl: { name: "openssl", license: "Apache-2.0", cpe: "openssl:openssl" },
  simdjson: { name: "simdjson", license: "Apache-2.0", cpe: "simdjson:simdjson" },
  simdutf: { name: "simdutf", license: "MIT" },
  sqlite: { name: "sqlite", license: "blessing", cpe: "sqlite:sqlite" },
  undici: { name: "undici", license: "MIT", cpe: "nodejs:undici" },
  uv: { name: "libuv", license: "MIT", cpe: "libuv:libuv" },
  uvwasi: { name: "uvwasi", license: "MIT" },
  v8: { name: "v8", license: "BSD-3-Clause", cpe: "google:v8" },
  zlib: { name: "zlib", license: "Zlib", cpe: "zlib:zlib" },
  zstd: { name: "zstd", license: "BSD-3-Clause", cpe: "facebook:zstandard" },
};

export interface NodePart extends PartRule {
  readonly version: string;
}

/** Node first. @throws Error for a part that the table lacks: Node has a new one */
export function listNodeParts(versions: NodeJS.ProcessVersions): NodePart[] {
  return Object.entries(versions).flatMap(([key, version]) => {
    // Node names what it was built without by an empty version.
    if (NO_PART.has(key) || !version) return [];
    const rule = PARTS[key];
    if (!rule) throw new Error(`Node has a new part, ${key}: give it a line in scripts/packaging/node-parts.ts`);
    return [{ ...rule, version }];
  });
}
