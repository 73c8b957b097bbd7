import assert from "node:assert/strict";
import fc from "fast-check";
import { resolveOptions } from "../../../../agent/tuning/resolve-options.ts";
import { haproxy } from "../../../../agent/tuning/servers/haproxy.ts";
import { allot, alone, GIB, type Given, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

describe("haproxy", () => {
  // What HAProxy 2.6.12 (Debian 12) sets itself with -m, by the sides that have TLS: measured.
  for (const [memoryMib, tls, maxconn, maxsslconn] of [
    [512, "frontend", "3900", "3900"],
    [1024, "frontend", "8000", "8000"],
    [1024, "both", "7100", "14200"],
  ] as const) {
    it(`allows ${maxconn} connections in ${memoryMib} MiB with TLS: ${tls}`, () => {
      const settings = alone("haproxy", memoryMib * MIB, 2, { tls });
      assert.deepEqual(texts(settings, "memory", "maxconn", "maxsslconn"), {
        memory: String(memoryMib),
        maxconn,
        maxsslconn,
      });
      assert.equal(settings["maxconn"]!.boundBy, null);
    });
  }
  // Where it itself would allow 7300, 470, 1900 and 3500: the process would have no room beside them.
  for (const [memoryMib, tls, maxconn] of [
    [256, "none", 6800],
    [64, "frontend", 320],
    [256, "frontend", 1800],
    [512, "both", 3400],
  ] as const) {
    it(`allows only ${maxconn} in ${memoryMib} MiB with TLS: ${tls}`, () => {
      const setting = alone("haproxy", memoryMib * MIB, 2, { tls })["maxconn"]!;
      assert.deepEqual([setting.value, setting.boundBy], [maxconn, "share"]);
      assert.match(String(setting.note), /3 %/);
    });
  }
  it("has a thread per CPU, up to what is good for its connections, and one group", () => {
    const threads = (memory: number, vcpus: number): unknown[] => {
      const { nbthread } = alone("haproxy", memory, vcpus);
      return [nbthread!.value, nbthread!.boundBy];
    };
    assert.deepEqual(threads(64 * MIB, 1), [1, null]);
    assert.deepEqual(threads(64 * MIB, 16), [8, "share"]);
    assert.deepEqual(threads(8 * GIB, 16), [16, null]);
    assert.deepEqual(threads(64 * GIB, 192), [64, "cap"]);
  });
  // limits.c: two sockets a connection, a pipe of two ends for every fourth, three files a thread.
  it("asks for the files that its connections need", () => {
    assert.equal(alone("haproxy", GIB, 4)["ulimit_n"]!.value, 20_076);
  });
  it("needs no more files than the kernel gives", () => {
    const { maxconn, ulimit_n: files } = alone("haproxy", 1024 * GIB, 64, { tls: "none" });
    assert.deepEqual([maxconn!.value, maxconn!.boundBy], [410_000, "cap"]);
    assert.ok(Number(files!.value) <= 1_048_576);
  });
  it("takes the connections and threads that are asked for, if they fit", () => {
    const { maxconn, maxsslconn, nbthread } = alone("haproxy", GIB, 2, { maxconn: 1234, threads: 6, tls: "both" });
    assert.deepEqual([maxconn!.value, maxconn!.boundBy, maxsslconn!.value], [1234, "user", 2468]);
    assert.deepEqual([nbthread!.value, nbthread!.boundBy], [6, "user"]);
    assert.equal(tryAlone("haproxy", GIB, 2, { maxconn: 9000 }), null);
  });
  // OpenShift's router: 20,000 on 4 threads. With TLS a connection takes 130 KiB.
  it("can use 5,000 connections for each CPU, as one may see from what it then allows", () => {
    const maxconn = (vcpus: number, given: Given): unknown => {
      const resolved = resolveOptions(haproxy, given);
      assert.ok(resolved.kind === "resolved");
      const capBytes = haproxy.capBytes(resolved.options, allot(GIB, vcpus));
      return alone("haproxy", capBytes, vcpus, given)["maxconn"]!.value;
    };
    assert.deepEqual(
      [1, 4, 16].map((vcpus) => maxconn(vcpus, {})),
      [5000, 20_000, 80_000],
    );
    assert.equal(maxconn(192, { tls: "none" }), 410_000);
  });
  it("is a helper, of little use below 256 connections", () => {
    assert.equal(haproxy.usualWeight, 0.25);
    assert.equal(haproxy.useful({})["maxconn"]!.least, 256);
  });
  it("has no limit for TLS where the config has no TLS", () => {
    assert.equal(texts(alone("haproxy", GIB, 2, { tls: "none" }), "maxsslconn")["maxsslconn"], "absent");
  });

  provePromises({
    profile: "haproxy",
    given: fc.record(
      {
        tls: fc.constantFrom("none", "frontend", "both"),
        maxconn: fc.integer({ min: 100, max: 410_000 }),
        threads: fc.integer({ min: 1, max: 64 }),
        bufferSize: fc.integer({ min: 4096, max: MIB }),
      },
      { requiredKeys: [] },
    ),
    // Stream, two buffers, TLS, 20,000 cached sessions, descriptors; 20 MiB with eight threads, 512 KiB for each more.
    worstBytes(settings, { tls = "frontend", bufferSize = 16_384 }) {
      const tlsBytes = { none: 0, frontend: 92 * 1024, both: 108 * 1024 }[String(tls)]!;
      const connection = 2672 + 2 * Number(bufferSize) + tlsBytes + 320;
      const threads = Math.max(0, numberOf(settings, "nbthread") - 8) * 512 * 1024;
      const cache = tls === "none" ? 0 : 4_000_000;
      return numberOf(settings, "maxconn") * connection + cache + 20 * MIB + threads;
    },
  });
});
