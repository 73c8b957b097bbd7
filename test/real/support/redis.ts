import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Machine } from "../../e2e/support/machine.ts";
import type { RealProgram } from "./program.ts";
import { type Service, withService } from "./service.ts";
import { type Tuned, textOf } from "./tune.ts";

const CONFIG = "/etc/redis/parbake-test.conf";
/** On the disk, so that it can be reached from outside of the machine. */
export const REDIS_SOCKET = "/srv/redis.sock";

/** It has no check of a config: it is started for each size, and takes no memory before there is data. */
export const redis: RealProgram = {
  title: "Redis 7 (CONFIG GET)",
  profile: "redis",
  async ask({ machine, root }, tuned) {
    await writeRedisConfig(root, tuned);
    const names = Object.keys(tuned);
    const said = await withService(machine, redisService(machine), () => readConfig(machine, names));
    return { said };
  },
};

export function redisCli(...argv: readonly string[]): readonly string[] {
  return ["redis-cli", "-s", REDIS_SOCKET, ...argv];
}

export async function writeRedisConfig(root: string, tuned: Tuned, lines: readonly string[] = []): Promise<void> {
  const directives = Object.keys(tuned).map((name) => `${directiveOf(name)} ${textOf(tuned, name)}`);
  const socket = ["port 0", `unixsocket ${REDIS_SOCKET}`, "dir /srv"];
  await writeFile(join(root, CONFIG), [...socket, ...directives, ...lines].join("\n") + "\n");
}

export function redisService(machine: Machine): Service {
  const isReady = async (): Promise<boolean> => (await machine.attempt(redisCli("PING"))).stdout.trim() === "PONG";
  return { name: "redis", argv: ["redis-server", CONFIG], isReady };
}

async function readConfig(machine: Machine, names: readonly string[]): Promise<Record<string, string>> {
  const lines = (await machine.run(redisCli("CONFIG", "GET", ...names.map(directiveOf)))).split("\n");
  const values = new Map<string, string>();
  for (let index = 0; index < lines.length; index += 2) values.set(lines[index]!, lines[index + 1]!);
  return Object.fromEntries(names.map((name) => [name, values.get(directiveOf(name)) ?? "unknown"]));
}

function directiveOf(name: string): string {
  return name.replaceAll("_", "-");
}
