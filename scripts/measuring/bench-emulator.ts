// Runs the emulator in a process of its own, so that the measuring process does not also answer.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { WorldInput } from "../emulator/world.ts";
import { TOP } from "../building/build-pinned-node.ts";

interface RunningEmulator {
  readonly endpoint: string;
  /** @throws Error if a request had no answer */
  stop(): Promise<void>;
}

export async function spawnEmulator(world: WorldInput, folder: string): Promise<RunningEmulator> {
  const file = join(folder, "world.json");
  writeFileSync(file, JSON.stringify(world));
  const argv = [join(TOP, "scripts/emulator/main.ts"), "--world", file];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const [first] = (await Promise.race([once(child.stdout, "data"), once(child, "close")])) as [Buffer | number];
  const endpoint = /^listening on (\S+)$/m.exec(String(first))?.[1];
  if (!endpoint) throw new Error(`the emulator did not start: ${said}`);
  return {
    endpoint,
    stop: async () => {
      child.kill("SIGTERM");
      await once(child, "close");
      if (said !== "") throw new Error(said);
    },
  };
}
