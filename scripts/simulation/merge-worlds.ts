// One world of the emulator laid on another. Pure.

import type { WorldInput } from "../emulator/world.ts";

/** The faults of the upper one come first. */
export function mergeWorlds(lower: WorldInput, upper: WorldInput): WorldInput {
  return {
    ...lower,
    ...upper,
    imds: { ...lower.imds, ...upper.imds, values: { ...lower.imds?.values, ...upper.imds?.values } },
    secrets: [...(upper.secrets ?? []), ...(lower.secrets ?? []).filter(isNotIn(upper.secrets ?? []))],
    faults: [...(upper.faults ?? []), ...(lower.faults ?? [])],
  };
}

function isNotIn(secrets: readonly { readonly name: string }[]): (secret: { readonly name: string }) => boolean {
  return ({ name }) => !secrets.some((each) => each.name === name);
}
