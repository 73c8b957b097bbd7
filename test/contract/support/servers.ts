// Starts the servers that the contract suite compares, each on a free port of the loopback, or says why one cannot be had.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { startEmulator, type Emulator } from "../../../scripts/emulator/emulator.ts";
import type { WorldInput } from "../../../scripts/emulator/world.ts";
import { startMoto as startMotoServer } from "../../../scripts/start-moto.ts";

export interface RunningServer {
  readonly name: "emulator" | "moto" | "aemm";
  readonly endpoint: string;
  /** Only for the emulator: what it was asked and, by its controls, what else it can be told. */
  readonly emulator?: Emulator;
  close(): Promise<void>;
}

export interface UnavailableServer {
  readonly name: RunningServer["name"];
  readonly unavailable: string;
}

const SCRIPTS = join(import.meta.dirname, "../../../scripts");
/** Building the mock or a Python environment takes a minute or two on a small machine. */
const INSTALL_LIMIT_MS = 600_000;
const START_LIMIT_MS = 60_000;
const POLL_MS = 50;

export async function startEmulatorServer(world?: WorldInput): Promise<RunningServer> {
  const emulator = await startEmulator(world ? { world } : {});
  return { name: "emulator", endpoint: emulator.endpoint, emulator, close: () => emulator.close() };
}

export async function startMoto(): Promise<RunningServer | UnavailableServer> {
  const found = await findProgram("moto-venv");
  if ("unavailable" in found) return { name: "moto", ...found };
  const moto = await startMotoServer(found.path);
  return { name: "moto", endpoint: moto.endpoint, close: () => moto.stop() };
}

export async function startMetadataMock(): Promise<RunningServer | UnavailableServer> {
  const found = await findProgram("aemm");
  if ("unavailable" in found) return { name: "aemm", ...found };
  const port = await findFreePort();
  return startMock(found.path, port);
}

/** The path that a script of ours prints once it has installed something, or its last word. */
async function findProgram(script: string): Promise<{ path: string } | { unavailable: string }> {
  try {
    const { stdout } = await promisify(execFile)(join(SCRIPTS, script), { timeout: INSTALL_LIMIT_MS });
    return { path: stdout.trim() };
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === 69)) throw error;
    const said = "stderr" in error ? String(error.stderr).trim() : "";
    return { unavailable: said.split("\n").at(-1) ?? "" };
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("not listening on TCP");
  return address.port;
}

async function startMock(program: string, port: number): Promise<RunningServer> {
  // A home of its own: it must not read a configuration that happens to be on this machine.
  const home = await mkdtemp(join(tmpdir(), "parbake-aemm-"));
  const args = ["--imdsv2", "--hostname", "127.0.0.1", "--port", String(port)];
  const child = spawn(program, args, { stdio: "ignore", cwd: home, env: { HOME: home } });
  const exited = once(child, "exit");
  const killAtExit = (): boolean => child.kill("SIGKILL");
  process.once("exit", killAtExit);
  const close = async (): Promise<void> => {
    process.off("exit", killAtExit);
    child.kill("SIGKILL");
    await exited;
    await rm(home, { recursive: true, force: true });
  };
  const endpoint = `http://127.0.0.1:${port}`;
  const answered = await Promise.race([waitUntilAnswers(endpoint), exited.then(() => false)]);
  if (answered) return { name: "aemm", endpoint, close };
  await close();
  throw new Error(`${program} does not answer on port ${port}`);
}

async function waitUntilAnswers(endpoint: string): Promise<boolean> {
  const endMs = Date.now() + START_LIMIT_MS;
  while (Date.now() < endMs) {
    if (await fetch(endpoint, { signal: AbortSignal.timeout(5000) }).then(readToEnd, () => false)) return true;
    await sleep(POLL_MS);
  }
  return false;
}

async function readToEnd(response: Response): Promise<boolean> {
  await response.arrayBuffer();
  return true;
}
