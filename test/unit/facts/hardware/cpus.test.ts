import assert from "node:assert/strict";
import { parseCpuList, readCpus } from "../../../../agent/facts/hardware/cpus.ts";
import { openKernelFiles } from "../../../../agent/facts/hardware/kernel-files.ts";
import { makeKernelTree } from "../../support/kernel-tree.ts";

const CPU = "sys/devices/system/cpu";

function cpusOf(files: Record<string, string>) {
  const tree = makeKernelTree(files);
  try {
    const cpus = readCpus(openKernelFiles(tree.root));
    return cpus && [cpus.vcpus, cpus.cores, cpus.threadsPerCore];
  } finally {
    tree.remove();
  }
}

describe("the CPUs", () => {
  it("are those online that the process may use", () => {
    assert.deepEqual(
      cpusOf({
        [`${CPU}/online`]: "0-7",
        "proc/self/status": "Cpus_allowed_list:\t2-3,6-400\n",
        [`${CPU}/cpu2/topology/core_cpus_list`]: "2,6",
        [`${CPU}/cpu3/topology/core_cpus_list`]: "3,7",
      }),
      [4, 2, 2],
    );
  });

  it("are all those online where affinity is unknown or names no online CPU", () => {
    assert.deepEqual(cpusOf({ [`${CPU}/online`]: "0-3" }), [4, 4, 1]);
    assert.deepEqual(cpusOf({ [`${CPU}/online`]: "0-3", "proc/self/status": "Cpus_allowed_list:\t9\n" }), [4, 4, 1]);
  });

  it("are cores each where threads are switched off, whatever the lists say", () => {
    const files = {
      [`${CPU}/online`]: "0-1",
      [`${CPU}/smt/active`]: "0",
      [`${CPU}/cpu0/topology/thread_siblings_list`]: "0-1",
    };
    assert.deepEqual(cpusOf(files), [2, 2, 1]);
  });

  it("count a core once where one of its threads is not ours", () => {
    const files = {
      [`${CPU}/online`]: "0-3",
      "proc/self/status": "Cpus_allowed_list:\t0\n",
      [`${CPU}/cpu0/topology/thread_siblings_list`]: "0,2",
    };
    assert.deepEqual(cpusOf(files), [1, 1, 2]);
  });

  it("are unknown where nothing is told", () => assert.equal(cpusOf({}), null));
});

describe("a list of CPUs", () => {
  const cases: readonly [string, number[]][] = [
    ["0", [0]],
    ["0-3,8,10-11", [0, 1, 2, 3, 8, 10, 11]],
    ["", []],
    ["0-", []],
    ["a", []],
    ["0-99999", []],
  ];
  for (const [text, expected] of cases) {
    it(`${JSON.stringify(text)} is ${JSON.stringify(expected)}`, () => assert.deepEqual(parseCpuList(text), expected));
  }
});
