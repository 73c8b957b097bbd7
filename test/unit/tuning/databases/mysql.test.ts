import assert from "node:assert/strict";
import fc from "fast-check";
import { mysql } from "../../../../agent/tuning/databases/mysql.ts";
import type { Settings } from "../../../../agent/tuning/profile/profile.ts";
import { alone, GIB, KIB, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

describe("mysql", () => {
  // refman, innodb-dedicated-server: half from 1 GB on, three quarters above 4 GB, and its 128 MB below only up to 512 MiB.
  for (const [memoryMib, pool] of [
    [512, "128M"],
    [640, "224M"],
    [768, "320M"],
    [1020, "509M"],
    [1024, "512M"],
    [1536, "768M"],
    [2048, "1G"],
    [3072, "1536M"],
    [4096, "2G"],
    [6144, "4608M"],
    [8192, "6G"],
    [16_384, "12G"],
    [32_768, "24G"],
    [65_536, "48G"],
    [131_072, "96G"],
    [1_048_576, "768G"],
    [33_554_432, "24576G"],
  ] as const) {
    it(`has a buffer pool of ${pool} in ${memoryMib} MiB, as a dedicated server`, () => {
      for (const version of ["8.0", "8.4", "9"]) {
        const setting = alone("mysql", memoryMib * MIB, 4, { version })["innodb_buffer_pool_size"]!;
        assert.deepEqual([setting.text, setting.boundBy, setting.note], [pool, null, null]);
      }
    });
  }

  // refman 8.4: (CPUs / 2) GB, 16 GB at most.
  for (const [vcpus, redo, boundBy] of [
    [1, "512M", null],
    [2, "1G", null],
    [3, "1536M", null],
    [8, "4G", null],
    [32, "16G", null],
    [33, "16G", "cap"],
    [1024, "16G", "cap"],
  ] as const) {
    it(`has ${redo} of redo log with ${vcpus} CPUs from 8.4 on`, () => {
      const setting = alone("mysql", 64 * GIB, vcpus)["innodb_redo_log_capacity"]!;
      assert.deepEqual([setting.text, setting.boundBy], [redo, boundBy]);
    });
  }
  // refman 8.0, table 17.9.
  for (const [gib, redo] of [
    [0.5, "100M"],
    [1, "100M"],
    [1.9, "100M"],
    [2, "1G"],
    [3, "1G"],
    [4, "1G"],
    [6, "2560M"],
    [8, "3G"],
    [10, "4G"],
    [11, "6G"],
    [16, "9G"],
    [32, "18G"],
    [64, "36G"],
    [128, "72G"],
    [170, "96G"],
    [171, "128G"],
    [1024, "128G"],
  ] as const) {
    it(`has ${redo} of redo log in ${gib} GiB in 8.0`, () => {
      const settings = alone("mysql", Math.floor(gib * GIB), 2, { version: "8.0" });
      assert.equal(settings["innodb_redo_log_capacity"]!.text, redo);
    });
  }

  // refman 8.4: 1 up to 1 GiB, else the fewer of half the pool's chunks of 128 MiB and a quarter of the CPUs, 1 to 64.
  for (const [gib, vcpus, instances] of [
    [1, 16, 1],
    [2, 64, 1],
    [3, 64, 4],
    [4, 64, 8],
    [8, 4, 1],
    [8, 8, 2],
    [16, 16, 4],
    [16, 32, 8],
    [64, 128, 32],
    [1024, 256, 64],
    [1024, 1024, 64],
  ] as const) {
    it(`has ${instances} instances of the pool in ${gib} GiB with ${vcpus} CPUs`, () => {
      const setting = alone("mysql", gib * GIB, vcpus)["innodb_buffer_pool_instances"]!;
      assert.equal(setting.value, instances);
    });
  }
  it("has 8 instances in 8.0 from 1 GiB of pool on", () => {
    const instances = [2047, 2048, 1_048_576].map(
      (mib) => alone("mysql", mib * MIB, 64, { version: "8.0" })["innodb_buffer_pool_instances"]!.value,
    );
    assert.deepEqual(instances, [1, 8, 8]);
  });
  it("says that its instances are a power of two", () => {
    const setting = alone("mysql", 16 * GIB, 12)["innodb_buffer_pool_instances"]!;
    assert.deepEqual([setting.value, setting.boundBy], [2, null]);
    assert.match(setting.note!, /^a power of two/);
  });
  // refman, innodb-buffer-pool-resize: a pool of 9G in 16 instances becomes one of 10G with chunks of 128M.
  it("has no pool that InnoDB would round up", () => {
    const settings = alone("mysql", 12 * GIB, 64);
    assert.deepEqual(
      texts(settings, "innodb_buffer_pool_size", "innodb_buffer_pool_instances", "innodb_buffer_pool_chunk_size"),
      {
        innodb_buffer_pool_size: "9G",
        innodb_buffer_pool_instances: "16",
        innodb_buffer_pool_chunk_size: "144M",
      },
    );
    assertNotRounded(settings);
  });
  // refman, innodb-buffer-pool-resize: more than 1,000 chunks cost performance.
  for (const [poolMib, chunk] of [
    [128, "1M"],
    [1022, "2M"],
    [1023, "33M"],
    [1024, "16M"],
    [12_288, "192M"],
    [12_289, "12289M"],
    [24 * 1024 * 1024, "384G"],
  ] as const) {
    it(`has chunks of ${chunk} in a pool of ${poolMib} MiB that is asked for`, () => {
      const settings = alone("mysql", 32 * 1024 * GIB, 4, { bufferPool: `${poolMib}MiB` });
      assert.equal(settings["innodb_buffer_pool_chunk_size"]!.text, chunk);
      assertNotRounded(settings);
    });
  }
  it("says where it rounds the pool down", () => {
    const setting = alone("mysql", 16 * GIB + 100 * MIB, 4)["innodb_buffer_pool_size"]!;
    assert.deepEqual([setting.text, setting.boundBy], ["12352M", null]);
    assert.match(setting.formula, /, in whole 64 MiB$/);
    assert.match(setting.note!, /^Rounded down/);
  });

  const GIVEN_UP = [
    "max_connections",
    "performance_schema",
    "table_open_cache",
    "innodb_log_buffer_size",
    "temptable_max_ram",
  ];
  for (const [memoryMib, pool, kept] of [
    [320, "49M", ["10!", "OFF!", "400!", "16M!", "2M!"]],
    [450, "128M", ["20!", "OFF!", "400!", "16M!", "23M!"]],
    [512, "128M", ["30!", "OFF!", "400!", "16M!", "64M!"]],
    [1024, "512M", ["72!", "OFF!", "400!", "16M!", "64M!"]],
    [768, "320M", ["51!", "OFF!", "400!", "16M!", "64M!"]],
    [2048, "1G", ["151", "ON", "1551!", "16M!", "64M!"]],
    [3072, "1536M", ["151", "ON", "4000", "16M!", "64M!"]],
    [4096, "2G", ["151", "ON", "4000", "16M!", "64M!"]],
    [5120, "3712M", ["151", "ON", "4000", "16M!", "64M!"]],
    [6144, "4608M", ["151", "ON", "4000", "54M!", "64M!"]],
    [8192, "6G", ["151", "ON", "4000", "64M", "413M!"]],
    [16_384, "12G", ["151", "ON", "4000", "64M", "1G"]],
  ] as const) {
    it(`gives up ${kept.filter((text) => text.endsWith("!")).length} settings in ${memoryMib} MiB`, () => {
      const settings = alone("mysql", memoryMib * MIB, 2);
      const shown = GIVEN_UP.map((name) => settings[name]!.text + (settings[name]!.boundBy === "ladder" ? "!" : ""));
      assert.deepEqual([settings["innodb_buffer_pool_size"]!.text, shown], [pool, kept]);
    });
  }
  // refman, tmp_table_size: 16 MiB by default, and all together have temptable_max_ram.
  it("has temporary tables of four at their limit in any memory that a server is given", () => {
    for (const gib of [0.5, 1, 2, 3, 4, 5, 6]) {
      const settings = alone("mysql", gib * GIB, 2);
      assert.equal(settings["tmp_table_size"]!.text, "16M");
      assert.ok(numberOf(settings, "temptable_max_ram") >= 64 * MIB, `${gib} GiB`);
    }
  });
  it("finds a pool below the server's default and a handful of connections of little use", () => {
    const least = Object.entries(mysql.useful({ connections: null })).map(([name, useful]) => [name, useful.least]);
    assert.deepEqual(Object.fromEntries(least), {
      innodb_buffer_pool_size: 128 * MIB,
      max_connections: 20,
      temptable_max_ram: 16 * MIB,
    });
    assert.equal(
      mysql.useful({ connections: 500 })["innodb_buffer_pool_size"]!.instead,
      "lower the option connections",
    );
  });
  it("lets the pool give way to connections, tables and the performance schema where its rule jumps at 4 GiB", () => {
    const settings = alone("mysql", 4 * GIB + MIB, 2);
    const pool = settings["innodb_buffer_pool_size"]!;
    assert.deepEqual([pool.text, pool.boundBy, settings["performance_schema"]!.text], ["2752M", "share", "ON"]);
    assert.match(pool.note!, /^MySQL's would not leave enough/);
  });
  it("takes memory from the pool for the connections that are asked for", () => {
    const settings = alone("mysql", 8 * GIB, 4, { connections: 1500 });
    const { innodb_buffer_pool_size: pool, max_connections: connections } = settings;
    assert.deepEqual([connections!.value, connections!.boundBy], [1500, "user"]);
    assert.deepEqual([pool!.text, pool!.boundBy], ["4288M", "share"]);
    assert.equal(tryAlone("mysql", 8 * GIB, 4, { connections: 100_000 }), null);
  });
  it("keeps the defaults of MySQL for every connection", () => {
    const names = ["thread_stack", "sort_buffer_size", "join_buffer_size", "read_buffer_size", "read_rnd_buffer_size"];
    assert.deepEqual(texts(alone("mysql", 320 * MIB, 1), ...names), {
      thread_stack: "1M",
      sort_buffer_size: "256K",
      join_buffer_size: "256K",
      read_buffer_size: "128K",
      read_rnd_buffer_size: "256K",
    });
  });
  it("bounds temporary tables together: 1 GiB in 8.0, 3 % of the memory in 8.4, from 1 to 4 GiB", () => {
    const ram = (gib: number, version: string): string =>
      alone("mysql", gib * GIB, 4, { version })["temptable_max_ram"]!.text;
    assert.deepEqual([ram(64, "8.0"), ram(16, "8.4"), ram(100, "8.4"), ram(1024, "8.4")], ["1G", "1G", "3G", "4G"]);
  });
  it("has threads for reading by the CPUs from 8.4 on", () => {
    const threads = [1, 8, 9, 32, 128, 1024].map(
      (vcpus) => alone("mysql", 16 * GIB, vcpus)["innodb_read_io_threads"]!.value,
    );
    assert.deepEqual(threads, [4, 4, 4, 16, 64, 64]);
    assert.equal(alone("mysql", 16 * GIB, 64, { version: "8.0" })["innodb_read_io_threads"]!.value, 4);
  });
  // gp3: 3,000 IOPS. 8.4's own defaults are 10,000 and 20,000. refman, innodb-configuring-io-capacity: about 100 for a hard
  // disk, as much as the disk bears, the most twice as much, and more than 20,000 of no benefit.
  it("writes no faster than the disk, or than it is told, and half as fast where nothing presses", () => {
    const names = ["innodb_io_capacity", "innodb_io_capacity_max", "innodb_flush_neighbors"];
    const capacity = (given: Record<string, string | number>): unknown[] =>
      names.map((name) => alone("mysql", 4 * GIB, 2, given)[name]!.value);
    assert.deepEqual(capacity({}), [1500, 3000, 0]);
    assert.deepEqual(capacity({ storage: "hdd" }), [100, 200, 1]);
    assert.deepEqual(capacity({ storage: "nvme" }), [10_000, 20_000, 0]);
    assert.deepEqual(capacity({ iops: 16_000 }), [8000, 16_000, 0]);
    assert.deepEqual(capacity({ iops: 100 }), [100, 100, 0]);
    assert.deepEqual(capacity({ iops: 256_000 }), [20_000, 256_000, 0]);
  });
  it("has the flush method of its version", () => {
    const methods = ["8.0", "8.4"].map((version) => alone("mysql", GIB, 2, { version })["innodb_flush_method"]!.text);
    assert.deepEqual(methods, ["O_DIRECT_NO_FSYNC", "O_DIRECT"]);
  });
  it("caches 8 threads and one for each 100 connections", () => {
    const cached = [151, 2000, 20_000].map(
      (connections) => alone("mysql", 256 * GIB, 8, { connections })["thread_cache_size"]!.value,
    );
    assert.deepEqual(cached, [9, 28, 100]);
  });
  it("takes the sizes that it is told, in whole MiB", () => {
    const given = { bufferPool: "1001MiB", redoLog: "2GiB", sortBuffer: "1MiB", tmpTable: "32MiB" };
    const settings = alone("mysql", 16 * GIB, 64, given);
    const names = ["innodb_buffer_pool_size", "innodb_redo_log_capacity", "sort_buffer_size", "tmp_table_size"];
    assert.deepEqual(
      names.map((name) => [settings[name]!.text, settings[name]!.boundBy]),
      [
        ["1001M", "user"],
        ["2G", "user"],
        ["1M", "user"],
        ["32M", "user"],
      ],
    );
    assertNotRounded(settings);
  });

  provePromises({
    profile: "mysql",
    given: fc.record(
      {
        version: fc.constantFrom("8.0", "8.4", "9"),
        connections: fc.integer({ min: 1, max: 5000 }),
        bufferPool: fc.integer({ min: 8 * MIB, max: 16 * GIB }),
        sortBuffer: fc.integer({ min: 32 * KIB, max: 16 * MIB }),
        joinBuffer: fc.integer({ min: 128 * KIB, max: 16 * MIB }),
        tmpTable: fc.integer({ min: MIB, max: GIB }),
      },
      { requiredKeys: [] },
    ),
    worstBytes(settings) {
      assertNotRounded(settings);
      const buffers = [
        "thread_stack",
        "sort_buffer_size",
        "join_buffer_size",
        "read_buffer_size",
        "read_rnd_buffer_size",
      ];
      const each = buffers.reduce((sum, name) => sum + numberOf(settings, name), 256 * KIB);
      const globals = ["key_buffer_size", "innodb_log_buffer_size", "temptable_max_ram"];
      const schema = settings["performance_schema"]!.text === "ON" ? 240 * MIB : 0;
      return (
        numberOf(settings, "innodb_buffer_pool_size") * 1.1 +
        numberOf(settings, "max_connections") * each +
        numberOf(settings, "table_open_cache") * 48 * KIB +
        globals.reduce((sum, name) => sum + numberOf(settings, name), 200 * MIB + schema)
      );
    },
  });
});

function assertNotRounded(settings: Settings): void {
  const unit = numberOf(settings, "innodb_buffer_pool_instances") * numberOf(settings, "innodb_buffer_pool_chunk_size");
  assert.equal(numberOf(settings, "innodb_buffer_pool_size") % unit, 0);
}
