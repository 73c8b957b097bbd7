import assert from "node:assert/strict";
import fc from "fast-check";
import { tuneAlone } from "../../../../agent/tuning/compute-tuning.ts";
import { postgresql } from "../../../../agent/tuning/databases/postgresql.ts";
import { allot, alone, GIB, type Given, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";

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
    [8 * GIB, 4, {}, { huge_pages: "try", max_worker_processes: "4", max_parallel_workers_per_gather: "2" }],
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
    [64 * GIB, 64, { version: 18 }, { io_method: "worker", io_workers: "16", wal_compression: "lz4" }],
    [64 * GIB, 64, { version: 18, ioMethod: "io_uring" }, { io_method: "io_uring", io_workers: "absent" }],
    [64 * GIB, 64, { version: 18, ioMethod: "worker" }, { io_method: "worker", io_workers: "16" }],
    [64 * GIB, 8, { version: 18, ioMethod: "worker" }, { io_workers: "3" }],
    [64 * GIB, 192, { version: 18, ioMethod: "worker" }, { io_workers: "32" }],
    [64 * GIB, 8, { version: 17 }, { io_method: "absent", io_workers: "absent" }],
    // Its own tests: parallel settings of 12 and of 31 CPUs.
    [
      64 * GIB,
      12,
      { version: 13 },
      {
        max_worker_processes: "12",
        max_parallel_workers_per_gather: "4",
        max_parallel_workers: "12",
        max_parallel_maintenance_workers: "4",
      },
    ],
    [
      64 * GIB,
      31,
      { version: 12, workload: "dw" },
      {
        max_worker_processes: "31",
        max_parallel_workers_per_gather: "16",
        max_parallel_workers: "31",
        max_parallel_maintenance_workers: "4",
      },
    ],
    // Its own tests: maintenance_work_mem 1 GB of 16 and 8 GB of 256, huge pages from 2 GB of buffers.
    [16 * GIB, 4, {}, { maintenance_work_mem: "1GB", huge_pages: "try" }],
    [256 * GIB, 4, { version: 17 }, { maintenance_work_mem: "8GB", autovacuum_work_mem: "2GB" }],
    // 4 GiB for each CPU: 77672 kB, 144631 kB and 254200 kB by pgtune, in whole MB from about 100 MB up.
    [64 * GIB, 16, {}, { work_mem: "77672kB" }],
    [128 * GIB, 32, {}, { work_mem: "141MB" }],
    [256 * GIB, 64, {}, { work_mem: "248MB" }],
    [4 * GIB, 4, {}, { huge_pages: "off" }],
    [32 * GIB, 8, {}, { autovacuum_max_workers: "3" }],
    [32 * GIB, 16, {}, { autovacuum_max_workers: "4" }],
    [32 * GIB, 32, {}, { autovacuum_max_workers: "5" }],
    [4 * GIB, 2, { version: 12 }, { jit: "off", wal_compression: "on" }],
    [4 * GIB, 2, { version: 15, workload: "oltp" }, { jit: "off", wal_compression: "lz4" }],
    [4 * GIB, 2, { version: 15, workload: "dw" }, { jit: "on", wal_compression: "lz4" }],
    [4 * GIB, 2, { storage: "san" }, { random_page_cost: "1.1", effective_io_concurrency: "300" }],
    [4 * GIB, 2, { storage: "ssd" }, { random_page_cost: "1.1", effective_io_concurrency: "200" }],
    [4 * GIB, 2, { workload: "dw" }, { min_wal_size: "4GB", max_wal_size: "16GB", default_statistics_target: "500" }],
    [4 * GIB, 2, { workload: "desktop" }, { min_wal_size: "100MB", max_wal_size: "2GB", max_connections: "20" }],
    // 5041 kB for data about as large as the memory: 13 and 9 tenths of it.
    [4 * GIB, 2, { dataSize: "in-memory", storage: "hdd" }, { work_mem: "6553kB", random_page_cost: "1.1" }],
    [4 * GIB, 2, { dataSize: "much-larger", storage: "hdd" }, { work_mem: "4536kB", random_page_cost: "4" }],
    // Where all of it fits, pgtune's vacuum memory of a warehouse, too: an eighth for each of three workers.
    [16 * GIB, 8, { workload: "dw" }, { maintenance_work_mem: "2GB", autovacuum_work_mem: "2GB" }],
    [64 * GIB, 64, { workload: "dw" }, { maintenance_work_mem: "8GB", autovacuum_work_mem: "2GB" }],
    [8 * GIB, 32, {}, { maintenance_work_mem: "512MB", autovacuum_work_mem: "512MB" }],
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
    const { work_mem } = alone("postgresql", GIB, 2, { connections: 200 });
    assert.deepEqual([work_mem!.text, work_mem!.boundBy], ["1349kB", "share"]);
  });
  it("does not fit 9,999 connections in 4 GB, where pgtune promises 40 GB", () => {
    assert.equal(tryAlone("postgresql", 4 * GIB, 2, { connections: 9999 }), null);
  });
  it("fits its default connections in 512 MiB", () => {
    assert.equal(alone("postgresql", 512 * MIB, 2)["shared_buffers"]!.text, "128MB");
  });
  // pgtune: five workers from 32 CPUs up, each with all of maintenance_work_mem.
  it("gives as many vacuum workers as have their memory, and no less to each with more CPUs", () => {
    const vacuum = (vcpus: number): unknown[] => {
      const { autovacuum_work_mem: each, autovacuum_max_workers: workers } = alone("postgresql", 4 * GIB, vcpus, {
        workload: "dw",
      });
      return [each!.text, workers!.value, workers!.boundBy];
    };
    assert.deepEqual(vacuum(2), ["512MB", 3, null]);
    assert.deepEqual(vacuum(32), ["512MB", 3, "share"]);
  });
  it("cuts the memory of three vacuum workers where a warehouse's would not fit", () => {
    const { autovacuum_work_mem } = alone("postgresql", 512 * MIB, 2, { workload: "dw" });
    assert.deepEqual([autovacuum_work_mem!.boundBy, autovacuum_work_mem!.text], ["share", "32MB"]);
    assert.match(autovacuum_work_mem!.note!, /would not fit/);
  });
  it("writes whole MB where that costs less than a hundredth, and kB where it does not", () => {
    // A sixteenth of 14,080.1 MiB is 880.006 MB, of 300 MiB 18.75 MB.
    const [large, small] = [14_080.1, 300].map((mib) => alone("postgresql", Math.ceil(mib * MIB), 4));
    assert.equal(large!["maintenance_work_mem"]!.text, "880MB");
    assert.equal(small!["maintenance_work_mem"]!.text, "19200kB");
  });
  // pgtune: (16 GB - 4 GB) / ((200 + 8) * 3), and a parallel worker for each CPU.
  it("takes nothing from a query for more CPUs", () => {
    const settings = [1, 4, 8, 32, 64].map((vcpus) => alone("postgresql", 16 * GIB, vcpus));
    const work = settings.map((each) => each["work_mem"]!.text);
    assert.deepEqual(work, ["20164kB", "20164kB", "20164kB", "20164kB", "20164kB"]);
    assert.deepEqual(
      settings.map((each) => each["max_parallel_workers"]!.value),
      [4, 4, 8, 32, 64],
    );
  });
  it("bounds parallel workers by what memory bears", () => {
    // 982 MiB of room less 256 of vacuuming, by 5.74 MiB each, less the connections.
    const { max_parallel_workers: workers } = alone("postgresql", 2 * GIB, 64, { connections: 100 });
    assert.deepEqual([workers!.value, workers!.boundBy], [26, "share"]);
    assert.match(workers!.note!, /would not fit with what each query may have/);
  });
  // The server's own defaults, of work_mem and of shared_buffers.
  it("finds less than 4MB of work_mem and 128MB of buffers of little use", () => {
    const useful = postgresql.useful({ connections: null, workload: "web" });
    assert.deepEqual([useful["work_mem"]!.least, useful["shared_buffers"]!.least], [4 * MIB, 128 * MIB]);
    assert.deepEqual(Object.keys(postgresql.useful({ connections: null, workload: "desktop" })), ["work_mem"]);
  });
  // The server's default of work_mem is 4MB: no connection is worth less, down to 20 of them.
  for (const [memoryMib, connections, workMem, connectionsBound, workMemBound] of [
    [95, 20, "80kB", "ladder", "share"],
    [200, 20, "1948kB", "ladder", "share"],
    [400, 27, "4MB", "ladder", "floor"],
    [512, 38, "4MB", "ladder", "floor"],
    [1024, 88, "4MB", "ladder", "floor"],
    [2048, 188, "4MB", "ladder", "floor"],
    [3072, 200, "4MB", null, "floor"],
  ] as const) {
    it(`gives up connections before work_mem: ${connections} with ${workMem} in ${memoryMib} MiB`, () => {
      const { max_connections, work_mem } = alone("postgresql", memoryMib * MIB, 2);
      assert.deepEqual([max_connections!.value, max_connections!.boundBy], [connections, connectionsBound]);
      assert.deepEqual([work_mem!.text, work_mem!.boundBy], [workMem, workMemBound]);
    });
  }
  it("gives up no connections that were asked for", () =>
    assert.equal(tryAlone("postgresql", 400 * MIB, 2, { connections: 200 }), null));
  it("explains where pgtune would break the share, and where it is only unset", () => {
    const { work_mem, autovacuum_work_mem, max_worker_processes } = alone("postgresql", GIB, 2, {
      connections: 200,
    });
    assert.match(work_mem!.note!, /at its limit at once/);
    assert.match(autovacuum_work_mem!.note!, /unset, which means the same/);
    assert.match(max_worker_processes!.note!, /fourth CPU would take workers away/);
    assert.equal(work_mem!.formula, "roomBytes / (connections + max(8, memoryBytes / 4 GiB)) - 1 MiB");
    assert.deepEqual(work_mem!.inputs, { roomBytes: 505_521_152, connections: 200, memoryBytes: 1_073_741_824 });
  });
  it("gives less of nothing with more memory or more CPUs", () => {
    const memory = fc.oneof(fc.integer({ min: 95 * MIB, max: 4 * GIB }), fc.integer({ min: 95 * MIB, max: 2 ** 44 }));
    const given = fc.record(
      {
        workload: fc.constantFrom("web", "oltp", "dw", "desktop", "mixed"),
        dataSize: fc.constantFrom("in-memory", "much-larger"),
        connections: fc.integer({ min: 4, max: 2000 }),
      },
      { requiredKeys: ["workload"] },
    );
    const more = fc.oneof(fc.nat(64 * 1024), fc.nat(GIB));
    fc.assert(
      fc.property(
        memory,
        more,
        fc.integer({ min: 1, max: 128 }),
        fc.nat(16),
        given,
        (bytes, extra, cpus, wider, options) => {
          const small = tryAlone("postgresql", bytes, cpus, options);
          if (small === null) return;
          const large = alone("postgresql", bytes + extra, cpus, options);
          for (const [name, { value }] of Object.entries(small))
            assert.ok(typeof value !== "number" || numberOf(large, name) >= value, name);
          const wide = alone("postgresql", bytes, cpus + wider, options);
          for (const [name, { value }] of Object.entries(small))
            assert.ok(typeof value !== "number" || numberOf(wide, name) >= value, name);
        },
      ),
      { numRuns: 1000 },
    );
  });
  it("stays within what PostgreSQL's integers hold at 32 TiB", () => {
    const settings = alone("postgresql", 2 ** 45, 1024, { connections: 4 });
    // In whole MB: 8 TB less 1 of 1,073,741,823 pages, 16 TB less 1 of 2,147,483,647.
    assert.deepEqual(texts(settings, "shared_buffers", "effective_cache_size"), {
      shared_buffers: "8388607MB",
      effective_cache_size: "16777215MB",
    });
    assert.ok(numberOf(settings, "work_mem") <= 2_147_483_647 * 1024);
  });
  // hugetlbpage.rst: pages that are set aside cannot be used for anything else.
  it("takes the huge pages that another app sets aside, however small its buffers", () => {
    const options = { size: null, percent: 100, pageSize: "2MiB", group: null };
    const pages = { name: "pages", profile: "hugepages", options, memoryBytes: 512 * MIB };
    const result = tuneAlone("postgresql", allot(2 * GIB, 2, { neighbours: [pages] }), {});
    assert.ok(result.kind === "tuned");
    const { huge_pages: pagesOf } = result.settings;
    assert.deepEqual([pagesOf!.text, pagesOf!.inputs["hugePagesBytes"]], ["try", 536_870_912]);
    assert.equal(alone("postgresql", 2 * GIB, 2)["huge_pages"]!.text, "off");
  });
  it("has the same settings on every machine", () => {
    const names = Object.keys(alone("postgresql", 512 * MIB, 1));
    assert.deepEqual(Object.keys(alone("postgresql", 2 ** 45, 1024)), names);
  });

  it("stays within the share with every connection, worker and vacuum at its limit", () => {
    const workload = fc.constantFrom("web", "oltp", "dw", "desktop", "mixed");
    const connections = fc.option(fc.integer({ min: 4, max: 20_000 }));
    const dataSize = fc.constantFrom("like-memory", "in-memory", "much-larger");
    const memory = fc.oneof(fc.integer({ min: 64 * MIB, max: 4 * GIB }), fc.integer({ min: 64 * MIB, max: 2 ** 45 }));
    fc.assert(
      fc.property(
        memory,
        fc.integer({ min: 1, max: 1024 }),
        workload,
        connections,
        dataSize,
        (memoryBytes, vcpus, kind, most, data) => {
          const given = { workload: kind, dataSize: data, ...(most === null ? {} : { connections: most }) };
          const settings = tryAlone("postgresql", memoryBytes, vcpus, given);
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
