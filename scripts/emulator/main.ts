// The emulator as a program: reads a world from a JSON file, says where it listens, serves until SIGTERM; SIGHUP reads the file
// again. README.md is its manual, and its --help.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startEmulator } from "./emulator.ts";
import { completeWorld, type WorldInput } from "./world.ts";

const { values } = parseArgs({
  options: {
    world: { type: "string" },
    host: { type: "string", default: "127.0.0.1" },
    port: { type: "string", default: "0" },
    help: { type: "boolean", default: false },
  },
});

function readWorld(): WorldInput {
  if (values.world === undefined) return {};
  const world: WorldInput = JSON.parse(readFileSync(values.world, "utf8"));
  refuseUnknown(world, completeWorld(), "a world");
  refuseUnknown(world.imds ?? {}, completeWorld().imds, "its imds");
  return world;
}

function refuseUnknown(given: object, known: object, whose: string): void {
  const unknown = Object.keys(given).filter((key) => !(key in known));
  if (unknown.length > 0) throw new Error(`${values.world}: ${whose} has no ${unknown.join(", ")}. See --help.`);
}

async function main(): Promise<void> {
  if (values.help) return console.log(readFileSync(join(import.meta.dirname, "README.md"), "utf8"));
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
