import assert from "node:assert/strict";
import fc from "fast-check";
import type { AppConfig } from "../../../agent/config/config.ts";
import { computeTuning, type TunedConfig } from "../../../agent/tuning/compute-tuning.ts";
import { PROFILES } from "../../../agent/tuning/profiles.ts";
import { GIB, MIB } from "../support/alone.ts";
import { anyMemory, anyVcpus, app, image, machine } from "../support/any-image.ts";

const at = { file: "parbake.yaml", line: 3, column: 7 };
const enforced = { enforce: { unit: "a.service", highPercent: null, at } };

/** No reserve, so that a share is a round number. */
function bare(...apps: readonly AppConfig[]): TunedConfig {
  const memory = { kind: "share", share: 0, minBytes: 0, maxBytes: 0 } as const;
  return { reserve: { memory }, secretsSizeBytes: 0, apps };
}

function limitsOf(config: TunedConfig, memoryBytes: number, name = "a"): Record<string, string> {
  const tuned = computeTuning(config, machine(memoryBytes, 4));
  assert.ok(tuned.kind === "tuned");
  const limits = tuned.apps.find((one) => one.name === name)?.limits ?? {};
  return Object.fromEntries(Object.entries(limits).map(([setting, { text }]) => [setting, text]));
}

describe("the limits of an app that is kept to its share", () => {
  it("are its share, what any unit weighs, its part of the memory off its score, and a thread for each 128 KiB", () => {
    const config = bare(app("a", "jvm", { ...enforced, memory: { weight: 1, minBytes: null, maxBytes: 2 * GIB } }));
    assert.deepEqual(limitsOf(config, 8 * GIB), {
      MemoryMax: "2G",
      CPUWeight: "100",
      OOMScoreAdjust: "-250",
      TasksMax: "16384",
    });
  });
  it("let the unit have the kernel's part of the reserve, whose sockets the kernel charges to it", () => {
    const memory = { weight: 1, minBytes: null, maxBytes: 2 * GIB };
    const tuned = computeTuning(image(app("a", "jvm", { ...enforced, memory })), machine(8 * GIB, 4));
    assert.ok(tuned.kind === "tuned");
    const { value, formula } = tuned.apps[0]!.limits!["MemoryMax"]!;
    // 6 % of the first 4 GiB and 4 % of the next: 409.6 MiB beside the 128 MiB of the system's programs.
    assert.deepEqual([value, formula], [2 * GIB + 429_494_272, "shareBytes + kernelBytes"]);
  });
  it("are none where the config does not ask for them", () => {
    assert.deepEqual(limitsOf(bare(app("a", "jvm"), app("b", "node", enforced)), 8 * GIB), {});
  });
  it("slow it down before that only where the config says so", () => {
    const slow = { enforce: { unit: null, highPercent: 75, at }, memory: { weight: 1, minBytes: null, maxBytes: GIB } };
    const { MemoryMax, MemoryHigh } = limitsOf(bare(app("a", "jvm", slow)), 8 * GIB);
    assert.deepEqual([MemoryMax, MemoryHigh], ["1G", "768M"]);
  });
  it("give what no app could use to those that read their files through the page cache, by weight", () => {
    const memory = (weight: number) => ({ weight, minBytes: null, maxBytes: null });
    const config = bare(
      app("a", "nginx", { ...enforced, memory: memory(3) }),
      app("b", "nginx", { memory: memory(1) }),
      app("c", "haproxy", { ...enforced, memory: memory(1) }),
    );
    const tuned = computeTuning(config, machine(64 * GIB, 4));
    assert.ok(tuned.kind === "tuned");
    const [a, b, c] = tuned.apps;
    assert.deepEqual(
      [a, b, c].map((one) => Math.floor(one!.memoryBytes / MIB)),
      [188, 188, 2554],
      "their caps",
    );
    const [most, own] = [a, c].map((one) => one!.limits!["MemoryMax"]!);
    // 188 MiB, and three quarters of the 62,605.9 MiB that are left.
    assert.equal(most!.value, 49_432_387_584);
    assert.equal(most!.formula, "shareBytes + cacheBytes");
    assert.equal(own!.formula, "shareBytes");
  });
  it("never exceed the memory.max of the config, whatever lies idle", () => {
    const memory = { weight: 1, minBytes: null, maxBytes: 3 * GIB };
    assert.equal(limitsOf(bare(app("a", "postgresql", { ...enforced, memory })), 64 * GIB)["MemoryMax"], "3G");
  });
  it("leave a database that has only its floor, as an optional app does not fit, the rest as page cache", () => {
    const config = bare(
      app("a", "postgresql", { ...enforced, memory: { weight: 1, minBytes: GIB, maxBytes: null } }),
      app("b", "jvm", { optional: true, memory: { weight: 1, minBytes: 2 * GIB, maxBytes: null } }),
    );
    assert.equal(limitsOf(config, 2 * GIB)["MemoryMax"], "2G");
    assert.equal(limitsOf(config, 4 * GIB)["MemoryMax"], "2G");
  });
  it("weigh apps as cpu.weight does, the lightest as any unit", () => {
    const config = bare(
      app("a", "jvm", { ...enforced, cpu: { weight: 3 } }),
      app("b", "node", { ...enforced, cpu: { weight: 2 } }),
    );
    assert.deepEqual(
      ["a", "b"].map((name) => limitsOf(config, 8 * GIB, name)["CPUWeight"]),
      ["150", "100"],
    );
  });
  it("weigh the heaviest 10000 where the lightest would be pressed below it, and nobody less than 1", () => {
    const config = bare(
      app("a", "jvm", { ...enforced, cpu: { weight: 10_000 } }),
      app("b", "node", { ...enforced, cpu: { weight: 1 } }),
    );
    assert.deepEqual(
      ["a", "b"].map((name) => limitsOf(config, 8 * GIB, name)["CPUWeight"]),
      ["10000", "1"],
    );
  });
  it("protect an optional app from no kill, and leave PostgreSQL's score to its package", () => {
    const config = bare(app("a", "jvm", { ...enforced, optional: true }), app("b", "postgresql", enforced));
    assert.equal(limitsOf(config, 8 * GIB)["OOMScoreAdjust"], "0");
    assert.equal("OOMScoreAdjust" in limitsOf(config, 8 * GIB, "b"), false);
  });
  it("never make a process that nothing can kill", () => {
    assert.equal(limitsOf(bare(app("a", "kafka", enforced)), 8 * GIB)["OOMScoreAdjust"], "-999");
  });
  for (const [profile, why] of [
    ["sysctl", "it takes no memory, and has no unit"],
    ["hugepages", "the kernel sets its pages aside, and they count as no unit's"],
    ["ecs-agent", "its tasks are containers, outside of the agent's own unit"],
    ["systemd", "its own file limits the unit already"],
    ["kubelet", "the kubelet keeps its pods to their share itself (enforceNodeAllocatable), outside of its own unit"],
  ])
    it(`are refused for ${profile}, with the reason`, () => {
      const tuned = computeTuning(bare(app("a", profile!, enforced)), machine(64 * GIB, 4));
      assert.ok(tuned.kind === "impossible");
      const what = `a: enforce does nothing for ${profile}: ${why}`;
      assert.deepEqual(tuned.problems, [{ what, fix: "Leave enforce out.", at }]);
    });

  it("leave the others their shares and the system its programs, whichever app takes all of its own, on any image and machine", () => {
    const names = [...PROFILES.values()].filter(
      ({ notEnforced, name }) => notEnforced === undefined && name !== "custom",
    );
    const anyApp = fc.record({
      profile: fc.constantFrom(...names.map(({ name }) => name)),
      weight: fc.integer({ min: 1, max: 9 }),
      maxBytes: fc.option(fc.integer({ min: 4 * GIB, max: 64 * GIB })),
      optional: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(anyApp, { minLength: 1, maxLength: 5 }),
        anyMemory,
        anyVcpus,
        (chosen, memoryBytes, vcpus) => {
          const apps = chosen.map(({ profile, weight, maxBytes, optional }, index) =>
            app(`a${index}`, profile, { ...enforced, optional, memory: { weight, minBytes: null, maxBytes } }),
          );
          const tuned = computeTuning(image(...apps), machine(memoryBytes, vcpus));
          if (tuned.kind === "impossible") return;
          const sharesBytes = tuned.apps.reduce((sum, one) => sum + one.memoryBytes, 0);
          for (const { memoryBytes: shareBytes, limits } of tuned.apps) {
            const maxBytes = Number(limits!["MemoryMax"]!.value);
            assert.ok(maxBytes > shareBytes - 4096);
            assert.ok(maxBytes + sharesBytes - shareBytes <= memoryBytes - 128 * MIB);
          }
        },
      ),
    );
  });

  /** Settings that count processes or threads of the app itself, by profile. */
  const COUNTED: Readonly<Record<string, readonly string[]>> = {
    cassandra: ["threads"],
    clickhouse: ["concurrent_threads_soft_limit_num", "background_pool_size"],
    elasticsearch: ["threads"],
    haproxy: ["nbthread"],
    httpd: ["MaxRequestWorkers", "ServerLimit"],
    jvm: ["threads"],
    kafka: ["threads"],
    logstash: ["threads"],
    mariadb: ["max_connections"],
    memcached: ["threads"],
    mysql: ["max_connections"],
    nginx: ["worker_processes"],
    node: ["workers", "threadpoolSize"],
    opensearch: ["threads"],
    "php-fpm": ["pm_max_children"],
    postgresql: ["max_connections"],
    puma: ["workers"],
    python: ["workers"],
    sidekiq: ["concurrency"],
    solr: ["threads"],
    uwsgi: ["workers"],
    zookeeper: ["threads"],
  };
  for (const [profile, counted] of Object.entries(COUNTED))
    it(`allow ${profile} all the processes and threads that its settings ask for, on a small machine and a large one`, () => {
      for (const memoryBytes of [4 * GIB, 16 * GIB, 1024 * GIB]) {
        const tuned = computeTuning(image(app("a", profile, enforced)), machine(memoryBytes, 64));
        assert.ok(tuned.kind === "tuned");
        const { limits, settings } = tuned.apps[0]!;
        const known = counted.filter((name) => Object.hasOwn(settings, name));
        assert.ok(known.length > 0, `${profile} has ${Object.keys(settings).join(", ")}`);
        const asked = known.reduce((sum, name) => sum + Number(settings[name]!.value), 0);
        assert.ok(Number(limits!["TasksMax"]!.value) >= asked + 64, `${asked} on ${memoryBytes / MIB} MiB`);
      }
    });
});
