import assert from "node:assert/strict";
import { alone, GIB, MIB } from "./alone.ts";

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
});
