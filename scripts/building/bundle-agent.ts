// agent/ and its packages as one script for the executable, and the packages that few commands need as scripts beside it.

import { readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { build } from "esbuild";
import { parseCatalogue } from "../../agent/facts/catalogue/catalogue-table.ts";
import { readAwsRoots } from "./aws-roots.ts";
import { TOP } from "./build-pinned-node.ts";
import { shapeBuiltins } from "./bundle-builtins.ts";
import { assetName, bundleOnDemand, loadOnDemand, ON_DEMAND } from "./bundle-on-demand.ts";
import { replaceUnused } from "./bundle-replacements.ts";

export interface Bundle {
  readonly main: string;
  /** The source map of `main`, for whoever reads a stack. */
  readonly map: string;
  /** Script by asset name. */
  readonly assets: Readonly<Record<string, string>>;
}

export async function bundleAgent(folder: string, commit: string): Promise<Bundle> {
  const main = join(folder, "parbake.js");
  const { version } = JSON.parse(readFileSync(join(TOP, "package.json"), "utf8")) as { version: string };
  await build({
    absWorkingDir: TOP,
    entryPoints: ["agent/main.ts"],
    outfile: main,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node24",
    // The packages' ES modules, so that esbuild drops what nobody imports.
    mainFields: ["module", "main"],
    // Short names make fewer objects in the snapshot. The source map stays outside; it turns a bug report's frames into names.
    minify: true,
    lineLimit: 160,
    // Until agent/process/start.ts.
    banner: { js: "Error.stackTraceLimit = 0;" },
    sourcemap: "external",
    sourcesContent: false,
    legalComments: "none",
    logLevel: "warning",
    define: {
      PARBAKE_VERSION: JSON.stringify(version),
      PARBAKE_COMMIT: JSON.stringify(commit),
      PARBAKE_CATALOGUE: JSON.stringify(catalogueDate()),
      PARBAKE_AWS_ROOTS: JSON.stringify(readAwsRoots()),
      // Of no use in the executable, which has assets instead of files beside the source.
      "import.meta.url": "undefined",
      "process.env.NODE_ENV": JSON.stringify("production"),
    },
    plugins: [shapeBuiltins(), loadOnDemand(), replaceUnused()],
  });
  writeFileSync(`${main}.map`, withoutPlaces(readFileSync(`${main}.map`, "utf8"), folder));
  const script = readFileSync(main, "utf8");
  const assets: Record<string, string> = {};
  for (const packageName of ON_DEMAND) {
    const name = assetName(packageName);
    if (!script.includes(JSON.stringify(name))) continue;
    assets[name] = join(folder, name);
    await bundleOnDemand(packageName, join(folder, name));
  }
  return { main, map: `${main}.map`, assets };
}

function catalogueDate(): string {
  return parseCatalogue(readFileSync(join(TOP, "agent/facts/catalogue/catalogue.tsv"), "utf8")).asOf;
}

/** A source map names its sources relative to its own folder; this names them relative to the repository. */
function withoutPlaces(map: string, folder: string): string {
  const document = JSON.parse(map) as { sources: string[] };
  const sources = document.sources.map((source) =>
    source.startsWith(".") ? relative(TOP, resolve(folder, source)) : source,
  );
  return JSON.stringify({ ...document, sources });
}
