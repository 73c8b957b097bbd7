// The options and settings that MySQL and MariaDB have in common: memory, connections and disk.

import { GIB, KIB, MIB, TIB } from "../../size.ts";
import { byGiven, bytes, count, text, type Reason } from "../profile/build-setting.ts";
import type { Allotment, OptionRule, OptionRules, Options, Setting, Settings, Useful } from "../profile/profile.ts";
import { optionalNumber } from "../profile/read-option.ts";
import { INNODB_STORAGES } from "./innodb-disk.ts";
import { type InnodbMemory, type InnodbRule, type Part, type PartRule } from "./innodb-memory.ts";
import { DEFAULT_POOL_BYTES, poolStep } from "./innodb-pool.ts";

const TABLE = "dev.mysql.com/doc/refman, innodb-dedicated-server";

/** `most` is both servers' default, `few` what Heroku's smallest Postgres plans have, `least` what a server can do with. */
export const CONNECTIONS = { least: 10, few: 20, most: 151 };

/** What both servers need to be of use. */
export function usefulInnodb(options: Options): Readonly<Record<string, Useful>> {
  return {
    innodb_buffer_pool_size: {
      least: DEFAULT_POOL_BYTES,
      because: "the server itself starts with 128M",
      ...fewerConnections(options),
    },
    max_connections: { least: CONNECTIONS.few, because: "even the smallest hosted databases allow 20" },
  };
}

/** Helps only an operator who asked for so many: without the option there are as few as possible. */
export function fewerConnections(options: Options): Pick<Useful, "instead"> {
  return optionalNumber(options, "connections") === null ? {} : { instead: "lower the option connections" };
}

export const INNODB_OPTIONS = {
  storage: { kind: "choice", default: "ssd", choices: Object.keys(INNODB_STORAGES), about: "kind of disk" },
  iops: {
    kind: "integer",
    default: null,
    min: 100,
    max: 4_000_000,
    about: "operations a second that the disk bears; by storage if not given",
  },
  connections: {
    kind: "integer",
    default: null,
    min: 1,
    max: 100_000,
    about: "max_connections; 151, and down to 10 where memory is short, if not given",
  },
  bufferPool: size(8 * MIB, 32 * TIB, "innodb_buffer_pool_size, in whole MiB; by the memory if not given"),
  joinBuffer: size(128 * KIB, GIB, "join_buffer_size"),
  sortBuffer: size(32 * KIB, GIB, "sort_buffer_size"),
} satisfies OptionRules;

export function size(min: number, max: number, about: string): OptionRule {
  return { kind: "size", default: null, min, max, about };
}

/** A buffer that every connection may have, at the server's default unless given. */
export function buffer(setting: string, option: string | null, defaultBytes: number, least = defaultBytes): PartRule {
  return { setting, option, least, most: () => defaultBytes, unitBytes: 1, perConnection: 1, step: 64 * KIB };
}

/** Memory of the whole server. */
export function global(setting: string, option: string | null, least: number, most: number): PartRule {
  return { setting, option, least, most: () => most, unitBytes: 1, perConnection: 0, step: MIB };
}

/** Open tables: one for each connection that uses the table. */
export function tables(most: number, tableBytes: number): PartRule {
  const rest = { unitBytes: tableBytes, perConnection: 0, step: 1 };
  return { setting: "table_open_cache", option: null, least: 400, most: () => most, ...rest };
}

export function tunePool(
  memory: InnodbMemory,
  rule: InnodbRule,
  { memoryBytes }: Allotment,
  options: Options,
): Setting {
  const { poolBytes, tablePoolBytes, bearablePoolBytes, besidePoolBytes } = memory;
  if (optionalNumber(options, "bufferPool") !== null)
    return megabytes(poolBytes, {
      formula: "the option bufferPool",
      inputs: { bufferPool: poolBytes },
      source: "the option",
      boundBy: "user",
    });
  if (bearablePoolBytes < tablePoolBytes)
    return megabytes(poolBytes, {
      formula: `max((memoryBytes - besidePoolBytes) / ${1 + rule.poolOverhead}, 32 MiB)${inWhole(poolBytes)}`,
      inputs: { memoryBytes, besidePoolBytes: Math.ceil(besidePoolBytes) },
      source: TABLE,
      boundBy: "share",
      note: "MySQL's would not leave enough for the server and its connections.",
    });
  const isRounded = poolBytes < tablePoolBytes;
  return megabytes(poolBytes, {
    formula: isRounded ? TABLE_FORMULA + inWhole(poolBytes) : TABLE_FORMULA,
    inputs: { memoryBytes, defaultBytes: DEFAULT_POOL_BYTES },
    source: TABLE,
    ...(isRounded ? { note: ROUNDED } : {}),
  });
}

const TABLE_FORMULA =
  "memoryBytes < 1 GiB ? max(defaultBytes, memoryBytes * 3 / 4 - 256 MiB) : " +
  "memoryBytes <= 4 GiB ? memoryBytes / 2 : memoryBytes * 0.75";
const ROUNDED = "Rounded down to whole chunks: InnoDB would round it up, beyond the share.";

function inWhole(poolBytes: number): string {
  return `, in whole ${poolStep(poolBytes) / MIB} MiB`;
}

export function tuneConnections({ connections }: InnodbMemory, source: string): Setting {
  const { value, boundBy } = connections;
  if (boundBy === null) return count(value, { formula: String(CONNECTIONS.most), source });
  return count(value, reasonOf("connections", "count", connections, source));
}

/** That a rule has no such part is a bug of the profile. */
export function partOf({ parts }: InnodbMemory, setting: string): Part {
  const part = parts.get(setting);
  if (part) return part;
  throw new TypeError(`${setting} is no part of the rule`);
}

/** Every part, in the rule's order: counts as numbers, sizes as both servers read them. */
export function tuneParts(memory: InnodbMemory, rules: readonly PartRule[], source: string): Settings {
  return Object.fromEntries(
    rules.map(({ setting, option, step, perConnection }) => {
      const part = partOf(memory, setting);
      if (step === 1) return [setting, count(part.value, reasonOf(option ?? setting, "count", part, source))];
      return [setting, megabytes(part.value, reasonOf(option ?? setting, "bytes", part, source, perConnection))];
    }),
  );
}

export function reasonOf(
  option: string,
  unit: "count" | "bytes",
  part: Part,
  source: string,
  perConnection = 0,
): Reason {
  const { value, least, most, eachBytes, spareBytes, connections, boundBy } = part;
  if (boundBy === "user") return byGiven(option, value, "the option");
  if (boundBy === null) return { formula: "the server's default", source };
  const bound = { source, boundBy, note: "the server's default would not fit with every connection at its limits" };
  if (unit === "count")
    return {
      ...bound,
      formula: "min(most, least + spareBytes / eachBytes)",
      inputs: { most, least, spareBytes, eachBytes },
    };
  const inputs = { mostBytes: most, leastBytes: least, spareBytes };
  if (connections === null) return { ...bound, formula: "min(mostBytes, leastBytes + spareBytes)", inputs };
  const counted = perConnection === 1 ? "connections" : `max(1, connections / ${1 / perConnection})`;
  const formula = `min(mostBytes, leastBytes + spareBytes / ${counted})`;
  return { ...bound, formula, inputs: { ...inputs, connections } };
}

export function switchOf(isOn: boolean, reason: Reason): Setting {
  return text(isOn ? "ON" : "OFF", reason);
}

export function megabytes(value: number, reason: Reason): Setting {
  return bytes(value, formatMysqlSize(value), reason);
}

/** The largest letter that divides. */
function formatMysqlSize(sizeBytes: number): string {
  if (sizeBytes > 0 && sizeBytes % GIB === 0) return `${sizeBytes / GIB}G`;
  if (sizeBytes > 0 && sizeBytes % MIB === 0) return `${sizeBytes / MIB}M`;
  return sizeBytes > 0 && sizeBytes % KIB === 0 ? `${sizeBytes / KIB}K` : String(sizeBytes);
}
