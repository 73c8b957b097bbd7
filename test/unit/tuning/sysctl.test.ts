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
});
