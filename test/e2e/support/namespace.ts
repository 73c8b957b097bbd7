// A network namespace of the test's own, where 169.254.169.254 is this machine; nothing in it reaches any other network.

import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { end } from "../../../scripts/simulation/child.ts";
import { run, waitUntil } from "./command.ts";

export interface Namespace {
  readonly name: string;
  /**
   * `argv` to be run in the namespace, and to be killed with this process. By nsenter, for `ip netns exec` would mount
   * another /sys, without the cgroups.
   */
  enter(argv: readonly string[]): string[];
  /** Starts a server and waits until it listens; it ends with the namespace. */
  serve(argv: readonly string[], port: number, env?: NodeJS.ProcessEnv): Promise<void>;
  remove(): Promise<void>;
}

const IMDS_ADDRESS = "169.254.169.254/32";

export async function createNamespace({ imds }: { readonly imds: boolean }): Promise<Namespace> {
  const name = `parbake-${randomBytes(4).toString("hex")}`;
  const servers: ChildProcess[] = [];
  const enter = (argv: readonly string[]): string[] => [...inNamespace(name), ...argv];
  await run(["ip", "netns", "add", name]);
  await run(["ip", "-n", name, "link", "set", "lo", "up"]);
  if (imds) await run(["ip", "-n", name, "addr", "add", IMDS_ADDRESS, "dev", "lo"]);
  return {
    name,
    enter,
    serve: async (argv, port, env = {}) => {
      const [program, ...rest] = enter(argv);
      const server = spawn(program!, rest, { env: { ...process.env, ...env }, stdio: ["ignore", "ignore", "pipe"] });
      servers.push(server);
      await waitUntilListening(server, argv, () => run(enter(["ss", "-Hltn", `sport = :${port}`])));
    },
    remove: async () => {
      await Promise.all(servers.map((server) => end(server)));
      await run(["ip", "netns", "del", name]);
    },
  };
}

function inNamespace(name: string): string[] {
  return ["nsenter", `--net=/run/netns/${name}`, "--", "setpriv", "--pdeathsig=KILL", "--"];
}

async function waitUntilListening(
  server: ChildProcess,
  argv: readonly string[],
  listeners: () => Promise<string>,
): Promise<void> {
  let said = "";
  server.stderr!.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  await waitUntil(`${argv.join(" ")} listens`, 60_000, async () => {
    if (server.exitCode !== null) throw new Error(`${argv.join(" ")}: ended with ${server.exitCode}\n${said}`);
    return (await listeners()) !== "";
  });
}
