// Whether the units of this image may do all that its config needs: what a boot would find out by a write that systemd refuses.
// Never writes.

import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { readImageText } from "../image/read-image-text.ts";
import type { Problem } from "../refusal.ts";
import { listLacks, SANDBOXES } from "./drop-in.ts";
import { findSandbox } from "./sandbox.ts";

export function checkSandbox(config: Config, root: string): Problem[] {
  const paths = SANDBOXES.flatMap(({ unit, path, former }) => [path, former].map((each) => ({ unit, path: each })));
  const there = paths.flatMap(({ unit, path }) => {
    const text = readImageText(root, path);
    return text === null ? [] : [{ unit, path, text }];
  });
  if (there.length === 0) return [];
  const needed = findSandbox(config, root);
  return there.flatMap(({ unit, path, text }) => {
    const lacks = listLacks(text, needed);
    if (lacks.length === 0) return [];
    const what = `${join(root, path)} is of another config: ${unit} may not ${lacks.join(", nor ")}, which this one needs`;
    return [{ what, fix: `Write it anew: parbake install${root === "/" ? "" : ` --root ${root}`}` }];
  });
}
