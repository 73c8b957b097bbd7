// What a MySQL server takes beside its buffer pool, by release series, and in which order memory buys it.

import { GIB, KIB, MIB } from "../../size.ts";
import type { InnodbRule } from "./innodb-memory.ts";
import { buffer, CONNECTIONS, global, tables } from "./innodb.ts";

/** 212 MiB measured on 9.7 beside a full pool and its overhead, binary and a log buffer of 16M included. */
const BASE_BYTES = 200 * MIB;

/** An estimate: it grows with use, to about so much with MySQL's defaults. */
const PERFORMANCE_SCHEMA_BYTES = 240 * MIB;

/** refman, innodb_buffer_pool_size: the pool takes about 10 % more than its size. */
const POOL_OVERHEAD = 1 / 10;

/**
 * Session, transaction, two network buffers and two caches of the binary log. The block of 1 MiB that a connection keeps
 * from its first temporary table on (refman, internal-temporary-tables) is within what its stack does not use: with a sort
 * and a small temporary table, a connection of 9.7 took 0.4 MiB in all.
 */
const CONNECTION_BYTES = 256 * KIB;

/** An open table and half of a definition: MySQL caches one definition for two tables (table_definition_cache). */
const TABLE_BYTES = 48 * KIB;

/** What temporary tables get before more than a few connections: four tables of tmp_table_size. */
const EARLY_TEMP_BYTES = 64 * MIB;

/** By release series. */
export const MYSQL_RULES: Readonly<Record<"8.0" | "later", InnodbRule>> = { "8.0": ruleOf(true), later: ruleOf(false) };

// Memory buys a few connections, the first temporary tables and all connections, then the performance schema, then tables,
// the log's buffer and more for temporary tables.
function ruleOf(isOld: boolean): InnodbRule {
  return {
    baseBytes: BASE_BYTES,
    poolOverhead: POOL_OVERHEAD,
    connectionBytes: CONNECTION_BYTES,
    connections: CONNECTIONS,
    parts: [
      buffer("thread_stack", null, MIB),
      buffer("sort_buffer_size", "sortBuffer", 256 * KIB),
      buffer("join_buffer_size", "joinBuffer", 256 * KIB),
      buffer("read_buffer_size", null, 128 * KIB),
      buffer("read_rnd_buffer_size", null, 256 * KIB),
      global("key_buffer_size", null, 8 * MIB, 8 * MIB),
      {
        ...global("performance_schema", null, 0, 1),
        unitBytes: PERFORMANCE_SCHEMA_BYTES,
        step: 1,
        essential: true,
      },
      { ...tables(4000, TABLE_BYTES), essential: true },
      global("innodb_log_buffer_size", null, 16 * MIB, isOld ? 16 * MIB : 64 * MIB),
      // One limit for all temporary tables. In 8.4 it grows with the memory.
      {
        ...global("temptable_max_ram", null, 2 * MIB, GIB),
        most: (memoryBytes) => (isOld ? GIB : tempTablesOf84(memoryBytes)),
        early: EARLY_TEMP_BYTES,
      },
      { ...global("tmp_table_size", "tmpTable", 16 * MIB, 16 * MIB), unitBytes: 0 },
    ],
  };
}

function tempTablesOf84(memoryBytes: number): number {
  const shareBytes = Math.floor((memoryBytes * 3) / 100 / MIB) * MIB;
  return Math.min(Math.max(shareBytes, GIB), 4 * GIB);
}
