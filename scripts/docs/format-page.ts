// Formats a page of the documentation, so that the format check accepts it.

import { spawnSync } from "node:child_process";
import { TOP } from "../building/build-pinned-node.ts";

/** @param path where the page will be: its name tells the formatter its language */
export function formatPage(path: string, text: string): string {
  const argv = ["--stdin-filepath", path];
  const options = { cwd: TOP, input: text, encoding: "utf8" } as const;
  const { status, stdout, stderr } = spawnSync(`${TOP}/node_modules/.bin/oxfmt`, argv, options);
  if (status !== 0) throw new Error(`oxfmt: ${stderr}`);
  return stdout;
}
