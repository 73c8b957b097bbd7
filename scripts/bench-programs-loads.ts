// What each program is made to do with its values, so that it takes all the memory that they let it take.

import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GIB } from "../agent/tuning/size.ts";
import type { Programs } from "../test/real/open-programs.ts";
import { POSTGRES_RESERVED, postgresService, psql, writeConfig } from "../test/real/postgresql.ts";
import { withService } from "../test/real/service.ts";
import { numberOf, type Size, type Tuned, textOf } from "../test/real/tune.ts";

export interface Load {
  readonly title: string;
  readonly profile: string;
  readonly options: readonly string[];
  readonly size: Size;
  readonly shareBytes: number;
  /** The programs whose memory counts. */
  readonly processes: readonly string[];
  /** What it has done, in a few words. */
  run(programs: Programs, tuned: Tuned): Promise<string>;
}

const ONE_GIB = { size: { memory: "1GiB", vcpus: 2 }, shareBytes: GIB };

/** Heap, stacks, direct memory and metaspace are all full at the same time, for some seconds. */
export const javaLoad: Load = {
  title: "Java 17",
  profile: "jvm",
  options: [],
  ...ONE_GIB,
  processes: ["java"],
  async run({ machine, root }, tuned) {
    const source = new URL("BenchLoad.java", import.meta.url).pathname;
    await copyFile(source, join(root, "srv/BenchLoad.java"));
    await machine.run(["javac", "-d", "/srv", "/srv/BenchLoad.java"]);
    // The JVM has threads of its own beside the application's.
    const threads = String(numberOf(tuned, "threads"));
    const environment = `JAVA_TOOL_OPTIONS=${textOf(tuned, "options")}`;
    const said = await machine.run(["env", environment, "java", "-cp", "/srv", "BenchLoad", threads, "15000", "4"]);
    return `${threads} full stacks, 15000 classes loaded, ${said}`;
  },
};

/** Every connection holds a sort in its work_mem; beside it, small transactions and the rebuilding of an index. */
export const postgresqlLoad: Load = {
  title: "PostgreSQL 15",
  profile: "postgresql",
  options: ["version=15"],
  ...ONE_GIB,
  processes: ["postgres"],
  async run({ machine, root }, tuned) {
    await writeConfig(root, tuned);
    const workMemBytes = numberOf(tuned, "work_mem");
    // In memory, a row of this sort takes about 200 bytes.
    const rows = Math.floor((workMemBytes * 0.9) / 200);
    await writeFile(join(root, "srv/sort.sql"), sortScript(rows));
    const clients = numberOf(tuned, "max_connections") - POSTGRES_RESERVED;
    const pgbench = ["runuser", "-u", "postgres", "--", "pgbench", "--no-vacuum"];
    await withService(machine, postgresService(machine), async () => {
      await machine.run([...pgbench, "--initialize", "--quiet", "--scale=25", "postgres"]);
      const scripts = ["--builtin=tpcb-like@1", "--file=/srv/sort.sql@2"];
      const load = [`--client=${clients}`, "--jobs=2", "--time=8", ...scripts, "postgres"];
      const reindex = machine.run(psql("REINDEX TABLE pgbench_accounts"));
      await Promise.all([machine.run([...pgbench, ...load]), reindex]);
    });
    return `${clients} clients with a sort of ${rows} rows each, pgbench, REINDEX`;
  },
};

function sortScript(rows: number): string {
  return `\\set first random(1, 2000000)
BEGIN;
DECLARE sorted CURSOR FOR SELECT aid, filler FROM pgbench_accounts
  WHERE aid BETWEEN :first AND :first + ${rows - 1} ORDER BY filler, aid DESC;
FETCH 1 FROM sorted;
\\sleep 3 s
END;
`;
}
