import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Machine } from "../../e2e/support/machine.ts";
import type { Programs } from "./open-programs.ts";
import type { RealProgram } from "./program.ts";
import type { ReadyFile } from "./ready-files.ts";
import { type Service, withService } from "./service.ts";
import { numberOf, textOf } from "./tune.ts";

const CONFIG = "/srv/pgbouncer.ini";
const LOG = "/srv/pgbouncer.log";
const SETTINGS = ["max_client_conn", "default_pool_size"];

/** SHOW CONFIG says what it has; its log, how many open files it expects to need. */
export const pgbouncer: RealProgram = {
  title: "PgBouncer 1.18 (SHOW CONFIG)",
  profile: "pgbouncer",
  async ask({ machine, root }, tuned) {
    const lines = SETTINGS.map((name) => `${name} = ${textOf(tuned, name)}`);
    await writeFile(join(root, CONFIG), configOf(lines));
    await writeFile(join(root, LOG), "");
    await machine.run(["chown", "postgres", LOG]);
    const said = await withService(machine, pgbouncerService(machine), () => readConfig(machine));
    const [, files] = /max expected fd use: (\d+)/.exec(await machine.run(["cat", LOG]))!;
    assert.ok(Number(files) <= numberOf(tuned, "LimitNOFILE"), `${files} files`);
    return {
      said: Object.fromEntries(SETTINGS.map((name) => [name, said.get(name) ?? "unknown"])),
      unsaid: { server_connections: "for max_connections of the databases", LimitNOFILE: "its unit's" },
    };
  },
};

/** As a person does who follows the head of the template. */
export async function includeInPgbouncer({ machine, root }: Programs, { path, text }: ReadyFile): Promise<void> {
  await writeFile(join(root, CONFIG), configOf([`%include ${path}`]));
  const said = await withService(machine, pgbouncerService(machine), () => readConfig(machine));
  for (const [, name, value] of text.matchAll(/^(\w+) = (\d+)$/gm)) assert.equal(said.get(name!), value);
  // What stands before the include still counts.
  assert.equal(said.get("unix_socket_dir"), "/srv");
}

function configOf(lines: readonly string[]): string {
  return `[databases]
test = host=/srv user=postgres
[pgbouncer]
unix_socket_dir = /srv
auth_type = any
logfile = ${LOG}
${lines.join("\n")}
`;
}

function pgbouncerService(machine: Machine): Service {
  const isReady = async (): Promise<boolean> => (await machine.attempt(show("VERSION"))).status === 0;
  return { name: "pgbouncer", argv: ["pgbouncer", CONFIG], user: "postgres", isReady };
}

async function readConfig(machine: Machine): Promise<ReadonlyMap<string, string>> {
  const rows = (await machine.run(show("CONFIG"))).split("\n").map((line) => line.split("|"));
  return new Map(rows.map(([name, value]) => [name!, value!]));
}

function show(what: string): readonly string[] {
  return ["psql", "-h", "/srv", "-p", "6432", "-U", "postgres", "-d", "pgbouncer", "-Atc", `SHOW ${what}`];
}
