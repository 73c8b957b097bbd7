// Tunes MariaDB 10.11 to 11: MySQL's table for the pool, MariaDB's defaults for the rest, within the share at worst.

import { GIB, KIB, MIB } from "../../size.ts";
import { count, fromOption } from "../profile/build-setting.ts";
import type { OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { optionalNumber } from "../profile/read-option.ts";
import { tuneDisk } from "./innodb-disk.ts";
import { divideInnodbMemory, type InnodbMemory, type InnodbRule, leastInnodbBytes } from "./innodb-memory.ts";
import {
  buffer,
  CONNECTIONS,
  fewerConnections,
  global,
  INNODB_OPTIONS,
  megabytes,
  partOf,
  size,
  tables,
  tuneConnections,
  tuneParts,
  tunePool,
  usefulInnodb,
} from "./innodb.ts";

const VARIABLES = "mariadb.com/kb, server-system-variables and innodb-system-variables";
const MYSQLTUNER = "major/MySQLTuner-perl: a quarter of the buffer pool";

/** 75 MiB measured on 10.11, binary included; 400 table definitions, its default, at 80 KiB measured. */
const BASE_BYTES = 112 * MIB;

/** Nothing measurable on 10.11.19, which has its descriptors inside of the pool; older ones have them beside it. */
const POOL_OVERHEAD = 1 / 32;

/** 55 KiB measured while idle; two caches of the binary log, and a transaction. */
const CONNECTION_BYTES = 192 * KIB;

/** 18 KiB measured for a further handle of a table with five indexes. */
const TABLE_BYTES = 20 * KIB;

/**
 * MariaDB has no limit of all temporary tables together. One for a tenth of the connections, where MySQLTuner counts one for
 * the whole server: a connection has none unless it runs a query that groups or sorts beyond an index, and few run at once.
 */
const TEMP_TABLES_PER_CONNECTION = 1 / 10;
const TEMP_TABLE_BYTES = 16 * MIB;
const LEAST_TEMP_TABLE_BYTES = MIB;

/** MariaDB's default; and the most, since recovery after a crash reads the whole log. */
const LEAST_LOG_BYTES = 96 * MIB;
const MOST_LOG_BYTES = 4 * GIB;

/** max_heap_table_size: MariaDB's default, for tables that someone creates as MEMORY. */
const HEAP_TABLE_BYTES = 16 * MIB;

const OPTIONS = {
  version: {
    kind: "choice",
    default: "10.11",
    choices: ["10.11", "11.4", "11.8"],
    about: "release series; all have these settings",
  },
  ...INNODB_OPTIONS,
  tmpTable: size(
    64 * KIB,
    GIB,
    "tmp_table_size: a temporary table in memory; a tenth of the connections has one at once",
  ),
  redoLog: size(4 * MIB, 512 * GIB, "innodb_log_file_size, on the disk; by the pool if not given"),
} satisfies OptionRules;

// Memory buys a few connections, temporary tables of MariaDB's default for them and then for each further connection; then
// open tables, the page cache of temporary tables on the disk, sort buffers.
const RULE: InnodbRule = {
  baseBytes: BASE_BYTES,
  poolOverhead: POOL_OVERHEAD,
  connectionBytes: CONNECTION_BYTES,
  connections: CONNECTIONS,
  parts: [
    buffer("thread_stack", null, 292 * KIB),
    buffer("join_buffer_size", "joinBuffer", 256 * KIB),
    buffer("read_buffer_size", null, 128 * KIB),
    buffer("read_rnd_buffer_size", null, 256 * KIB),
    global("innodb_log_buffer_size", null, 16 * MIB, 16 * MIB),
    // Of MyISAM, which not even MariaDB's own tables use any more: as MySQL has it.
    global("key_buffer_size", null, 8 * MIB, 8 * MIB),
    tables(2000, TABLE_BYTES),
    global("aria_pagecache_buffer_size", null, 8 * MIB, 128 * MIB),
    buffer("sort_buffer_size", "sortBuffer", 2 * MIB, 256 * KIB),
    {
      ...global("tmp_table_size", "tmpTable", LEAST_TEMP_TABLE_BYTES, TEMP_TABLE_BYTES),
      perConnection: TEMP_TABLES_PER_CONNECTION,
      early: TEMP_TABLE_BYTES,
    },
  ],
};

export const mariadb: Profile = {
  name: "mariadb",
  about: "a MariaDB server",
  options: OPTIONS,
  takesMemory: true,
  // A database is what its machine is there for.
  usualWeight: 1,
  useful: (options) => ({
    ...usefulInnodb(options),
    tmp_table_size: {
      least: 8 * MIB,
      because: "MariaDB's own cloud service starts with 8 MiB, and larger tables go to the disk",
      ...fewerConnections(options),
    },
  }),
  ladder: ["sort_buffer_size", "aria_pagecache_buffer_size", "table_open_cache", "max_connections", "tmp_table_size"],
  toShrink: "lower the options connections, bufferPool, sortBuffer, joinBuffer or tmpTable",
  floorBytes: (options) => leastInnodbBytes(RULE, options),
  // A larger pool is of use as long as there is more data than it holds.
  capBytes: () => Infinity,
  tune(allotment, options) {
    const memory = divideInnodbMemory(allotment.memoryBytes, RULE, options);
    const parts = tuneParts(memory, RULE.parts, VARIABLES);
    const connections = memory.connections.value;
    return {
      max_connections: tuneConnections(memory, VARIABLES),
      innodb_buffer_pool_size: tunePool(memory, RULE, allotment, options),
      ...parts,
      max_heap_table_size: tuneHeapTables(partOf(memory, "tmp_table_size").value),
      thread_cache_size: count(Math.min(256, connections), {
        formula: "min(256, connections)",
        inputs: { connections },
        source: VARIABLES,
      }),
      innodb_log_file_size: tuneLog(memory, options),
      innodb_read_io_threads: count(4, { formula: "the server's default", source: VARIABLES }),
      innodb_write_io_threads: count(4, { formula: "the server's default", source: VARIABLES }),
      ...tuneDisk(options),
    };
  },
};

// MariaDB takes the smaller of the two for a temporary table. Tables that an app creates as MEMORY are not in the server's
// worst case, and would lose room for their rows if this were less than the default.
function tuneHeapTables(tmpTableBytes: number): Setting {
  return megabytes(Math.max(tmpTableBytes, HEAP_TABLE_BYTES), {
    formula: "max(tmpTableBytes, 16 MiB)",
    inputs: { tmpTableBytes },
    source: VARIABLES,
  });
}

function tuneLog({ poolBytes }: InnodbMemory, options: Options): Setting {
  const given = optionalNumber(options, "redoLog");
  if (given !== null) {
    // In whole MiB: a block of any disk divides it.
    const redoLog = Math.floor(given / MIB) * MIB;
    return megabytes(redoLog, fromOption("redoLog", redoLog));
  }
  const quarterBytes = Math.floor(poolBytes / 4 / MIB) * MIB;
  return megabytes(Math.min(Math.max(quarterBytes, LEAST_LOG_BYTES), MOST_LOG_BYTES), {
    formula: "clamp(poolBytes / 4, 96 MiB, 4 GiB)",
    inputs: { poolBytes },
    source: MYSQLTUNER,
    boundBy: quarterBytes < LEAST_LOG_BYTES ? "floor" : quarterBytes > MOST_LOG_BYTES ? "cap" : null,
  });
}
