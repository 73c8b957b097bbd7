// Tunes MySQL 8.0 to 9: the values that a dedicated server gives itself, within the share at worst.

import { GIB, MIB } from "../../size.ts";
import { count, fromOption, type Reason, text } from "../profile/build-setting.ts";
import type { Allotment, Inputs, OptionRules, Options, Profile, Setting, Settings } from "../profile/profile.ts";
import { optionalNumber, textOption } from "../profile/read-option.ts";
import { tuneDisk } from "./innodb-disk.ts";
import { divideInnodbMemory, type InnodbMemory, type InnodbRule, leastInnodbBytes } from "./innodb-memory.ts";
import { chunksOf } from "./innodb-pool.ts";
import {
  INNODB_OPTIONS,
  megabytes,
  partOf,
  reasonOf,
  size,
  switchOf,
  tuneConnections,
  tuneParts,
  tunePool,
  usefulInnodb,
} from "./innodb.ts";
import { MYSQL_RULES } from "./mysql-memory.ts";

const VARIABLES = "dev.mysql.com/doc/refman, server-system-variables and innodb-parameters";
const DEDICATED = "dev.mysql.com/doc/refman, innodb-dedicated-server";

/** The most that MySQL accepts. */
const MOST_REDO_BYTES = 128 * GIB;
const MOST_REDO_BY_CPUS_BYTES = 16 * GIB;
const MOST_INSTANCES = 64;

const OPTIONS = {
  version: { kind: "choice", default: "8.4", choices: ["8.0", "8.4", "9"], about: "release series; 8.0.30 or newer" },
  ...INNODB_OPTIONS,
  tmpTable: size(MIB, GIB, "tmp_table_size: the most for one; all together have temptable_max_ram"),
  redoLog: size(8 * MIB, MOST_REDO_BYTES, "innodb_redo_log_capacity, on the disk; by version, memory or CPUs"),
} satisfies OptionRules;

export const mysql: Profile = {
  name: "mysql",
  about: "a MySQL server",
  options: OPTIONS,
  takesMemory: true,
  // A database is what its machine is there for.
  usualWeight: 1,
  useful: (options) => ({
    ...usefulInnodb(options),
    temptable_max_ram: { least: 16 * MIB, because: "tmp_table_size allows a single temporary table so much" },
  }),
  ladder: ["temptable_max_ram", "innodb_log_buffer_size", "table_open_cache", "performance_schema", "max_connections"],
  toShrink: "lower the options connections, bufferPool, sortBuffer or joinBuffer",
  floorBytes: (options) => leastInnodbBytes(memoryRule(options), options),
  // A larger pool is of use as long as there is more data than it holds.
  capBytes: () => Infinity,
  tune(allotment, options) {
    const rule = memoryRule(options);
    const memory = divideInnodbMemory(allotment.memoryBytes, rule, options);
    const { performance_schema: _, ...parts } = tuneParts(memory, rule.parts, VARIABLES);
    const connections = memory.connections.value;
    return {
      max_connections: tuneConnections(memory, VARIABLES),
      innodb_buffer_pool_size: tunePool(memory, rule, allotment, options),
      ...tuneInstances(memory, allotment, options),
      ...parts,
      performance_schema: tuneSchema(memory),
      thread_cache_size: count(Math.min(100, 8 + Math.floor(connections / 100)), {
        formula: "min(100, 8 + connections / 100)",
        inputs: { connections },
        source: VARIABLES,
      }),
      innodb_redo_log_capacity: tuneRedo(allotment, options),
      ...tuneThreads(allotment, options),
      ...tuneDisk(options),
      innodb_flush_method: tuneFlush(options),
    };
  },
};

function memoryRule(options: Options): InnodbRule {
  return is80(options) ? MYSQL_RULES["8.0"] : MYSQL_RULES.later;
}

function is80(options: Options): boolean {
  return textOption(options, "version") === "8.0";
}

function tuneSchema(memory: InnodbMemory): Setting {
  const part = partOf(memory, "performance_schema");
  const { value, spareBytes, eachBytes, boundBy } = part;
  const reason = reasonOf("performance_schema", "count", part, VARIABLES);
  if (boundBy === null) return switchOf(true, reason);
  return switchOf(value === 1, {
    ...reason,
    formula: "spareBytes >= schemaBytes ? ON : OFF",
    inputs: { spareBytes, schemaBytes: eachBytes },
  });
}

function tuneInstances({ poolBytes }: InnodbMemory, { vcpus }: Allotment, options: Options): Settings {
  const wanted = is80(options) ? instancesOf80(poolBytes) : instancesOf84(poolBytes, vcpus);
  const chunks = chunksOf(poolBytes);
  const instances = powerOfTwo(Math.min(wanted, chunks));
  const inputs = is80(options) ? { poolBytes } : { poolBytes, vcpus };
  const many = is80(options) ? "8" : `clamp(min(poolBytes / 256 MiB, vcpus / 4), 1, ${MOST_INSTANCES})`;
  const one = is80(options) ? "poolBytes < 1 GiB" : "poolBytes <= 1 GiB";
  return {
    innodb_buffer_pool_instances: count(instances, {
      ...(instances < wanted
        ? evenInstances(many, is80(options) ? { chunks } : { ...inputs, chunks })
        : { formula: `${one} ? 1 : ${many}`, inputs }),
      source: VARIABLES,
    }),
    innodb_buffer_pool_chunk_size: megabytes(poolBytes / chunks, {
      formula: "poolBytes / chunks",
      inputs: { poolBytes, chunks },
      source: "dev.mysql.com/doc/refman, innodb-buffer-pool-resize",
      note: "MySQL's 128M would round the pool up to a multiple of it for each instance",
    }),
  };
}

function evenInstances(wanted: string, inputs: Inputs): Omit<Reason, "source"> {
  return {
    formula: `powerOfTwo(min(${wanted}, chunks))`,
    inputs,
    note: "a power of two, rounded down, so that the pool divides evenly and InnoDB does not round it up",
  };
}

function powerOfTwo(most: number): number {
  let power = 1;
  while (power * 2 <= most) power *= 2;
  return power;
}

function instancesOf80(poolBytes: number): number {
  return poolBytes < GIB ? 1 : 8;
}

function instancesOf84(poolBytes: number, vcpus: number): number {
  if (poolBytes <= GIB) return 1;
  return Math.max(1, Math.min(Math.floor(poolBytes / (128 * MIB) / 2), Math.floor(vcpus / 4), MOST_INSTANCES));
}

function tuneRedo({ memoryBytes, vcpus }: Allotment, options: Options): Setting {
  const given = optionalNumber(options, "redoLog");
  if (given !== null) {
    // In whole MiB, as InnoDB rounds it.
    const redoLog = Math.floor(given / MIB) * MIB;
    return megabytes(redoLog, fromOption("redoLog", redoLog));
  }
  if (is80(options))
    return megabytes(redoOf80(memoryBytes), { formula: "by memoryBytes", inputs: { memoryBytes }, source: DEDICATED });
  const byCpus = vcpus * (GIB / 2);
  return megabytes(Math.min(byCpus, MOST_REDO_BY_CPUS_BYTES), {
    formula: "min(vcpus / 2 * 1 GiB, 16 GiB)",
    inputs: { vcpus },
    source: DEDICATED,
    boundBy: byCpus > MOST_REDO_BY_CPUS_BYTES ? "cap" : null,
  });
}

/** The table of 8.0.30 and later: a file of 512 MiB or 1 GiB for each GiB of the pool that it assumes. */
function redoOf80(memoryBytes: number): number {
  const gib = memoryBytes / GIB;
  if (gib < 2) return 100 * MIB;
  if (gib <= 4) return GIB;
  if (gib * 3 < 32) return (Math.round(gib * 0.75) * GIB) / 2;
  return gib * 3 <= 512 ? Math.round(gib * 0.5625) * GIB : MOST_REDO_BYTES;
}

function tuneThreads({ vcpus }: Allotment, options: Options): Settings {
  const byCpus = Math.min(Math.max(Math.floor(vcpus / 2), 4), 64);
  const four = { formula: "the server's default", source: VARIABLES };
  return {
    innodb_read_io_threads: is80(options)
      ? count(4, four)
      : count(byCpus, {
          formula: "clamp(vcpus / 2, 4, 64)",
          inputs: { vcpus },
          source: VARIABLES,
          boundBy: vcpus < 8 ? "floor" : vcpus > 129 ? "cap" : null,
        }),
    innodb_write_io_threads: count(4, four),
  };
}

// Both keep the data out of the page cache, which would hold it a second time.
function tuneFlush(options: Options): Setting {
  if (is80(options)) return text("O_DIRECT_NO_FSYNC", { formula: "of a dedicated server", source: DEDICATED });
  return text("O_DIRECT", { formula: "the server's default", source: VARIABLES });
}
