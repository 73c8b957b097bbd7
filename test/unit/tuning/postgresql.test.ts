import assert from "node:assert/strict";
import fc from "fast-check";
import { alone, GIB, type Given, MIB, numberOf, texts, tryAlone } from "./alone.ts";

describe("postgresql", () => {
  // Memory and CPUs, options, and what pgtune answers.
  const pgtune: readonly (readonly [number, number, Given, Readonly<Record<string, string>>])[] = [
    [
      10 * GIB,
      1,
      { connections: 20 },
      { shared_buffers: "2560MB", effective_cache_size: "7680MB", maintenance_work_mem: "640MB" },
    ],
    [
      32 * GIB,
      1,
      {},
      { shared_buffers: "8GB", effective_cache_size: "24GB", maintenance_work_mem: "2GB", autovacuum_work_mem: "2GB" },
    ],
    [4 * GIB, 2, {}, { max_connections: "200", work_mem: "5041kB", wal_buffers: "16MB", huge_pages: "off" }],
    [
      8 * GIB,
      4,
      {},
      { work_mem: "10280kB", huge_pages: "try", max_worker_processes: "4", max_parallel_workers_per_gather: "2" },
    ],
    [
      16 * GIB,
      8,
      { workload: "dw" },
      { max_connections: "40", work_mem: "43690kB", maintenance_work_mem: "2GB", jit: "on" },
    ],
    [
      16 * GIB,
      16,
      { workload: "dw" },
      { max_parallel_workers_per_gather: "8", default_statistics_target: "500", random_page_cost: "4" },
    ],
    [
      16 * GIB,
      8,
      { workload: "desktop" },
      { shared_buffers: "1GB", effective_cache_size: "4GB", wal_level: "minimal", max_wal_senders: "0" },
    ],
    [16 * GIB, 8, { workload: "oltp" }, { max_connections: "300", min_wal_size: "2GB", max_wal_size: "8GB" }],
    [16 * GIB, 8, { workload: "mixed" }, { max_connections: "100", work_mem: "19418kB", wal_level: "absent" }],
    [
      256 * GIB,
      64,
      {},
      {
        maintenance_work_mem: "8GB",
        autovacuum_work_mem: "2GB",
        autovacuum_max_workers: "5",
        max_parallel_workers_per_gather: "4",
        max_parallel_workers: "64",
      },
    ],
    [
      256 * GIB,
      16,
      {},
      {
        autovacuum_max_workers: "4",
        max_parallel_maintenance_workers: "4",
        checkpoint_completion_target: "0.9",
        jit: "off",
      },
    ],
    [4 * GIB, 2, { storage: "hdd" }, { random_page_cost: "4", effective_io_concurrency: "2" }],
    [
      4 * GIB,
      2,
      { storage: "nvme", version: 14 },
      { random_page_cost: "1.1", effective_io_concurrency: "1000", wal_compression: "on" },
    ],
    [64 * GIB, 64, { version: 18 }, { io_workers: "16", wal_compression: "lz4" }],
  ];
  for (const [memoryBytes, vcpus, given, expected] of pgtune) {
    it(`agrees with pgtune on ${memoryBytes / GIB} GiB, ${vcpus} CPUs and ${JSON.stringify(given)}`, () =>
      assert.deepEqual(texts(alone("postgresql", memoryBytes, vcpus, given), ...Object.keys(expected)), expected));
  }
  it("keeps pgtune's 4 MB of work_mem where the share bears it", () => {
    const { work_mem } = alone("postgresql", 3 * GIB, 2);
    assert.deepEqual([work_mem!.text, work_mem!.boundBy], ["4MB", "floor"]);
  });
  it("goes below 4 MB of work_mem where every connection at once would break the share", () => {
    const { work_mem } = alone("postgresql", GIB, 2);
    assert.deepEqual([work_mem!.text, work_mem!.boundBy], ["1349kB", "share"]);
  });
  it("does not fit 9,999 connections in 4 GB, where pgtune promises 40 GB", () => {
    assert.equal(tryAlone("postgresql", 4 * GIB, 2, { connections: 9999 }), null);
  });
  it("fits its default connections in 512 MiB", () => {
    assert.equal(alone("postgresql", 512 * MIB, 2)["shared_buffers"]!.text, "128MB");
  });
  it("always starts: worker instead of pgtune's io_uring", () => {
    assert.equal(alone("postgresql", 4 * GIB, 2, { version: 18 })["io_method"]!.value, "worker");
  });
  it("stays within what PostgreSQL's integers hold at 32 TiB", () => {
    const settings = alone("postgresql", 2 ** 45, 1024, { connections: 4 });
    assert.equal(numberOf(settings, "shared_buffers"), 1_073_741_823 * 8192);
    assert.equal(numberOf(settings, "effective_cache_size"), 2_147_483_647 * 8192);
    assert.ok(numberOf(settings, "work_mem") <= 2_147_483_647 * 1024);
  });
  it("has the same settings on every machine", () => {
    const names = Object.keys(alone("postgresql", 512 * MIB, 1));
    assert.deepEqual(Object.keys(alone("postgresql", 2 ** 45, 1024)), names);
  });

  it("stays within the share with every connection, worker and vacuum at its limit", () => {
    const workload = fc.constantFrom("web", "oltp", "dw", "desktop", "mixed");
    const connections = fc.integer({ min: 4, max: 20_000 });
    const memory = fc.oneof(fc.integer({ min: 64 * MIB, max: 4 * GIB }), fc.integer({ min: 64 * MIB, max: 2 ** 45 }));
    fc.assert(
      fc.property(
        memory,
        fc.integer({ min: 1, max: 1024 }),
        workload,
        connections,
        (memoryBytes, vcpus, kind, most) => {
          const settings = tryAlone("postgresql", memoryBytes, vcpus, { workload: kind, connections: most });
          if (settings === null) return;
          const of = (name: string): number => numberOf(settings, name);
          const backends = (of("max_connections") + of("max_parallel_workers")) * (of("work_mem") + MIB);
          const vacuums = of("autovacuum_max_workers") * of("autovacuum_work_mem") + of("maintenance_work_mem");
          assert.ok(of("shared_buffers") + of("wal_buffers") + backends + vacuums <= memoryBytes);
          assert.ok(of("work_mem") >= 64 * 1024);
          assert.ok(of("maintenance_work_mem") >= MIB && of("autovacuum_work_mem") >= MIB);
          assert.ok(of("max_parallel_workers") >= 4 && of("wal_buffers") >= 32 * 1024);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
