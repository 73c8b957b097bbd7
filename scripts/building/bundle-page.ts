// The code of the page that `parbake page` writes, as one script for a browser: of agent/ what the boot itself tunes with.

import { build, type Metafile } from "esbuild";
import { TOP } from "./build-pinned-node.ts";

/** As the browsers of the year 2024 have it, which know `light-dark()`, too. */
const TARGET = ["chrome123", "firefox121", "safari17.5"];

export async function bundlePage(outfile: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: TOP,
    metafile: true,
    entryPoints: ["agent/page/browser/main.ts"],
    outfile,
    bundle: true,
    platform: "browser",
    format: "iife",
    target: TARGET,
    minify: true,
    // A page in an e-mail may lose its encoding.
    charset: "ascii",
    legalComments: "none",
    logLevel: "warning",
  });
  return metafile;
}
