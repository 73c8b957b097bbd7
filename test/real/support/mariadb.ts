import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Machine } from "../../e2e/support/machine.ts";
import { hasMemory } from "./machine-limits.ts";
import type { Programs } from "./open-programs.ts";
import type { RealProgram } from "./program.ts";
import { type Service, withService } from "./service.ts";
import { numberOf, type Tuned, textOf } from "./tune.ts";

const POOL = "innodb_buffer_pool_size";
const CONFIG = "/etc/mysql/parbake-test.cnf";
const DATA = "/srv/mariadb";
const SOCKET = `${DATA}/socket`;
/** Debian's core packages come without the user mysql. */
const USER = "nobody";

/** Started with all of the values. A buffer pool beyond this machine's memory is read by `mariadbd --help` instead. */
export const mariadb: RealProgram = {
  title: "MariaDB 10.11 (SHOW VARIABLES)",
  profile: "mariadb",
  async ask(programs, tuned) {
    const { machine, root } = programs;
    await createDatabase(programs);
    const canStart = hasMemory(numberOf(tuned, POOL));
    await writeMariadbConfig(root, tuned);
    const checked = canStart ? {} : { [POOL]: await readByHelp(machine) };
    if (!canStart) await writeMariadbConfig(root, { ...tuned, [POOL]: { value: 2 ** 27, text: "128M" } });
    const served = await withService(machine, mariadbService(machine), () =>
      showVariables(machine, Object.keys(tuned)),
    );
    const limits = canStart ? [] : [`${POOL} by mariadbd --help: more than this machine can give`];
    return { said: { ...served, ...checked }, limits };
  },
};

/** Anew for each size: the size of the redo log is a matter of the files. */
export async function createDatabase({ machine }: Programs): Promise<void> {
  await machine.run(["rm", "-rf", DATA]);
  const parameters = [
    `--datadir=${DATA}`,
    `--user=${USER}`,
    "--skip-test-db",
    "--auth-root-authentication-method=normal",
  ];
  await machine.run(["mariadb-install-db", "--no-defaults", ...parameters]);
}

export async function writeMariadbConfig(root: string, tuned: Tuned): Promise<void> {
  const lines = Object.keys(tuned).map((name) => `${name} = ${textOf(tuned, name)}`);
  const own = [`datadir = ${DATA}`, `socket = ${SOCKET}`, `user = ${USER}`, "skip-networking"];
  await writeFile(join(root, CONFIG), ["[mariadbd]", ...own, ...lines].join("\n") + "\n");
}

export function mariadbService(machine: Machine): Service {
  const isReady = async (): Promise<boolean> => (await machine.attempt(query("SELECT 1"))).status === 0;
  return { name: "mariadb", argv: ["mariadbd", `--defaults-file=${CONFIG}`], isReady };
}

export function query(sql: string): readonly string[] {
  return ["mariadb", "--no-defaults", `--socket=${SOCKET}`, "--user=root", "--batch", "--skip-column-names", "-e", sql];
}

async function showVariables(machine: Machine, names: readonly string[]): Promise<Record<string, string>> {
  const list = names.map((name) => `'${name}'`).join(", ");
  const rows = await machine.run(query(`SHOW GLOBAL VARIABLES WHERE variable_name IN (${list})`));
  return Object.fromEntries(rows.split("\n").map((row) => row.split("\t") as [string, string]));
}

async function readByHelp(machine: Machine): Promise<string> {
  const printed = await machine.run(["mariadbd", `--defaults-file=${CONFIG}`, "--verbose", "--help"]);
  return new RegExp(`^${POOL.replaceAll("_", "-")} +(\\d+)$`, "m").exec(printed)![1]!;
}
