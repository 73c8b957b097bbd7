import assert from "node:assert/strict";
import type { AppConfig } from "../../../agent/config/config.ts";
import type { MachineFacts } from "../../../agent/tuning/allot.ts";
import { computeTuning, tuneAlone, type TunedConfig } from "../../../agent/tuning/compute-tuning.ts";
import { allot, GIB, MIB } from "../support/alone.ts";
import { app, machine } from "../support/any-image.ts";

const image = {
  reserve: { memory: { kind: "share", share: 0.05, minBytes: 256 * MIB, maxBytes: Infinity } },
  secretsSizeBytes: 0,
} as const;

// The image of the design's sample config.
const sample: TunedConfig = {
  ...image,
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

describe("computeTuning", () => {
  it("divides the sample image on 8 GiB by its weights, and what nginx cannot use, too", () => {
    const { budget, apps } = tune(sample, machine(8 * GIB, 2));
    assert.partialDeepStrictEqual(budget, {
      availableBytes: 8_160_437_863,
      reservedBytes: 429_496_729,
      unallocatedBytes: 1,
      leftOut: [],
    });
    assert.deepEqual(
      apps.map(({ name, profile, memoryBytes, vcpus }) => [name, profile, memoryBytes, vcpus]),
      [
        ["db", "postgresql", 6_041_685_197, 2],
        ["api", "jvm", 2_013_895_065, 2],
        ["web", "nginx", 104_857_600, 2],
      ],
    );
  });
  it("leaves to the page cache what the caps free", () => {
    const { budget } = tune({ ...image, apps: [app("web", "nginx")] }, machine(1024 * GIB, 64));
    assert.equal(budget.availableBytes - budget.unallocatedBytes, 2828 * MIB);
  });
  it("gives sysctl no memory and tunes it for the whole machine", () => {
    const { apps } = tune({ ...image, apps: [app("kernel", "sysctl")] }, machine(GIB, 2));
    assert.equal(apps[0]!.memoryBytes, 0);
    assert.equal(apps[0]!.settings["net_core_rmem_max"]!.value, 8_388_608);
  });
  it("raises the floor of an app whose profile needs more than memory.min", () => {
    const memory = { weight: 1, minBytes: 64 * MIB, maxBytes: null };
    const pages = app("pages", "hugepages", { memory, options: { size: "640MiB" } });
    const apps = [pages, app("db", "postgresql", { memory: { ...memory, weight: 10_000 } })];
    const [first] = tune({ ...image, apps }, machine(4 * GIB, 2)).apps;
    assert.equal(first!.memoryBytes, 640 * MIB);
  });
  it("names every problem at once, each with its place", () => {
    const at = { file: "parbake.yaml", line: 9, column: 3 };
    const memory = { weight: 1, minBytes: null, maxBytes: 64 * MIB };
    const apps = [
      app("db", "postgres", { at }),
      app("api", "jvm", { at, options: { thread: 5 } }),
      app("job", "hugepages", { at, memory, options: { size: "640MiB" } }),
      app("web", "hugepages", { options: { size: "48MiB" } }),
    ];
    assert.deepEqual(problemsOf({ ...image, apps }, machine(512 * MIB, 1)), [
      { what: "there is no profile 'postgres'", fix: "Did you mean 'postgresql'?", at },
      { what: "jvm has no option 'thread'", fix: "Did you mean 'threads'?", at },
      {
        what: "job: memory.max of 64 MiB is less than the 640 MiB that hugepages needs",
        fix: "Raise it, or lower the option size.",
        at,
      },
      {
        what: "the apps need at least 688 MiB (job 640 MiB, web 48 MiB), but 512 MiB less 256 MiB of reserve leaves 256 MiB: 432 MiB short",
        fix:
          "Pick a larger instance type, or lower reserve.memory or an app's floor. " +
          "To make job smaller, lower the option size.",
        at,
      },
    ]);
  });
  it("counts the secrets' tmpfs and huge pages as used", () => {
    const facts = { ...machine(8 * GIB, 2), hugePagesBytes: GIB };
    const result = tune({ ...sample, secretsSizeBytes: 16 * MIB }, facts);
    assert.equal(result.budget.reservedBytes, 429_496_729 + GIB + 16 * MIB);
  });
  it("lets apps count on as many CPUs as the cgroup's quota has whole ones, and on one at least", () => {
    const cpusWith = (cpuQuota: number | null) =>
      tune({ ...image, apps: [app("web", "nginx"), app("kernel", "sysctl")] }, { ...machine(8 * GIB, 8), cpuQuota })
        .apps;
    const expected: readonly (readonly [quota: number | null, vcpus: number, cores: number])[] = [
      [null, 8, 4],
      [16, 8, 4],
      [6, 6, 4],
      [2.9, 2, 2],
      [0.5, 1, 1],
    ];
    for (const [quota, vcpus, cores] of expected)
      for (const each of cpusWith(quota)) assert.deepEqual([each.vcpus, each.cores], [vcpus, cores]);
  });
  it("tunes by the network that the facts have", () => {
    const nodes = { ...image, apps: [app("node", "kubelet")] };
    const facts = { ...machine(16 * GIB, 4), network: { enis: 4, ipv4PerEni: 15 } };
    assert.equal(tune(nodes, facts).apps[0]!.settings["maxPods"]!.value, 58);
  });
  // refman, temptable_max_ram: 3 % of the memory from 8.4 on, 1 GiB at least: 4 GiB only on more than 100.
  it("tells what an app would have with enough memory, not on the largest machine", () => {
    const { degraded } = tune({ ...image, apps: [app("db", "mysql")] }, machine(3 * GIB, 2)).apps[0]!;
    assert.deepEqual(
      degraded.find(({ setting }) => setting === "temptable_max_ram"),
      { setting: "temptable_max_ram", wanted: "1G", got: "64M" },
    );
  });
  it("tells what an app gave up for want of memory, and what it would have", () => {
    const small = app("api", "jvm", { memory: { weight: 1, minBytes: null, maxBytes: 512 * MIB } });
    assert.deepEqual(tune({ ...image, apps: [small] }, machine(8 * GIB, 2)).apps[0]!.degraded, [
      { setting: "threads", wanted: "250", got: "20" },
      { setting: "codeCache", wanted: "240M", got: "85M" },
    ]);
    assert.deepEqual(tune({ ...image, apps: [app("api", "jvm")] }, machine(8 * GIB, 2)).apps[0]!.degraded, []);
  });
  it("leaves an optional app out of a machine that is too small, and tells its settings apart from the others'", () => {
    const apps = [app("pages", "hugepages", { options: { size: "6GiB" }, optional: true }), app("web", "nginx")];
    const small = tune({ ...image, apps }, machine(4 * GIB, 2));
    assert.deepEqual(small.budget.leftOut, ["pages"]);
    assert.deepEqual([small.apps.map(({ name }) => name), small.absent.map(({ name }) => name)], [["web"], ["pages"]]);
    assert.equal(small.absent[0]!.settings["vm_nr_hugepages"]!.value, 3072);
    assert.deepEqual(tune({ ...image, apps }, machine(8 * GIB, 2)).budget.leftOut, []);
  });
  it("blames the cgroup where its limit is what the image does not fit into", () => {
    const job = app("job", "go", { memory: { weight: 1, minBytes: 2 * GIB, maxBytes: null } });
    const [problem] = problemsOf({ ...image, apps: [job] }, { ...machine(16 * GIB, 2), memLimitBytes: GIB });
    assert.deepEqual(
      [problem!.what, problem!.fix],
      [
        "the apps need at least 2 GiB (job 2 GiB), but the cgroup's limit of 1 GiB less 256 MiB of reserve leaves 768 MiB: 1.3 GiB short",
        "Raise that limit, or lower reserve.memory or an app's floor. To make job smaller, lower its memory.min.",
      ],
    );
  });
  it("tells what only this machine is too small for from what is wrong on any", () => {
    const refusal = (...apps: AppConfig[]) => {
      const result = computeTuning({ ...image, apps }, machine(GIB, 2));
      return result.kind === "impossible" && result.ofMachine.length > 0;
    };
    assert.equal(refusal(app("pages", "hugepages", { options: { size: "2GiB" } })), true);
    assert.equal(refusal(app("web", "ngnix")), false);
  });
  it("tunes an image without apps", () => {
    assert.deepEqual(tune({ ...image, apps: [] }, machine(GIB, 1)).apps, []);
  });
});

describe("tuneAlone", () => {
  const allotment = allot(512 * MIB, 2);

  it("refuses an unknown profile with the nearest one", () => {
    const problems = [{ what: "there is no profile 'ngnix'", fix: "Did you mean 'nginx'?" }];
    assert.deepEqual(tuneAlone("ngnix", allotment, {}), { kind: "impossible", isMachines: false, problems });
  });
  it("refuses memory below the floor and says how to need less", () => {
    const what = "hugepages needs at least 640 MiB but has 512 MiB";
    const fix = "Give it more memory, or lower the option size.";
    const result = tuneAlone("hugepages", allotment, { size: "640MiB" });
    assert.deepEqual(result, { kind: "impossible", isMachines: true, problems: [{ what, fix }] });
  });
});
