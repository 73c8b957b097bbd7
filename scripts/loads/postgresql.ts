// What PostgreSQL is made to do with its values, so that it takes all the memory that they let it take.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Machine } from "../../test/e2e/machine.ts";
import type { Programs } from "../../test/real/open-programs.ts";
import { POSTGRES_RESERVED, postgresService, psql, writeConfig } from "../../test/real/postgresql.ts";
import { withService } from "../../test/real/service.ts";
import { numberOf, type Tuned } from "../../test/real/tune.ts";
import { atEachShare } from "./load.ts";

const PGBENCH = ["runuser", "-u", "postgres", "--", "pgbench", "--no-vacuum"];

/** Rows of `pgbench_accounts` at this scale, and what one of the sort's takes in memory. */
const SCALE = 10;
const ACCOUNTS = 1_000_000;
const SORTED_ROW_BYTES = 1800;

/** A page of the table that fills the buffers holds one row. */
const PAGE_BYTES = 8192;

/** Of a statement, which has a minute. */
const ROWS_AT_ONCE = 100_000;

/** The one that touches the buffers, and the one that builds the index. */
const OTHER_CONNECTIONS = 2;

export const postgresqlLoads = atEachShare({
  title: "PostgreSQL 15",
  profile: "postgresql",
  options: ["version=15"],
  processes: ["postgres"],
  run,
});

/** The buffers are full and every connection holds a sort in its work_mem, while an index is built. */
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
    await Promise.all([
      machine.run([...PGBENCH, ...load]),
      machine.run(psql("CREATE INDEX ON pgbench_accounts (bid, aid)")),
      machine.run(psql(touchBuffers(holdSeconds))),
    ]);
    await machine.run(psql("DROP TABLE pages"));
  });
  return `buffers full, ${clients} clients with a sort of ${rows} rows each, CREATE INDEX`;
}

async function fillBuffers(machine: Machine, sharedBuffersBytes: number): Promise<void> {
  const pages = Math.ceil(sharedBuffersBytes / PAGE_BYTES);
  await machine.run(psql("DROP TABLE IF EXISTS pages"));
  await machine.run(psql("CREATE UNLOGGED TABLE pages (id int PRIMARY KEY, page text)"));
  await machine.run(psql("ALTER TABLE pages ALTER COLUMN page SET STORAGE PLAIN"));
  for (let first = 1; first <= pages; first += ROWS_AT_ONCE) {
    const ids = `generate_series(${first}, ${Math.min(pages, first + ROWS_AT_ONCE - 1)})`;
    await machine.run(psql(`INSERT INTO pages SELECT id, repeat('x', 5000) FROM ${ids} id`));
  }
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
