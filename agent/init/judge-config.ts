// What `check` would say of a config that is not written yet. Never writes, runs nothing.

import { parseConfig } from "../config/read/parse-config.ts";
import { factsForSize } from "../facts/predict-facts.ts";
import { pathInRoot } from "../host/resolve-in-root.ts";
import { checkImage } from "../inspect/check-image.ts";
import { buildPlan } from "../plan/build-plan.ts";
import { eachOnce } from "../refusal.ts";
import type { Judge } from "./propose.ts";

// Large enough for any app: which machines the image fits on is for the operator to ask.
const LARGE = factsForSize(256 * 2 ** 30, 32);

/** @param configFile where it is to be, as the caller sees it */
export function judging(configFile: string, root: string): Judge {
  return (text, templates) => {
    const parsed = parseConfig(
      [{ file: configFile, text }],
      (folder) => ({ folder, sources: templates }),
      (path) => pathInRoot(root, path),
    );
    if (parsed.kind === "problems") return { config: null, problems: parsed.problems };
    const { config } = parsed;
    const built = buildPlan({ config, facts: LARGE, templates: parsed.templates });
    if (built.kind === "refused") return { config, problems: built.problems };
    return { config, problems: eachOnce(checkImage(built.plan, root).map(({ what, fix }) => ({ what, fix }))) };
  };
}
