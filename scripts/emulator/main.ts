// The emulator as a program: reads a world from a JSON file, says where it listens, serves until SIGTERM; SIGHUP reads the file again.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { startEmulator } from "./emulator.ts";
import { completeWorld, type WorldInput } from "./world.ts";

const { values } = parseArgs({
  options: {
    world: { type: "string" },
    host: { type: "string", default: "127.0.0.1" },
    port: { type: "string", default: "0" },
  },
});

function readWorld(): WorldInput {
  if (values.world === undefined) return {};
  const world: WorldInput = JSON.parse(readFileSync(values.world, "utf8"));
  const unknown = Object.keys(world).filter((key) => !(key in completeWorld()));
  if (unknown.length > 0) throw new Error(`${values.world}: a world has no ${unknown.join(", ")}`);
  return world;
}

async function main(): Promise<void> {
  const emulator = await startEmulator({ host: values.host, port: Number(values.port), world: readWorld() });
  process.on("SIGHUP", () => emulator.setWorld(readWorld()));
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.once(signal, () => {
      for (const surprise of emulator.surprises) console.error(`surprise: ${surprise}`);
      void emulator.close();
    });
  console.log(`listening on ${emulator.endpoint}`);
}

main().catch((error: unknown) => {
  console.error(`emulator: ${String(error)}`);
  process.exitCode = 1;
});
