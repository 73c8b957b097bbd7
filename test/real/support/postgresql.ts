import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Machine } from "../../e2e/support/machine.ts";
import { hasMemory } from "./machine-limits.ts";
import type { RealProgram } from "./program.ts";
import { type Service, withService } from "./service.ts";
import { numberOf, type Tuned, textOf } from "./tune.ts";

const POSTGRES = "/usr/lib/postgresql/15/bin/postgres";
const POSTGRES_CONFIG = "/etc/postgresql/15/main";
const AS_POSTGRES = ["runuser", "-u", "postgres", "--"];

/** Connections that PostgreSQL keeps for superusers, of max_connections. */
export const POSTGRES_RESERVED = 3;

const UNIT_BYTES: Readonly<Record<string, number>> = { B: 1, kB: 1024, "8kB": 8192, MB: 2 ** 20 };

/** Started with all of the values. Shared buffers beyond this machine's memory are read by `postgres -C` instead. */
export const postgresql: RealProgram = {
  title: "PostgreSQL 15 (pg_settings)",
  profile: "postgresql",
  options: ["version=15"],
  blocks: { wal_buffers: { bytes: 8192, to: "nearest" } },
  async ask({ machine, root }, tuned) {
    const canStart = hasMemory(numberOf(tuned, "shared_buffers"));
    await writeConfig(root, tuned);
    const checked = canStart ? {} : { shared_buffers: await readByCheck(machine, "shared_buffers", "8kB") };
    if (!canStart) await writeConfig(root, { ...tuned, shared_buffers: { value: 2 ** 27, text: "128MB" } });
    const served = await withService(machine, postgresService(machine), () =>
      readSettings(machine, Object.keys(tuned)),
    );
    const limits = canStart ? [] : ["shared_buffers by postgres -C: more than this machine can give"];
    return { said: { ...served, ...checked }, limits };
  },
};

export async function writeConfig(root: string, tuned: Tuned): Promise<void> {
  const lines = Object.keys(tuned).map((name) => `${name} = '${textOf(tuned, name)}'\n`);
  await writeFile(join(root, POSTGRES_CONFIG, "conf.d/90-parbake.conf"), lines.join(""));
}

export function postgresService(machine: Machine): Service {
  return {
    name: "postgres",
    argv: [POSTGRES, "-D", POSTGRES_CONFIG],
    user: "postgres",
    isReady: async () => (await machine.attempt(psql("SELECT 1"))).status === 0,
  };
}

export function psql(sql: string): readonly string[] {
  return [...AS_POSTGRES, "psql", "--no-align", "--tuples-only", "-c", sql];
}

async function readByCheck(machine: Machine, name: string, unit: string): Promise<number> {
  const printed = await machine.run([...AS_POSTGRES, POSTGRES, "-C", name, "-D", POSTGRES_CONFIG]);
  return Number(printed) * UNIT_BYTES[unit]!;
}

async function readSettings(machine: Machine, names: readonly string[]): Promise<Record<string, number | string>> {
  const list = names.map((name) => `'${name}'`).join(", ");
  const rows = await machine.run(psql(`SELECT name, setting, unit, vartype FROM pg_settings WHERE name IN (${list})`));
  return Object.fromEntries(
    rows.split("\n").map((row) => {
      const [name, setting, unit, type] = row.split("|") as [string, string, string, string];
      const isNumber = type === "integer" || type === "real";
      return [name, isNumber ? Number(setting) * (UNIT_BYTES[unit] ?? 1) : setting];
    }),
  );
}
