// An esbuild plugin: keeps what a boot does not run out of the snapshot, as scripts that the executable carries, and answers their
// dynamic imports: packages that few commands need, and the project's own commands. It never touches a static import.

import { relative, resolve } from "node:path";
import { build, type Metafile, type Plugin, type PluginBuild } from "esbuild";
import { TOP } from "./build-pinned-node.ts";

/**
 * Packages that a boot need not load. Only ever imported by `await import("…")`: the bundle refuses anything else. Not in the
 * executable as long as nothing imports it.
 */
export const ON_DEMAND = ["@aws-sdk/client-ec2", "diff", "minimatch", "string-width", "systeminformation", "wrap-ansi"];

/**
 * What is used of a package, for esbuild to drop the rest: agent/aws/ec2 makes two of the seven hundred calls, and
 * agent/facts/gather-extras.ts uses four parts, of a CommonJS package, of which esbuild by itself would drop nothing.
 */
const CONTENTS: Readonly<Record<string, string>> = {
  "@aws-sdk/client-ec2": `
    export { DescribeImagesCommand, DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
  `,
  // Each exports one function, which import() gives as the default of a CommonJS script.
  "string-width": `module.exports = require("string-width").default;`,
  "wrap-ansi": `module.exports = require("wrap-ansi").default;`,
  minimatch: `export { Minimatch } from "minimatch";`,
  systeminformation: `
    const { cpu } = require("systeminformation/lib/cpu");
    const { networkInterfaces } = require("systeminformation/lib/network");
    const { osInfo } = require("systeminformation/lib/osinfo");
    const { system } = require("systeminformation/lib/system");
    module.exports = { cpu, networkInterfaces, osInfo, system };
  `,
};

/** All commands that are loaded on demand are one script: they have most of their modules in common. */
export const COMMANDS_SCRIPT = "on-demand/commands.cjs";

/**
 * Modules that exist once: a class that `instanceof` asks for, or something that they remember. Any other that the commands' script
 * imports is in it once more.
 */
export const SHARED: readonly string[] = [
  "agent/aws/secret-value.ts",
  "agent/carried.ts",
  "agent/facts/imds/imds-locked.ts",
  "agent/facts/imds/imds-problems.ts",
  "agent/facts/imds/imds-request.ts",
  "agent/formats/encoders/format-rules.ts",
  "agent/formats/readers/scanner.ts",
  "agent/host/run-command.ts",
  "agent/http/http-trouble.ts",
  "agent/refusal.ts",
  "agent/stop.ts",
  "agent/template/context/helper-values.ts",
  "agent/template/context/template-context.ts",
  "agent/template/helpers/helper.ts",
  "agent/tuning/custom/expression-error.ts",
  "agent/written.ts",
];

export function scriptName(packageName: string): string {
  return `on-demand/${packageName.replaceAll("/", "-").replace("@", "")}.cjs`;
}

/** @param commands gets the path, below the top, of each of the project's own modules that is imported dynamically */
export function loadOnDemand(commands: Set<string> = new Set()): Plugin {
  return {
    name: "on-demand",
    setup(bundle) {
      loadPackages(bundle);
      loadCommands(bundle, commands);
    },
  };
}

/** Their script is a module of its own: however many of them a command needs, it is compiled once. */
function loadCommands(bundle: PluginBuild, commands: Set<string>): void {
  bundle.onResolve({ filter: /^\..*\.ts$/ }, ({ path, kind, resolveDir }) => {
    if (kind !== "dynamic-import") return null;
    const command = relative(TOP, resolve(resolveDir, path));
    commands.add(command);
    return { path: command, namespace: "on-demand-command" };
  });
  bundle.onLoad({ filter: /.*/, namespace: "on-demand-command" }, ({ path }) => ({
    contents: `module.exports = require(${JSON.stringify(COMMANDS_SCRIPT)})[${JSON.stringify(path)}]()`,
  }));
  bundle.onResolve({ filter: new RegExp(`^${COMMANDS_SCRIPT}$`) }, ({ path }) => ({
    path,
    namespace: "on-demand-script",
  }));
  bundle.onLoad({ filter: /.*/, namespace: "on-demand-script" }, ({ path }) => {
    const shared = SHARED.map((each) => `${JSON.stringify(each)}: () => require("./${each}")`);
    return { contents: writeLoader(path, shared), resolveDir: TOP };
  });
}

function loadPackages(bundle: PluginBuild): void {
  const filter = new RegExp(`^(?:${ON_DEMAND.join("|")})$`);
  bundle.onResolve({ filter }, ({ path, kind, importer }) =>
    kind === "dynamic-import"
      ? { path, namespace: "on-demand" }
      : { errors: [{ text: `${path} is loaded at start: use await import("${path}")`, detail: importer }] },
  );
  bundle.onLoad({ filter: /.*/, namespace: "on-demand" }, ({ path }) => ({
    contents: writeLoader(scriptName(path)),
    resolveDir: TOP,
  }));
}

/** @param shared what it takes of the main bundle, as members of an object */
function writeLoader(script: string, shared: readonly string[] = []): string {
  const quoted = JSON.stringify(script);
  return `
    const { readCarried } = require("./agent/carried.ts");
    const shared = { ${shared.join(", ")} };
    const words = ["exports", "require", "module", "shared"];
    const load = require("node:vm").compileFunction(readCarried(${quoted}), words, { filename: ${quoted} });
    load(module.exports, require, module, shared);
  `;
}

export async function bundleOnDemand(packageName: string, outfile: string): Promise<Metafile> {
  const contents = CONTENTS[packageName] ?? `module.exports = require(${JSON.stringify(packageName)})`;
  return bundleScript(contents, outfile, { define: {}, plugins: [] });
}

/** @param define what esbuild puts in the place of a name, as in the main bundle */
export async function bundleCommands(
  commands: ReadonlySet<string>,
  outfile: string,
  define: Readonly<Record<string, string>>,
): Promise<Metafile> {
  const members = [...commands].map((path) => `${JSON.stringify(path)}: () => require("./${path}")`);
  // What they import dynamically of each other is in the script already.
  const plugins = [useShared(), { name: "on-demand", setup: loadPackages }];
  return bundleScript(`module.exports = { ${members.join(", ")} }`, outfile, { define, plugins });
}

function useShared(): Plugin {
  return {
    name: "shared",
    setup(bundle) {
      bundle.onResolve({ filter: /^\..*\.ts$/ }, ({ path, resolveDir }) => {
        const found = relative(TOP, resolve(resolveDir, path));
        return SHARED.includes(found) ? { path: found, namespace: "shared" } : null;
      });
      bundle.onLoad({ filter: /.*/, namespace: "shared" }, ({ path }) => ({
        contents: `module.exports = shared[${JSON.stringify(path)}]()`,
      }));
    },
  };
}

interface ScriptOptions {
  readonly define: Readonly<Record<string, string>>;
  readonly plugins: readonly Plugin[];
}

async function bundleScript(contents: string, outfile: string, { define, plugins }: ScriptOptions): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: TOP,
    metafile: true,
    stdin: { contents, resolveDir: TOP },
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node24",
    mainFields: ["module", "main"],
    minify: true,
    keepNames: true,
    legalComments: "none",
    logLevel: "warning",
    define: { ...define },
    plugins: [...plugins],
  });
  return metafile;
}
