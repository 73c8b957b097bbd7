// agent/ and its packages as one script for the executable, and the packages that few commands need as scripts beside it.

import { readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { build, type Metafile } from "esbuild";
import { parseCatalogue } from "../../agent/facts/catalogue/catalogue-table.ts";
import { PAGE_SCRIPT } from "../../agent/page/page-script.ts";
import { readAwsRoots } from "./aws-roots.ts";
import { TOP } from "./build-pinned-node.ts";
import { shapeBuiltins } from "./bundle-builtins.ts";
import {
  bundleCommands,
  bundleOnDemand,
  COMMANDS_SCRIPT,
  loadOnDemand,
  ON_DEMAND,
  scriptName,
} from "./bundle-on-demand.ts";
import { bundlePage } from "./bundle-page.ts";
import { replaceUnused } from "./bundle-replacements.ts";

export interface Bundle {
  readonly main: string;
  /** The source map of `main`, for whoever reads a stack. */
  readonly map: string;
  /** What commands load on demand: the script's file by its carried name. */
  readonly scripts: Readonly<Record<string, string>>;
  /** The files of which something is in `main` or in a script, relative to the repository. */
  readonly inputs: readonly string[];
}

export async function bundleAgent(folder: string, commit: string): Promise<Bundle> {
  const main = join(folder, "parbake.js");
  const { version } = JSON.parse(readFileSync(join(TOP, "package.json"), "utf8")) as { version: string };
  const define = {
    PARBAKE_VERSION: JSON.stringify(version),
    PARBAKE_COMMIT: JSON.stringify(commit),
    PARBAKE_CATALOGUE: JSON.stringify(catalogueDate()),
    PARBAKE_AWS_ROOTS: JSON.stringify(readAwsRoots()),
    // Of no use in the executable, which carries the files that lie beside the source.
    "import.meta.url": "undefined",
    "process.env.NODE_ENV": JSON.stringify("production"),
  };
  const commands = new Set<string>();
  const { metafile } = await build({
    absWorkingDir: TOP,
    metafile: true,
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
    define,
    plugins: [shapeBuiltins(), loadOnDemand(commands), replaceUnused()],
  });
  writeFileSync(`${main}.map`, withoutPlaces(readFileSync(`${main}.map`, "utf8"), folder));
  const { scripts, metafiles } = await bundleScripts(main, commands, define, folder);
  return { main, map: `${main}.map`, scripts, inputs: [metafile, ...metafiles].flatMap(listInputs) };
}

async function bundleScripts(
  main: string,
  commands: ReadonlySet<string>,
  define: Readonly<Record<string, string>>,
  folder: string,
): Promise<{ scripts: Bundle["scripts"]; metafiles: Metafile[] }> {
  const ofCommands = join(folder, "commands.cjs");
  const metafiles = [await bundleCommands(commands, ofCommands, define)];
  const ofPage = join(folder, "page.js");
  metafiles.push(await bundlePage(ofPage));
  const scripts: Record<string, string> = { [COMMANDS_SCRIPT]: ofCommands, [PAGE_SCRIPT]: ofPage };
  const importers = [main, ofCommands].map((path) => readFileSync(path, "utf8"));
  for (const packageName of ON_DEMAND) {
    const name = scriptName(packageName);
    if (!importers.some((script) => script.includes(JSON.stringify(name)))) continue;
    scripts[name] = join(folder, name.replaceAll("/", "-"));
    metafiles.push(await bundleOnDemand(packageName, scripts[name]));
  }
  return { scripts, metafiles };
}

/** Without those that esbuild read and of which it kept nothing. */
function listInputs({ outputs }: Metafile): string[] {
  return Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
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
