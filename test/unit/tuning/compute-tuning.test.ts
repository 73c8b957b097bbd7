import assert from "node:assert/strict";
import fc from "fast-check";
import type { AppConfig } from "../../../agent/config/config.ts";
import { computeTuning, type MachineFacts, tuneAlone, type TunedConfig } from "../../../agent/tuning/compute-tuning.ts";
import { PROFILES } from "../../../agent/tuning/profiles.ts";
import { GIB, MIB } from "./alone.ts";

const reserve = { memory: { share: 0.05, minBytes: 256 * MIB, maxBytes: Infinity } };

function machine(memLimitBytes: number, vcpus: number): MachineFacts {
  const cores = Math.max(1, Math.floor(vcpus / 2));
  return { memTotalBytes: memLimitBytes, memLimitBytes, hugePagesBytes: 0, vcpus, cores, architecture: "x86_64" };
}

function app(name: string, profile: string, change: Partial<AppConfig> = {}): AppConfig {
  const memory = { weight: 1, minBytes: null, maxBytes: null };
  return { name, profile, memory, cpu: { weight: 1 }, options: {}, at: { file: "parbake.yaml", line: 3 }, ...change };
}

// The image of the design's sample config.
const sample: TunedConfig = {
  reserve,
  apps: [
    app("db", "postgresql", {
      memory: { weight: 3, minBytes: 512 * MIB, maxBytes: null },
      options: { version: 16, workload: "web", storage: "ssd" },
    }),
    app("api", "jvm", { memory: { weight: 1, minBytes: 512 * MIB, maxBytes: 31 * GIB }, options: { threads: 200 } }),
    app("web", "nginx"),
  ],
};

function tune(config: TunedConfig, facts: MachineFacts) {
  const result = computeTuning(config, facts);
  assert.equal(result.kind, "tuned");
  return result;
}

function problemsOf(config: TunedConfig, facts: MachineFacts) {
  const result = computeTuning(config, facts);
  assert.equal(result.kind, "impossible");
  return result.problems;
}

function assertNoLess(image: TunedConfig, small: MachineFacts, large: MachineFacts, names: readonly string[]): void {
  const [before, after] = [computeTuning(image, small), computeTuning(image, large)];
  if (before.kind === "impossible") return;
  assert.ok(after.kind === "tuned", "the larger machine is refused");
  before.apps.forEach((smaller, index) => {
    const larger = after.apps[index]!;
    assert.ok(larger.memoryBytes >= smaller.memoryBytes && larger.vcpus >= smaller.vcpus);
    for (const name of names.filter((key) => key in smaller.settings)) {
      const [less, more] = [smaller.settings[name]!.value, larger.settings[name]!.value];
      assert.ok(more >= less, `${smaller.name}.${name} falls from ${less} to ${more}`);
    }
  });
}

describe("computeTuning", () => {
  it("divides the sample image on 8 GiB by its weights", () => {
    const { budget, apps } = tune(sample, machine(8 * GIB, 2));
    assert.deepEqual(budget, { availableBytes: 8_160_437_863, reservedBytes: 429_496_729, unallocatedBytes: 2 });
    assert.deepEqual(
      apps.map(({ name, profile, memoryBytes, vcpus }) => [name, profile, memoryBytes, vcpus]),
      [
        ["db", "postgresql", 4_896_262_717, 2],
        ["api", "jvm", 1_632_087_572, 2],
        ["web", "nginx", 1_632_087_572, 2],
      ],
    );
  });
  it("leaves to the page cache what the caps free", () => {
    const { budget } = tune({ reserve, apps: [app("web", "nginx")] }, machine(1024 * GIB, 64));
    assert.equal(budget.availableBytes - budget.unallocatedBytes, 4 * GIB + 1032 * MIB);
  });
  it("gives sysctl no memory and tunes it for the whole machine", () => {
    const { apps } = tune({ reserve, apps: [app("kernel", "sysctl")] }, machine(GIB, 2));
    assert.equal(apps[0]!.memoryBytes, 0);
    assert.equal(apps[0]!.settings["net_core_rmem_max"]!.value, 8_388_608);
  });
  it("raises the floor of an app whose profile needs more than memory.min", () => {
    const memory = { weight: 1, minBytes: 64 * MIB, maxBytes: null };
    const apps = [app("api", "jvm", { memory }), app("db", "postgresql", { memory: { ...memory, weight: 10_000 } })];
    const [api] = tune({ reserve, apps }, machine(4 * GIB, 2)).apps;
    assert.ok(api!.memoryBytes > 660 * MIB && api!.memoryBytes < 663 * MIB);
  });
  it("names every problem at once, each with its place", () => {
    const at = { file: "parbake.yaml", line: 9, column: 3 };
    const memory = { weight: 1, minBytes: null, maxBytes: 64 * MIB };
    const apps = [
      app("db", "postgres", { at }),
      app("api", "jvm", { at, options: { thread: 5 } }),
      app("job", "jvm", { at, memory }),
      app("web", "nginx"),
    ];
    assert.deepEqual(problemsOf({ reserve, apps }, machine(512 * MIB, 1)), [
      { what: "there is no profile 'postgres'", fix: "Did you mean 'postgresql'?", at },
      { what: "jvm has no option 'thread'", fix: "Did you mean 'threads'?", at },
      {
        what: "job: memory.max of 64 MiB is less than the 660.3 MiB that jvm needs",
        fix: "Raise it, or lower the options threads, codeCache or loadedClasses.",
        at,
      },
      {
        what: "the apps need at least 708.3 MiB (job 660.3 MiB, web 48 MiB), but 512 MiB less 256 MiB of reserve leaves 256 MiB: 452.3 MiB short",
        fix:
          "Pick a larger instance type, or lower reserve.memory or an app's floor. " +
          "To make job smaller, lower the options threads, codeCache or loadedClasses.",
        at,
      },
    ]);
  });
  it("counts the secrets' tmpfs and huge pages as used", () => {
    const facts = { ...machine(8 * GIB, 2), hugePagesBytes: GIB };
    const result = computeTuning(sample, facts, 16 * MIB);
    assert.ok(result.kind === "tuned");
    assert.equal(result.budget.reservedBytes, 429_496_729 + GIB + 16 * MIB);
  });
  it("tunes an image without apps", () => {
    assert.deepEqual(tune({ reserve, apps: [] }, machine(GIB, 1)).apps, []);
  });
});

describe("tuneAlone", () => {
  const allotment = { memoryBytes: 512 * MIB, vcpus: 2, cores: 1, architecture: "arm64", network: null };

  it("refuses an unknown profile with the nearest one", () => {
    const problems = [{ what: "there is no profile 'ngnix'", fix: "Did you mean 'nginx'?" }];
    assert.deepEqual(tuneAlone("ngnix", allotment, {}), { kind: "impossible", problems });
  });
  it("refuses memory below the floor and says how to need less", () => {
    const what = "jvm needs at least 660.3 MiB but has 512 MiB";
    const fix = "Give it more memory, or lower the options threads, codeCache or loadedClasses.";
    assert.deepEqual(tuneAlone("jvm", allotment, {}), { kind: "impossible", problems: [{ what, fix }] });
  });
});

describe("every image on every machine", () => {
  const optionsOf: Readonly<Record<string, fc.Arbitrary<AppConfig["options"]>>> = {
    jvm: fc.record({
      threads: fc.integer({ min: 1, max: 500 }),
      gc: fc.constantFrom("auto", "g1", "zgc"),
      largeHeap: fc.boolean(),
    }),
    postgresql: fc.record({
      workload: fc.constantFrom("web", "oltp", "dw", "desktop", "mixed"),
      version: fc.constantFrom(12, 16, 18),
    }),
    nginx: fc.record({ connections: fc.integer({ min: 512, max: 200_000 }) }),
    node: fc.record({ cluster: fc.boolean() }),
    sysctl: fc.constant({}),
  };
  const config = fc
    .array(
      fc.constantFrom(...PROFILES.keys()).chain((profile) =>
        fc.record({
          profile: fc.constant(profile),
          options: optionsOf[profile]!,
          weight: fc.integer({ min: 1, max: 100 }),
          cpuWeight: fc.integer({ min: 1, max: 100 }),
          minBytes: fc.option(fc.integer({ min: 0, max: GIB })),
          maxBytes: fc.option(fc.integer({ min: 2 * GIB, max: 64 * GIB })),
        }),
      ),
      { maxLength: 6 },
    )
    .map((apps) => ({
      reserve,
      apps: apps.map(({ profile, options, weight, cpuWeight, minBytes, maxBytes }, index) =>
        app(`${profile}${index}`, profile, {
          options,
          memory: { weight, minBytes, maxBytes },
          cpu: { weight: cpuWeight },
        }),
      ),
    }));
  const memory = fc.oneof(
    fc.integer({ min: 256 * MIB, max: 16 * GIB }),
    fc.integer({ min: 256 * MIB, max: 512 * GIB }),
    fc.integer({ min: 256 * MIB, max: 2 ** 45 }),
  );
  const vcpus = fc.integer({ min: 1, max: 1024 });
  const runs = { numRuns: 500 };

  it("is tuned within the memory or refused, with sound numbers either way", () => {
    fc.assert(
      fc.property(config, memory, vcpus, (image, memoryBytes, cpus) => {
        const result = computeTuning(image, machine(memoryBytes, cpus));
        if (result.kind === "impossible") return assert.ok(result.problems.length > 0);
        const { availableBytes, reservedBytes, unallocatedBytes } = result.budget;
        const given = result.apps.reduce((sum, { memoryBytes: share }) => sum + share, 0);
        assert.equal(availableBytes + reservedBytes, memoryBytes);
        assert.equal(given + unallocatedBytes, availableBytes);
        assert.ok(unallocatedBytes >= 0);
        for (const { value, text } of result.apps.flatMap(({ settings }) => Object.values(settings))) {
          assert.doesNotMatch(text, /NaN|Infinity|undefined|null|e\+/);
          if (typeof value === "number") assert.ok(Number.isFinite(value) && value >= 0);
        }
      }),
      runs,
    );
  });

  // What an app may never get less of on a larger machine. work_mem and worker_connections are per process:
  // with more CPUs there are more processes to share the same memory.
  const BY_MEMORY = [
    "worker_connections",
    "shared_buffers",
    "work_mem",
    "maintenance_work_mem",
    "autovacuum_work_mem",
    "wal_buffers",
  ];
  const BY_BOTH = [
    "heap",
    "maxOldSpaceSize",
    "workers",
    "worker_processes",
    "threadpoolSize",
    "gcThreads",
    "concGcThreads",
    "max_worker_processes",
    "max_parallel_workers",
    "max_parallel_workers_per_gather",
    "net_core_rmem_max",
  ];

  it("gives no app less of anything with more memory", () => {
    const more = fc.oneof(fc.integer({ min: 0, max: 4096 }), memory);
    fc.assert(
      fc.property(config, memory, more, vcpus, (image, memoryBytes, extra, cpus) =>
        assertNoLess(image, machine(memoryBytes, cpus), machine(memoryBytes + extra, cpus), [...BY_BOTH, ...BY_MEMORY]),
      ),
      runs,
    );
  });
  it("gives no app less memory, heap or workers with more CPUs", () => {
    fc.assert(
      fc.property(config, memory, vcpus, fc.integer({ min: 0, max: 64 }), (image, memoryBytes, cpus, extra) =>
        assertNoLess(image, machine(memoryBytes, cpus), machine(memoryBytes, cpus + extra), BY_BOTH),
      ),
      runs,
    );
  });
  it("gives no other app more memory when one weight rises", () => {
    fc.assert(
      fc.property(config, memory, vcpus, fc.nat(5), (image, memoryBytes, cpus, pick) => {
        const before = computeTuning(image, machine(memoryBytes, cpus));
        if (before.kind === "impossible" || image.apps.length === 0) return;
        const chosen = pick % image.apps.length;
        const heavier = image.apps.map((entry, index) =>
          index === chosen ? { ...entry, memory: { ...entry.memory, weight: entry.memory.weight + 1 } } : entry,
        );
        const after = tune({ reserve, apps: heavier }, machine(memoryBytes, cpus));
        before.apps.forEach(({ memoryBytes: share }, index) =>
          assert.ok(index === chosen || after.apps[index]!.memoryBytes <= share),
        );
      }),
      runs,
    );
  });
  it("is the same bytes for the same input, and does not change its input", () => {
    fc.assert(
      fc.property(config, memory, vcpus, (image, memoryBytes, cpus) => {
        const before = JSON.stringify(image);
        const [first, second] = [0, 1].map(() => JSON.stringify(computeTuning(image, machine(memoryBytes, cpus))));
        assert.equal(first, second);
        assert.equal(JSON.stringify(image), before);
      }),
    );
  });
  it("has settings whose names templates can say, the same on every machine", () => {
    for (const profile of PROFILES.keys()) {
      const [small, large] = [machine(2 * GIB, 1), machine(2 ** 45, 1024)].map(
        (facts) => tune({ reserve, apps: [app("x", profile)] }, facts).apps[0]!.settings,
      );
      assert.deepEqual(Object.keys(large!), Object.keys(small!));
      for (const name of Object.keys(small!)) assert.match(name, /^[a-zA-Z_]\w*$/);
    }
  });
});
