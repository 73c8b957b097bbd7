import assert from "node:assert/strict";
import { allotAlone } from "../../../agent/tuning/allot.ts";
import { PROFILES } from "../../../agent/tuning/profiles.ts";
import { GIB } from "../support/alone.ts";
import { machine } from "../support/any-image.ts";

describe("what a profile alone is given", () => {
  const limited = { ...machine(2 * GIB, 4), memTotalBytes: 16 * GIB, cpuQuota: 2.5 };

  it("is all of a size, and of a machine what the usual reserve leaves", () => {
    const jvm = PROFILES.get("jvm")!;
    assert.equal(allotAlone(jvm, limited, true).memoryBytes, 2 * GIB);
    // 128 MiB and 6 % of the first 4 GiB are kept.
    assert.equal(allotAlone(jvm, limited, false).memoryBytes, 1_884_416_902);
  });

  it("is the machine's whole memory for the kernel, whatever the cgroup's limit", () =>
    assert.equal(allotAlone(PROFILES.get("sysctl")!, limited, false).memoryBytes, 16 * GIB));

  it("is whole CPUs of a quota", () => assert.equal(allotAlone(PROFILES.get("jvm")!, limited, false).vcpus, 2));
});
