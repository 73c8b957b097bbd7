import assert from "node:assert/strict";
import fc from "fast-check";
import { PROFILES } from "../../../agent/tuning/profiles.ts";
import { resolveOptions } from "../../../agent/tuning/resolve-options.ts";
import type { Profile, Setting, Settings } from "../../../agent/tuning/setting.ts";
import { allot, GIB, MIB, written } from "./alone.ts";
import { anyOptions } from "./any-image.ts";
import { calculate } from "./read-formula.ts";

/** Formulas that are words: nothing is calculated, or more than a line can say. */
const WORDS: readonly RegExp[] = [
  /^constant$/,
  /^the option \w+$/,
  /^the (server's (own|default)|default of \w+)$/,
  /^what the server's classes take$/,
  /^of a dedicated server$/,
  /^by (\w+, )*\w+( and \w+)?$/,
  /^(all of the above|all but the heap|the two above|the queries' limits|the schedulers and their waiting) as (flags|arguments)$/,
  /^(all of the above|nr_hugepages) as a (drop-in|file of .*)$/,
  /^the variables, one a line$/,
  /^memoryBytes in MiB$/,
];

/** Formulas with a condition or a list in words, by setting. */
const HALF_WORDS = new Set([
  "jvm.gc",
  "kubelet.kubeReservedCpu",
  "kubelet.kubeReservedMemory",
  "postgresql.autovacuum_max_workers",
  "postgresql.huge_pages",
  "postgresql.jit",
  "postgresql.wal_compression",
  "puma.workers",
  "redis.client_output_buffer_limit",
  "systemd.CPUQuota",
  "valkey.client_output_buffer_limit",
]);

/** What is shown of them is not what they were computed by, where the share binds them. */
const NOT_AS_SHOWN = new Set([
  "cassandra.directMemory",
  "cassandra.heap",
  "cassandra.threads",
  "elasticsearch.directMemory",
  "elasticsearch.heap",
  "elasticsearch.threads",
  "kafka.directMemory",
  "kafka.heap",
  "kafka.threads",
  "mariadb.innodb_buffer_pool_size",
  "memcached.memory",
  "mysql.innodb_buffer_pool_instances",
  "mysql.innodb_buffer_pool_size",
  "mysql.performance_schema",
  "nginx.worker_connections",
  "node.threadpoolSize",
  "opensearch.directMemory",
  "opensearch.heap",
  "opensearch.threads",
  "postgresql.autovacuum_work_mem",
  "postgresql.max_connections",
  "postgresql.max_parallel_workers",
  "postgresql.max_parallel_workers_per_gather",
  "postgresql.max_worker_processes",
  "postgresql.work_mem",
]);

/** How a formula says, after a comma, that it is rounded coarsely. */
const ROUNDED = /[,;] (?:rounded (?:up|down to 2 digits)|in whole MiB|within the share|16 MiB from 14 MiB up)$/;

const MEMORIES = [0, 384 * MIB, GIB / 2, GIB, 3 * GIB + 12_345, 16 * GIB, 300 * GIB];

function assertAsShown(name: string, { value, unit, formula, inputs, boundBy }: Setting): void {
  if (boundBy === "user" || WORDS.some((words) => words.test(formula)) || HALF_WORDS.has(name)) return;
  const given = calculate(formula.replace(ROUNDED, ""), inputs);
  assert.notEqual(given, null, `${name} has a formula that is words: '${formula}'`);
  if (NOT_AS_SHOWN.has(name)) return;
  const shown = `${name} = ${value} [${boundBy}], and '${formula}' of ${JSON.stringify(inputs)} gives ${given}`;
  if (typeof given === "string" || typeof value === "boolean") return assert.equal(value, given, shown);
  // The number stands in a text: `4096 131072 16777216`, `10%`.
  if (typeof value === "string") {
    const isWritten = (word: string): boolean => Math.abs(Number(word) - given!) <= leewayFor(given!, unit, false);
    return assert.ok(value === formula || value.split(" ").some(isWritten), shown);
  }
  const isGiven = Math.abs(value - given!) <= leewayFor(given!, unit, ROUNDED.test(formula));
  const isRaised = boundBy === "floor" && value >= given!;
  const isLowered = boundBy === "cap" && value <= given!;
  assert.ok(isGiven || isRaised || isLowered, shown);
}

/** Sizes are rounded to a MiB, or to a part of themselves that nobody misses; counts to a whole one. */
function leewayFor(given: number, unit: Setting["unit"], isRounded: boolean): number {
  if (isRounded) return Math.max(1, given / 10);
  return unit === "bytes" ? Math.max(MIB, given / 128) : Math.max(1, given / 4096);
}

function tunings(profile: Profile, given: Parameters<typeof resolveOptions>[1]): readonly Settings[] {
  const resolved = resolveOptions(profile, written(profile.name, given));
  if (resolved.kind === "refused") return [];
  const network = { enis: 3, ipv4PerEni: 10 };
  const floorBytes = profile.floorBytes(resolved.options);
  return MEMORIES.flatMap((memory) =>
    [1, 4, 48].map((vcpus) => profile.tune(allot(Math.max(memory, floorBytes), vcpus, { network }), resolved.options)),
  );
}

describe("what is shown of a value is what it was computed by", () => {
  it("is read as a person reads it", () => {
    const inputs = { memoryBytes: 4 * GIB, vcpus: 6, mode: "web" };
    assert.equal(calculate("min(memoryBytes / 4, 512 MiB) + 1 KiB * 2", inputs), 536_872_960);
    assert.equal(calculate("vcpus < 4 ? 1 : min(vcpus * 3 / 4, 8)", inputs), 4.5);
    assert.equal(calculate("clamp(memoryBytes * 75%, 1 GiB, 2 GiB)", inputs), 2_147_483_648);
    assert.equal(calculate("vcpus > 4 ? gthread : sync", inputs), "gthread");
    assert.equal(calculate("mode", inputs), "web");
    for (const words of ["by mode", "memoryBytes, of the machine", "heapBytes / 2", "min(vcpus", ""])
      assert.equal(calculate(words, inputs), null, words);
  });

  for (const profile of PROFILES.values())
    it(`by ${profile.name}, with any options, from its floor to 300 GiB`, () => {
      const check = (given: Parameters<typeof resolveOptions>[1]): void => {
        for (const settings of tunings(profile, given))
          for (const [name, setting] of Object.entries(settings)) assertAsShown(`${profile.name}.${name}`, setting);
      };
      check({});
      fc.assert(fc.property(anyOptions(profile), check), { numRuns: 60 });
    });
});
