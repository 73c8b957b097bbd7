// The emulator, and TLS in front of it, in processes of their own, so that what measures does not also answer.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { TOP } from "../building/build-pinned-node.ts";
import type { WorldInput } from "../emulator/world.ts";

export interface RunningServer {
  readonly endpoint: string;
  /** @throws Error if a request had no answer */
  stop(): Promise<void>;
}

export async function spawnEmulator(world: WorldInput, folder: string): Promise<RunningServer> {
  const file = join(folder, "world.json");
  writeFileSync(file, JSON.stringify(world));
  return spawnServer(join(TOP, "scripts/emulator/main.ts"), "--world", file);
}

/** `certificate` and `key` are PEM. */
export async function spawnTlsFront(
  endpoint: string,
  { certificate, key, folder }: { readonly certificate: string; readonly key: string; readonly folder: string },
): Promise<RunningServer> {
  const file = join(folder, "tls.json");
  writeFileSync(file, JSON.stringify({ cert: certificate, key }), { mode: 0o600 });
  return spawnServer(join(TOP, "scripts/measuring/serve-tls.ts"), endpoint, file);
}

async function spawnServer(script: string, ...parameters: string[]): Promise<RunningServer> {
  const child = spawn(process.execPath, [script, ...parameters], { stdio: ["ignore", "pipe", "pipe"] });
  const end = (): boolean => child.kill("SIGTERM");
  process.once("exit", end);
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const [first] = (await Promise.race([once(child.stdout, "data"), once(child, "close")])) as [Buffer | number];
  const endpoint = /^listening on (\S+)$/m.exec(String(first))?.[1];
  if (!endpoint) throw new Error(`${script} did not start: ${said}`);
  return {
    endpoint,
    stop: async () => {
      process.off("exit", end);
      end();
      await once(child, "close");
      if (said !== "") throw new Error(said);
    },
  };
}
