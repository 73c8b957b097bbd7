import assert from "node:assert/strict";
import fc from "fast-check";
import { resolveOptions } from "../../../../agent/tuning/resolve-options.ts";
import { httpd } from "../../../../agent/tuning/servers/httpd.ts";
import { allot, alone, GIB, type Given, KIB, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

const NAMES = [
  "ServerLimit",
  "ThreadLimit",
  "ThreadsPerChild",
  "MaxRequestWorkers",
  "StartServers",
  "MinSpareThreads",
  "MaxSpareThreads",
] as const;

function numbers(memoryBytes: number, vcpus: number, given: Given = {}): number[] {
  const settings = alone("httpd", memoryBytes, vcpus, given);
  return NAMES.map((name) => numberOf(settings, name));
}

describe("httpd", () => {
  // httpd's own defaults: 16 processes of 25 threads, 3 of them at the start, 75 to 250 spare threads.
  it("has on 4 CPUs what httpd has by itself, and four processes more for those that end", () => {
    assert.deepEqual(numbers(GIB, 4), [20, 25, 25, 400, 3, 75, 250]);
    assert.deepEqual(numbers(GIB, 1), [20, 25, 25, 400, 3, 75, 250]);
  });
  it("has four processes for each CPU of a larger machine", () => {
    assert.deepEqual(numbers(8 * GIB, 64), [320, 25, 25, 6400, 3, 75, 250]);
  });
  // The master's 8 MiB, and 10.25 MiB for each process with its 25 threads.
  for (const [memoryMib, serverLimit, workers, spare] of [
    [28.5, 2, 25, [25, 50]],
    [38, 2, 25, [25, 50]],
    [38.75, 3, 50, [50, 75]],
    [59.25, 5, 100, [75, 100]],
    [69.5, 5, 100, [75, 100]],
    [79.75, 7, 125, [75, 125]],
    [213, 20, 400, [75, 250]],
  ] as const)
    it(`has ${workers} workers in ${memoryMib} MiB, and as much room for old processes as it says`, () => {
      const { ServerLimit, MaxRequestWorkers, MinSpareThreads, MaxSpareThreads } = alone("httpd", memoryMib * MIB, 4);
      assert.deepEqual([ServerLimit!.value, MaxRequestWorkers!.value], [serverLimit, workers]);
      assert.deepEqual([MinSpareThreads!.value, MaxSpareThreads!.value], spare);
    });
  it("says that the CPUs bound it, not the memory", () => {
    assert.equal(alone("httpd", 2 * GIB, 4)["MaxRequestWorkers"]!.boundBy, "cap");
    assert.equal(alone("httpd", 200 * MIB, 4)["MaxRequestWorkers"]!.boundBy, null);
  });
  it("takes the processes and threads that are asked for, if they fit", () => {
    const given = { processes: 2, threads: 64 };
    assert.deepEqual(numbers(68 * MIB, 1, given), [3, 64, 64, 128, 2, 128, 192]);
    assert.equal(alone("httpd", 68 * MIB, 1, given)["MaxRequestWorkers"]!.boundBy, "user");
    assert.equal(tryAlone("httpd", 68 * MIB - 1, 64, given), null);
  });
  it("can use its processes' memory, no more, and does not fit below 28.5 MiB", () => {
    const capMib = (vcpus: number, given: Given): number => {
      const resolved = resolveOptions(httpd, given);
      assert.ok(resolved.kind === "resolved");
      return httpd.capBytes(resolved.options, allot(GIB, vcpus)) / MIB;
    };
    assert.deepEqual([capMib(4, {}), capMib(64, {}), capMib(4, { processes: 1 })], [213, 3288, 28.5]);
    assert.equal(tryAlone("httpd", 28.5 * MIB - 1, 4), null);
  });
  it("is of little use below the 75 threads that httpd keeps idle itself", () => {
    assert.equal(httpd.useful({})["MaxRequestWorkers"]!.least, 75);
  });
  it("is written in httpd's words", () => {
    assert.deepEqual(texts(alone("httpd", GIB, 4), "ServerLimit", "MaxRequestWorkers"), {
      ServerLimit: "20",
      MaxRequestWorkers: "400",
    });
  });

  const options = fc.record(
    {
      processes: fc.integer({ min: 1, max: 64 }),
      threads: fc.integer({ min: 1, max: 256 }),
      threadMemory: fc.integer({ min: 64 * KIB, max: 2 * MIB }),
      processMemory: fc.integer({ min: MIB, max: 64 * MIB }),
    },
    { requiredKeys: [] },
  );

  // What httpd corrects at its start, with a warning: mpm_common, MaxRequestWorkers, ThreadsPerChild and MaxSpareThreads.
  it("leaves httpd nothing to correct", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 256, max: 65_536 }),
        fc.integer({ min: 1, max: 192 }),
        options,
        (mib, vcpus, given) => {
          const settings = tryAlone("httpd", mib * MIB, vcpus, given);
          if (settings === null) return;
          const [servers, limit, threads, workers, first, least, most] = NAMES.map((name) => numberOf(settings, name));
          assert.equal(workers! % threads!, 0);
          assert.ok(workers! / threads! < servers! && servers! <= 20_000);
          assert.ok(threads! <= limit! && limit! <= 100_000);
          assert.ok(first! <= workers! / threads! && least! <= workers! && most! >= least! + threads!);
        },
      ),
    );
  });

  provePromises({
    profile: "httpd",
    given: options,
    worstBytes(settings, { threadMemory = 256 * KIB, processMemory = 4 * MIB }) {
      const threads = numberOf(settings, "ThreadsPerChild") * Number(threadMemory);
      return 8 * MIB + numberOf(settings, "ServerLimit") * (Number(processMemory) + threads);
    },
  });
});
