import assert from "node:assert/strict";
import fc from "fast-check";
import { mariadb } from "../../../../agent/tuning/databases/mariadb.ts";
import { alone, GIB, KIB, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

describe("mariadb", () => {
  // MySQL's table for a dedicated server, its 128M only up to 512 MiB; three quarters are within MariaDB's own 70 to 80 %.
  for (const [memoryMib, pool] of [
    [512, "128M"],
    [768, "320M"],
    [1020, "509M"],
    [1024, "512M"],
    [2048, "1G"],
    [4096, "2G"],
    [5120, "3840M"],
    [8192, "6G"],
    [16_384, "12G"],
    [65_536, "48G"],
    [1_048_576, "768G"],
  ] as const) {
    it(`has a buffer pool of ${pool} in ${memoryMib} MiB`, () => {
      const setting = alone("mariadb", memoryMib * MIB, 4)["innodb_buffer_pool_size"]!;
      assert.deepEqual([setting.text, setting.boundBy], [pool, null]);
    });
  }
  // MySQLTuner: a quarter of the pool.
  for (const [memoryMib, log, boundBy] of [
    [512, "96M", "floor"],
    [1024, "128M", null],
    [4096, "512M", null],
    [8192, "1536M", null],
    [16_384, "3G", null],
    [32_768, "4G", "cap"],
  ] as const) {
    it(`has a redo log of ${log} in ${memoryMib} MiB`, () => {
      const setting = alone("mariadb", memoryMib * MIB, 4)["innodb_log_file_size"]!;
      assert.deepEqual([setting.text, setting.boundBy], [log, boundBy]);
    });
  }

  // What MariaDB 10.11 says of itself: mariadbd --no-defaults --verbose --help.
  it("has MariaDB's defaults in 16 GiB", () => {
    assert.deepEqual(
      texts(
        alone("mariadb", 16 * GIB, 4),
        "max_connections",
        "table_open_cache",
        "thread_stack",
        "sort_buffer_size",
        "join_buffer_size",
        "read_buffer_size",
        "read_rnd_buffer_size",
        "tmp_table_size",
        "max_heap_table_size",
        "aria_pagecache_buffer_size",
        "innodb_log_buffer_size",
        "thread_cache_size",
        "innodb_read_io_threads",
        "innodb_write_io_threads",
      ),
      {
        max_connections: "151",
        table_open_cache: "2000",
        thread_stack: "292K",
        sort_buffer_size: "2M",
        join_buffer_size: "256K",
        read_buffer_size: "128K",
        read_rnd_buffer_size: "256K",
        tmp_table_size: "16M",
        max_heap_table_size: "16M",
        aria_pagecache_buffer_size: "128M",
        innodb_log_buffer_size: "16M",
        thread_cache_size: "151",
        innodb_read_io_threads: "4",
        innodb_write_io_threads: "4",
      },
    );
  });
  it("has no setting that MariaDB no longer has", () => {
    const names = ["innodb_buffer_pool_instances", "innodb_buffer_pool_chunk_size", "innodb_flush_method"];
    for (const version of ["10.11", "11.4", "11.8"]) {
      const settings = alone("mariadb", 16 * GIB, 4, { version });
      assert.deepEqual(
        names.filter((name) => name in settings),
        [],
      );
    }
  });

  const GIVEN_UP = [
    "max_connections",
    "table_open_cache",
    "aria_pagecache_buffer_size",
    "sort_buffer_size",
    "tmp_table_size",
  ];
  for (const [memoryMib, pool, kept] of [
    [256, "86M", ["10!", "400!", "8M!", "256K!", "1M!"]],
    [340, "128M", ["20!", "400!", "8M!", "256K!", "14M!"]],
    [512, "128M", ["77!", "400!", "8M!", "256K!", "16M"]],
    [1024, "512M", ["116!", "400!", "8M!", "256K!", "16M"]],
    [2048, "1G", ["151", "2000", "128M", "1472K!", "16M"]],
    [4096, "2G", ["151", "2000", "128M", "1472K!", "16M"]],
    [8192, "6G", ["151", "2000", "128M", "2M", "16M"]],
  ] as const) {
    it(`gives up ${kept.filter((text) => text.endsWith("!")).length} settings in ${memoryMib} MiB`, () => {
      const settings = alone("mariadb", memoryMib * MIB, 2);
      const shown = GIVEN_UP.map((name) => settings[name]!.text + (settings[name]!.boundBy === "ladder" ? "!" : ""));
      assert.deepEqual([settings["innodb_buffer_pool_size"]!.text, shown], [pool, kept]);
    });
  }
  it("counts a temporary table for a tenth of the connections, and says so", () => {
    const { tmp_table_size: size } = alone("mariadb", GIB, 2, { connections: 200 });
    assert.deepEqual([size!.text, size!.boundBy], ["3M", "ladder"]);
    assert.equal(size!.formula, "min(mostBytes, leastBytes + spareBytes / max(1, connections / 10))");
    assert.equal(size!.inputs["connections"], 200);
  });
  it("finds a pool below the server's default, a handful of connections and small temporary tables of little use", () => {
    const least = Object.entries(mariadb.useful({ connections: null })).map(([name, useful]) => [name, useful.least]);
    assert.deepEqual(Object.fromEntries(least), {
      innodb_buffer_pool_size: 128 * MIB,
      max_connections: 20,
      tmp_table_size: 8 * MIB,
    });
  });
  it("keeps MariaDB's limit of MEMORY tables where temporary ones are cut down", () => {
    const names = ["tmp_table_size", "max_heap_table_size"];
    const small = alone("mariadb", 256 * MIB, 2);
    assert.deepEqual(texts(small, ...names), { tmp_table_size: "1M", max_heap_table_size: "16M" });
    const larger = alone("mariadb", 64 * GIB, 2, { tmpTable: "64MiB" });
    assert.deepEqual(texts(larger, ...names), { tmp_table_size: "64M", max_heap_table_size: "64M" });
  });
  it("takes memory from the pool for the connections and buffers that are asked for", () => {
    const settings = alone("mariadb", 8 * GIB, 4, { connections: 1000, sortBuffer: "4MiB", tmpTable: "4MiB" });
    assert.deepEqual(
      ["max_connections", "innodb_buffer_pool_size", "sort_buffer_size"].map((name) => [
        settings[name]!.text,
        settings[name]!.boundBy,
      ]),
      [
        ["1000", "user"],
        ["2432M", "share"],
        ["4M", "user"],
      ],
    );
    assert.equal(tryAlone("mariadb", 8 * GIB, 4, { connections: 1000, sortBuffer: "8MiB" }), null);
  });
  it("takes the pool that it is told, and leaves the rest to the others", () => {
    const settings = alone("mariadb", 3 * GIB, 4, { bufferPool: "2GiB" });
    assert.deepEqual(
      ["innodb_buffer_pool_size", "sort_buffer_size", "innodb_log_file_size"].map((name) => settings[name]!.text),
      ["2G", "1664K", "512M"],
    );
    assert.equal(tryAlone("mariadb", 4 * GIB, 4, { bufferPool: "4GiB" }), null);
  });

  provePromises({
    profile: "mariadb",
    given: fc.record(
      {
        version: fc.constantFrom("10.11", "11.4", "11.8"),
        connections: fc.integer({ min: 1, max: 5000 }),
        bufferPool: fc.integer({ min: 8 * MIB, max: 16 * GIB }),
        sortBuffer: fc.integer({ min: 32 * KIB, max: 16 * MIB }),
        joinBuffer: fc.integer({ min: 128 * KIB, max: 16 * MIB }),
        tmpTable: fc.integer({ min: 64 * KIB, max: 64 * MIB }),
      },
      { requiredKeys: [] },
    ),
    worstBytes(settings) {
      const buffers = [
        "thread_stack",
        "sort_buffer_size",
        "join_buffer_size",
        "read_buffer_size",
        "read_rnd_buffer_size",
      ];
      const temporary = numberOf(settings, "tmp_table_size") * Math.max(1, numberOf(settings, "max_connections") / 10);
      const each = buffers.reduce((sum, name) => sum + numberOf(settings, name), 192 * KIB);
      const globals = ["key_buffer_size", "innodb_log_buffer_size", "aria_pagecache_buffer_size"];
      return (
        (numberOf(settings, "innodb_buffer_pool_size") * 33) / 32 +
        numberOf(settings, "max_connections") * each +
        numberOf(settings, "table_open_cache") * 20 * KIB +
        globals.reduce((sum, name) => sum + numberOf(settings, name), 112 * MIB + temporary)
      );
    },
  });
});
