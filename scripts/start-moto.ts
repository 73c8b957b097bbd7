// Starts moto's server from a venv on a free port of the loopback, and stops it.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

interface Moto {
  readonly endpoint: string;
  readonly version: string;
  stop(): Promise<void>;
}

// Its imports take seconds on a small machine that does other things too.
const START_WITHIN_MS = 60_000;

/** @param venv as scripts/moto-venv prints it */
export async function startMoto(venv: string): Promise<Moto> {
  const port = await findFreePort();
  const server = spawn(`${venv}/bin/moto_server`, ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  const ended = once(server, "exit");
  const stop = async (): Promise<void> => {
    server.kill();
    await ended;
  };
  const endpoint = `http://127.0.0.1:${port}`;
  const up = await Promise.race([waitUntilUp(endpoint), ended.then(() => false)]);
  if (up) return { endpoint, version: readVersion(venv), stop };
  await stop();
  throw new Error(`moto_server of ${venv} did not come up`);
}

async function waitUntilUp(endpoint: string): Promise<boolean> {
  const endMs = performance.now() + START_WITHIN_MS;
  while (performance.now() < endMs) {
    const answer = await fetch(`${endpoint}/moto-api/`).catch(() => null);
    if (answer?.ok) return true;
    await wait(100);
  }
  return false;
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no port on the loopback");
  return address.port;
}

function readVersion(venv: string): string {
  const { stdout } = spawnSync(`${venv}/bin/python`, ["-c", "import moto; print(moto.__version__)"], {
    encoding: "utf8",
  });
  return stdout.trim();
}
