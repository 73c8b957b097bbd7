// MariaDB with its pool full: a tenth of the connections holds a temporary table at its limit, all others sort.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Machine } from "../../test/e2e/support/machine.ts";
import { createDatabase, mariadbService, query, writeMariadbConfig } from "../../test/real/support/mariadb.ts";
import type { Programs } from "../../test/real/support/open-programs.ts";
import { withService } from "../../test/real/support/service.ts";
import { numberOf, type Tuned } from "../../test/real/support/tune.ts";
import { atEachShare } from "./load.ts";

/** Two rows of the table that fills the pool take a page. */
const ROW_BYTES = 8192;

/** Of a statement: its undo log stays small. */
const ROWS_AT_ONCE = 50_000;

/** A row of `items` in a temporary table and in a sort: three columns of it, and one. */
const TEMP_ROW_BYTES = 560;
const SORTED_ROW_BYTES = 220;

/** So long that the first client still holds what it has when the last has come. */
const HOLD_SECONDS = 20;

/** Left free for statements that ask the server for its state. */
const OTHER_CONNECTIONS = 1;

export const mariadbLoads = atEachShare({
  title: "MariaDB 10.11",
  profile: "mariadb",
  options: [],
  processes: ["mariadbd"],
  run,
});

async function run(programs: Programs, tuned: Tuned): Promise<string> {
  const { machine, root } = programs;
  await createDatabase(programs);
  await writeMariadbConfig(root, tuned);
  const clients = numberOf(tuned, "max_connections") - OTHER_CONNECTIONS;
  const holders = Math.floor(clients / 10);
  await writeFile(join(root, "srv/hold.sql"), holdScript(numberOf(tuned, "tmp_table_size")));
  await writeFile(join(root, "srv/sort.sql"), sortScript(numberOf(tuned, "sort_buffer_size")));
  const used = await withService(machine, mariadbService(machine), async () => {
    await fillPool(machine, numberOf(tuned, "innodb_buffer_pool_size"));
    await runClients(machine, holders, clients - holders);
    return machine.run(
      query("SELECT variable_value FROM information_schema.global_status WHERE variable_name = 'MAX_USED_CONNECTIONS'"),
    );
  });
  return `pool full, ${holders} clients with a temporary table, ${clients - holders} that sort, ${used} at once`;
}

async function fillPool(machine: Machine, poolBytes: number): Promise<void> {
  const rows = Math.ceil(poolBytes / ROW_BYTES);
  await machine.run(query(TABLES));
  for (let first = 1; first <= rows; first += ROWS_AT_ONCE) {
    const ids = `seq_${first}_to_${Math.min(rows, first + ROWS_AT_ONCE - 1)}`;
    await machine.run(query(`INSERT INTO bench.pages SELECT seq, REPEAT('x', 7600) FROM bench.${ids}`));
  }
}

const TABLES = `CREATE DATABASE bench; USE bench;
CREATE TABLE pages (id INT PRIMARY KEY, page VARCHAR(8000) CHARACTER SET latin1);
CREATE TABLE items (id INT PRIMARY KEY, label VARCHAR(200) CHARACTER SET latin1);
INSERT INTO items SELECT seq, REPEAT(MD5(seq), 6) FROM seq_1_to_40000`;

// Held in memory by the row that sleeps.
function holdScript(tmpTableBytes: number): string {
  const rows = Math.floor((tmpTableBytes * 0.9) / TEMP_ROW_BYTES);
  const held = `SELECT DISTINCT id, label, CONCAT(id, label) FROM items WHERE id <= ${rows}`;
  return `SELECT SLEEP(${HOLD_SECONDS}) FROM (${held}) held LIMIT 1;\n`;
}

// Held while the keys are made, of which each sleeps a little.
function sortScript(sortBufferBytes: number): string {
  const rows = Math.floor((sortBufferBytes * 0.9) / SORTED_ROW_BYTES);
  return `SELECT id FROM items WHERE id <= ${rows} ORDER BY label, SLEEP(${HOLD_SECONDS / rows}) LIMIT ${rows - 1}, 1;\n`;
}

async function runClients(machine: Machine, holders: number, sorters: number): Promise<void> {
  const client = query("").slice(0, -2).join(" ");
  const all = [
    `for n in $(seq ${holders}); do ${client} bench < /srv/hold.sql > /dev/null & sleep 0.02; done`,
    `for n in $(seq ${sorters}); do ${client} bench < /srv/sort.sql > /dev/null & sleep 0.02; done`,
    "wait",
  ];
  await machine.run(["sh", "-c", all.join("\n")]);
}
