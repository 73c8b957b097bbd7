// An esbuild plugin: keeps packages that few commands need out of the snapshot, as assets of the executable, and answers their
// dynamic imports. It never touches a static import.

import { build, type Plugin } from "esbuild";

/**
 * What a boot need not load. Only ever imported by `await import("…")`: the bundle refuses anything else. Not in the executable as long
 * as nothing imports it, as EC2's client.
 */
export const ON_DEMAND = ["@aws-sdk/client-ec2", "diff", "systeminformation"];

/** esbuild drops nothing of a CommonJS package. Of this one agent/facts/gather-extras.ts uses four parts, less than half. */
const CONTENTS: Readonly<Record<string, string>> = {
  systeminformation: `
    const { cpu } = require("systeminformation/lib/cpu");
    const { networkInterfaces } = require("systeminformation/lib/network");
    const { osInfo } = require("systeminformation/lib/osinfo");
    const { system } = require("systeminformation/lib/system");
    module.exports = { cpu, networkInterfaces, osInfo, system };
  `,
};

export function assetName(packageName: string): string {
  return `${packageName.replaceAll("/", "-").replace("@", "")}.cjs`;
}

export function loadOnDemand(): Plugin {
  const filter = new RegExp(`^(?:${ON_DEMAND.join("|")})$`);
  return {
    name: "on-demand",
    setup(bundle) {
      bundle.onResolve({ filter }, ({ path, kind, importer }) =>
        kind === "dynamic-import"
          ? { path, namespace: "on-demand" }
          : { errors: [{ text: `${path} is loaded at start: use await import("${path}")`, detail: importer }] },
      );
      bundle.onLoad({ filter: /.*/, namespace: "on-demand" }, ({ path }) => ({
        contents: writeLoader(assetName(path)),
      }));
    },
  };
}

function writeLoader(asset: string): string {
  const quoted = JSON.stringify(asset);
  return `
    const source = require("node:sea").getAsset(${quoted}, "utf8");
    const load = require("node:vm").compileFunction(source, ["exports", "require", "module"], { filename: ${quoted} });
    load(module.exports, require, module);
  `;
}

export async function bundleOnDemand(packageName: string, outfile: string): Promise<void> {
  const contents = CONTENTS[packageName] ?? `module.exports = require(${JSON.stringify(packageName)})`;
  await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    minify: true,
    keepNames: true,
    legalComments: "none",
    logLevel: "warning",
  });
}
