// The emulator as the cloud of a namespace: IMDS and AWS at once, in a world that a test makes up.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { WorldInput } from "../../../scripts/emulator/world.ts";
import type { Namespace } from "./namespace.ts";

const SCRIPTS = join(import.meta.dirname, "../../../scripts");

/** On port 80. @param folder for its settings */
export async function serveEmulator(
  namespace: Namespace,
  host: string,
  world: WorldInput,
  folder: string,
): Promise<void> {
  const file = join(folder, "world.json");
  await writeFile(file, JSON.stringify(world));
  const emulator = [join(SCRIPTS, "node"), join(SCRIPTS, "emulator/main.ts"), "--world", file];
  await namespace.serve([...emulator, "--host", host, "--port", "80"], 80);
}
