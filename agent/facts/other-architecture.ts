// Whether the image was built for a machine's CPUs. Pure.

import type { Config } from "../config/config.ts";
import type { Problem } from "../refusal.ts";
import type { Facts } from "./facts.ts";

/** The problem of a machine that the image is not built for. A size says nothing of the CPUs. */
export function findOtherArchitecture(
  { architectures }: Pick<Config, "architectures">,
  facts: Pick<Facts, "architecture" | "origins">,
): Problem[] {
  const { architecture, origins } = facts;
  const isAssumed = origins["architecture"]?.source === "derived";
  if (architectures.length === 0 || architectures.includes(architecture) || isAssumed) return [];
  return [
    {
      what: `its CPUs are ${architecture}, and the image is for ${architectures.join(" and ")}`,
      fix: "Pick another type, or extend architectures in the config.",
    },
  ];
}
