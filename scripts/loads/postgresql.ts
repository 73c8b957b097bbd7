// PostgreSQL with its buffers full and a sort in every connection, while an index is built of as many keys as fill its memory.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Machine } from "../../test/e2e/support/machine.ts";
import type { Programs } from "../../test/real/support/open-programs.ts";
import { POSTGRES_RESERVED, postgresService, psql, writeConfig } from "../../test/real/support/postgresql.ts";
import { withService } from "../../test/real/support/service.ts";
import { numberOf, type Tuned } from "../../test/real/support/tune.ts";
import { atEachShare } from "./load.ts";

const PGBENCH = ["runuser", "-u", "postgres", "--", "pgbench", "--no-vacuum"];

/** Rows of `pgbench_accounts` at this scale, and what one of the sort's takes in memory. */
const SCALE = 10;
const ACCOUNTS = 1_000_000;
const SORTED_ROW_BYTES = 1800;

/** A key of the index that is built: as wide as one may be, of columns that are not yet compressed. */
const KEY_COLUMNS = 5;
const KEY_COLUMN_BYTES = 500;

/** A page of the table that fills the buffers holds one row. */
const PAGE_BYTES = 8192;

/** The one that touches the buffers, and the one that builds the index. */
const OTHER_CONNECTIONS = 2;

export const postgresqlLoads = atEachShare({
  title: "PostgreSQL 15",
  profile: "postgresql",
  options: ["version=15"],
  processes: ["postgres"],
  run,
});

async function run({ machine, root }: Programs, tuned: Tuned): Promise<string> {
  await writeConfig(root, tuned);
  const rows = Math.floor((numberOf(tuned, "work_mem") * 0.9) / SORTED_ROW_BYTES);
  const clients = numberOf(tuned, "max_connections") - POSTGRES_RESERVED - OTHER_CONNECTIONS;
  // So long that the first still holds its sort when the last has sorted.
  const holdSeconds = 5 + Math.ceil((clients * rows) / 100_000);
  await writeFile(join(root, "srv/sort.sql"), sortScript(rows, holdSeconds));
  await withService(machine, postgresService(machine), async () => {
    await machine.run([...PGBENCH, "--initialize", "--quiet", `--scale=${SCALE}`, "postgres"]);
    await fillBuffers(machine, numberOf(tuned, "shared_buffers"));
    const load = [`--client=${clients}`, "--jobs=2", "--transactions=1", "--file=/srv/sort.sql", "postgres"];
    const running = Promise.all([machine.run([...PGBENCH, ...load]), machine.run(psql(touchBuffers(holdSeconds)))]);
    await buildWhile(running, machine, buildIndex(numberOf(tuned, "maintenance_work_mem")));
    await machine.run(psql("DROP TABLE pages"));
  });
  return `buffers full, ${clients} clients with a sort of ${rows} rows each, CREATE INDEX in full memory`;
}

/** Once at least, and again until what runs has ended. */
async function buildWhile(running: Promise<unknown>, machine: Machine, sql: string): Promise<void> {
  const over = running.then(() => true);
  over.catch(() => {}); // The race says it, after the build that goes on meanwhile.
  do await machine.run(psql(sql));
  while (!(await Promise.race([over, sleep(0, false)])));
}

/** Of as many keys as fill the memory that it is built in. */
function buildIndex(maintenanceBytes: number): string {
  const rows = Math.ceil(maintenanceBytes / (KEY_COLUMNS * KEY_COLUMN_BYTES));
  const columns = Array.from({ length: KEY_COLUMNS }, () => `(rpad(md5(aid::text), ${KEY_COLUMN_BYTES}, 'x'))`);
  return `DROP INDEX IF EXISTS wide; CREATE INDEX wide ON pgbench_accounts (${columns.join(", ")}) WHERE aid <= ${rows}`;
}

async function fillBuffers(machine: Machine, sharedBuffersBytes: number): Promise<void> {
  const pages = Math.ceil(sharedBuffersBytes / PAGE_BYTES);
  await machine.run(psql("DROP TABLE IF EXISTS pages"));
  await machine.run(psql("CREATE UNLOGGED TABLE pages (id int PRIMARY KEY, page text)"));
  await machine.run(psql("ALTER TABLE pages ALTER COLUMN page SET STORAGE PLAIN"));
  await machine.run(psql(`INSERT INTO pages SELECT id, repeat('x', 5000) FROM generate_series(1, ${pages}) id`));
}

// Memory that processes share counts only where one that lives has touched it. A scan of the whole table would go through a
// few buffers of its own, one by the index does not.
function touchBuffers(holdSeconds: number): string {
  const byIndex = "SET enable_seqscan = off; SET enable_bitmapscan = off";
  return `${byIndex}; SELECT count(page) FROM pages WHERE id > 0; SELECT pg_sleep(${holdSeconds})`;
}

// The inner query keeps the planner from sorting narrow rows and widening what is fetched of them.
function sortScript(rows: number, holdSeconds: number): string {
  return `\\set first random(1, ${ACCOUNTS} - ${rows})
BEGIN;
DECLARE sorted CURSOR FOR SELECT * FROM (
  SELECT aid, bid, rpad(aid::text, 1700, 'x') AS wide FROM pgbench_accounts
    WHERE aid BETWEEN :first AND :first + ${rows - 1} OFFSET 0) rows ORDER BY bid, aid DESC;
FETCH 1 FROM sorted;
\\sleep ${holdSeconds} s
END;
`;
}
