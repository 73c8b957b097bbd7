// What the emulator pretends to be for one boot: an instance with the secrets that the image asks for, and what the row makes of them.

import type { WorldInput } from "../emulator/world.ts";
import { mergeWorlds } from "./merge-worlds.ts";
import { makeUpSecrets, type ImageNeeds } from "./needs.ts";
import type { Row } from "./row.ts";

/** An instance of the machine's own architecture. */
export const INSTANCE_TYPE = process.arch === "arm64" ? "m7g.large" : "m6i.large";

/** @param own the user's */
export function buildWorld(row: Row, { secrets }: ImageNeeds, own: WorldInput): WorldInput {
  const instance = { imds: { values: { "meta-data/instance-type": INSTANCE_TYPE } }, secrets: makeUpSecrets(secrets) };
  const world = mergeWorlds(mergeWorlds(instance, own), row.world ?? {});
  const last = secrets.at(-1)?.id;
  return row.denied && last !== undefined ? deny(last, world) : world;
}

function deny(id: string, world: WorldInput): WorldInput {
  const secrets = world.secrets ?? [];
  return {
    ...world,
    secrets: secrets.map((each) => (each.name === id || each.arn === id ? { ...each, state: "denied" } : each)),
  };
}
