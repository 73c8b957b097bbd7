import assert from "node:assert/strict";
import { tuneAlone } from "../../../../agent/tuning/compute-tuning.ts";
import { substitute } from "../../../../agent/tuning/explain.ts";
import type { Neighbour, Settings } from "../../../../agent/tuning/profile/profile.ts";
import { PROFILES } from "../../../../agent/tuning/profiles.ts";
import { findProfile } from "../../../../agent/tuning/resolve-app.ts";
import { resolveOptions } from "../../../../agent/tuning/resolve-options.ts";
import { allot, alone, GIB, type Given, MIB, texts } from "../../support/alone.ts";

function neighbour(profile: string): Neighbour {
  const resolved = resolveOptions(findProfile(profile)!, {});
  assert.ok(resolved.kind === "resolved");
  return { name: `the-${profile}`, profile, options: resolved.options, memoryBytes: GIB };
}

function beside(profiles: readonly string[], memoryBytes = 16 * GIB, given: Given = {}): Settings {
  const result = tuneAlone("sysctl", allot(memoryBytes, 4, { neighbours: profiles.map(neighbour) }), given);
  assert.ok(result.kind === "tuned");
  return result.settings;
}

describe("sysctl", () => {
  it("writes a whole file of sysctl.d", () => {
    assert.equal(
      alone("sysctl", GIB, 2)["conf"]!.text,
      [
        "net.core.somaxconn = 4096",
        "net.ipv4.tcp_max_syn_backlog = 4096",
        "net.core.rmem_max = 8388608",
        "net.core.wmem_max = 8388608",
        "net.ipv4.tcp_rmem = 4096 131072 8388608",
        "net.ipv4.tcp_wmem = 4096 16384 8388608",
        "vm.max_map_count = 1048576",
        "kernel.pid_max = 4194304",
        "vm.swappiness = 10",
        "fs.aio-max-nr = 1048576",
        "fs.inotify.max_user_instances = 8192",
        "fs.inotify.max_user_watches = 52428",
        "-net.netfilter.nf_conntrack_max = 65536",
      ].join("\n"),
    );
  });
  it("never writes what it leaves alone, and says why of each", () => {
    const { conf } = beside(["kafka", "postgresql", "redis", "kubelet"]);
    const left = Object.entries(PROFILES.get("sysctl")!.leavesAlone!);
    assert.deepEqual(
      left.map(([key]) => key),
      ["fs.file-max", "kernel.threads-max", "kernel.shmmax", "net.ipv4.tcp_mem"],
    );
    for (const [key, why] of left) {
      assert.ok(!conf!.text.includes(key), key);
      assert.match(why, /\((?:systemd|linux), [\w/.]+\.[ch], \w+\)/);
    }
  });
  // tcp_init: max(128 KiB, min(6 MiB, memory / 128)), 32 MiB in kernels since 2025; wmem max(64 KiB, min(4 MiB, memory / 128)).
  for (const [memoryBytes, receive, send] of [
    [256 * MIB, 4_194_304, 4_194_304],
    [GIB, 8_388_608, 8_388_608],
    [4 * GIB, 33_554_432, 16_777_216],
    [2 ** 45, 33_554_432, 16_777_216],
  ] as const) {
    it(`is never below the kernel's own buffers with ${memoryBytes / MIB} MiB`, () => {
      const settings = alone("sysctl", memoryBytes, 2);
      assert.equal(settings["net_ipv4_tcp_rmem"]!.text, `4096 131072 ${receive}`);
      assert.equal(settings["net_ipv4_tcp_wmem"]!.text, `4096 16384 ${send}`);
    });
  }
  it("takes the swappiness that is asked for", () => {
    const { vm_swappiness } = alone("sysctl", GIB, 2, { swappiness: 60 });
    assert.deepEqual([vm_swappiness!.value, vm_swappiness!.boundBy], [60, "user"]);
  });

  // The kernel: 1 % of the memory over 1.3 KiB, 8,192 to 1,048,576 (192,536 measured with 24,105 MiB); 65,536 connections
  // up to 4 GiB, 262,144 beyond.
  for (const [memoryBytes, watches, tracked] of [
    [128 * MIB, 8192, 65_536],
    [4 * GIB, 209_715, 262_144],
    [4 * GIB + 1, 209_715, 262_144],
    [24_105 * MIB, 1_048_576, 1_048_576],
    [2 ** 45, 1_048_576, 1_048_576],
  ] as const) {
    it(`is never below the kernel's own watches and tracked connections with ${memoryBytes / MIB} MiB`, () => {
      const settings = alone("sysctl", memoryBytes, 2);
      assert.equal(settings["fs_inotify_max_user_watches"]!.value, watches);
      assert.equal(settings["net_netfilter_nf_conntrack_max"]!.value, tracked);
    });
  }
  it("leaves out what already grows with the memory", () => {
    const { conf } = alone("sysctl", 64 * GIB, 16);
    assert.doesNotMatch(conf!.text, /min_free_kbytes|tcp_mem|file-max|threads-max|shmmax/);
  });

  describe("beside apps that ask for more", () => {
    // redis and valkey, syscheck.c; mongodb.com, TCMalloc performance; kubernetes, setupKernelTunables.
    for (const profile of ["redis", "valkey", "mongodb", "kubelet"])
      it(`lets ${profile} overcommit, and says who asked`, () => {
        const { vm_overcommit_memory, conf } = beside(["nginx", profile]);
        assert.equal(vm_overcommit_memory!.value, 1);
        assert.equal(substitute(vm_overcommit_memory!), `1, asked for by the-${profile}`);
        assert.match(conf!.text, /^vm\.overcommit_memory = 1$/m);
      });
    // elastic.co, MongoDB's production notes, DataStax and Kafka's operators: 1; tuned's postgresql: 3.
    for (const [profiles, swappiness] of [
      [["nginx", "redis"], 10],
      [["postgresql"], 3],
      [["postgresql", "kafka"], 1],
      [["elasticsearch"], 1],
      [["opensearch"], 1],
      [["cassandra"], 1],
      [["mongodb"], 1],
    ] as const)
      it(`swaps by ${swappiness} beside ${profiles.join(" and ")}`, () =>
        assert.equal(beside(profiles)["vm_swappiness"]!.value, swappiness));
    // tuned's postgresql: 64 MiB and 512 MiB; the kernel's 10 and 20 % where that is less.
    for (const [memoryBytes, background, most] of [
      [16 * GIB, 67_108_864, 536_870_912],
      [GIB, 67_108_864, 214_748_364],
      [512 * MIB, 53_687_091, 107_374_182],
    ] as const)
      it(`lets ${most} bytes be dirty beside PostgreSQL with ${memoryBytes / MIB} MiB`, () => {
        const settings = beside(["postgresql"], memoryBytes);
        assert.deepEqual(texts(settings, "vm_dirty_background_bytes", "vm_dirty_bytes"), {
          vm_dirty_background_bytes: String(background),
          vm_dirty_bytes: String(most),
        });
      });
    // ENA's best practices: from 1 % on, 1 GiB in their example. The kernel's own with transparent huge pages: 67,584, and 5 % at most.
    for (const [memoryBytes, kbytes] of [
      [GIB, 52_428],
      [4 * GIB, 67_584],
      [16 * GIB, 167_772],
      [64 * GIB, 671_088],
      [128 * GIB, 1_048_576],
      [2 ** 45, 1_048_576],
    ] as const)
      it(`keeps ${kbytes} kB of ${memoryBytes / MIB} MiB free beside Kafka`, () =>
        assert.equal(beside(["kafka"], memoryBytes)["vm_min_free_kbytes"]!.value, kbytes));
    it("writes of the memory to keep free only what is more than the kernel's own", () => {
      const [small, large] = [beside(["kafka"], 4 * GIB), beside(["kafka"], 16 * GIB)];
      assert.doesNotMatch(small["conf"]!.text, /min_free_kbytes/);
      assert.match(large["conf"]!.text, /^vm\.min_free_kbytes = 167772$/m);
      assert.equal(beside([], 16 * GIB)["vm_min_free_kbytes"]!.value, 67_584);
    });
    // redis and valkey, syscheck.c; ClickHouse's tips; MongoDB 8.0 on TCMalloc; the strictest of several.
    for (const [profiles, thp, defrag, maxPtesNone] of [
      [[], "madvise", "madvise", "511"],
      [["redis"], "madvise", "madvise", "511"],
      [["valkey"], "madvise", "madvise", "511"],
      [["clickhouse"], "madvise", "madvise", "511"],
      [["mongodb"], "always", "defer+madvise", "0"],
      [["mongodb", "redis"], "madvise", "madvise", "511"],
    ] as const)
      it(`has transparent huge pages ${thp} beside ${profiles.join(" and ") || "nobody"}`, () => {
        const settings = beside(profiles);
        assert.equal(
          settings["tmpfiles"]!.text,
          [
            `w /sys/kernel/mm/transparent_hugepage/enabled - - - - ${thp}`,
            `w /sys/kernel/mm/transparent_hugepage/defrag - - - - ${defrag}`,
            `w /sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none - - - - ${maxPtesNone}`,
          ].join("\n"),
        );
      });
    it("has the same settings as without them, and the same file where no app asks for any", () => {
      const [none, all] = [beside([]), beside(["cassandra", "mongodb", "postgresql", "redis"])];
      assert.deepEqual(Object.keys(all), Object.keys(none));
      assert.equal(beside(["nginx", "node"])["conf"]!.text, none["conf"]!.text);
    });
    it("does what the operator says instead", () => {
      const settings = beside(["mongodb", "redis"], GIB, { swappiness: 10, overcommitMemory: 2, thp: "never" });
      const names = ["vm_swappiness", "vm_overcommit_memory", "thp"];
      assert.deepEqual(texts(settings, ...names), { vm_swappiness: "10", vm_overcommit_memory: "2", thp: "never" });
      for (const name of names) assert.equal(settings[name]!.boundBy, "user");
    });
  });
});
