// A page of the documentation as the formatter leaves it, so that the check of the format does not mind.

import { spawnSync } from "node:child_process";
import { TOP } from "../building/build-pinned-node.ts";

/** @param path where the page will stand: its name says what it is written in */
export function formatPage(path: string, text: string): string {
  const argv = ["--stdin-filepath", path];
  const options = { cwd: TOP, input: text, encoding: "utf8" } as const;
  const { status, stdout, stderr } = spawnSync(`${TOP}/node_modules/.bin/oxfmt`, argv, options);
  if (status !== 0) throw new Error(`oxfmt: ${stderr}`);
  return stdout;
}
