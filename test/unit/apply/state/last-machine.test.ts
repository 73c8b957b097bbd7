import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import {
  compareMachines,
  describeMachine,
  describeResize,
  knowsMore,
  readLastMachine,
  writeLastMachine,
  type Machine,
} from "../../../../agent/apply/state/last-machine.ts";
import { makeFolder } from "../../../support/folders.ts";

const GIB = 1024 ** 3;
const MACHINE: Machine = {
  instanceId: "i-0123456789abcdef0",
  instanceType: "m7g.large",
  memTotalBytes: 7.7 * GIB,
  vcpus: 2,
};

describe("the machine of the last run", () => {
  const rows: readonly (readonly [title: string, now: Partial<Machine>, change: string])[] = [
    ["the same", {}, "same"],
    ["the same, with a kernel that keeps 300 MiB more", { memTotalBytes: 7.7 * GIB - 300 * 1024 ** 2 }, "same"],
    ["the same where IMDS does not say", { instanceType: null, instanceId: null }, "same"],
    ["of another type", { instanceType: "m7g.xlarge", memTotalBytes: 15.4 * GIB, vcpus: 4 }, "resized"],
    ["of another type with as much of everything", { instanceType: "m7i.large" }, "resized"],
    ["of more memory alone", { memTotalBytes: 11.5 * GIB }, "resized"],
    ["of less memory alone", { memTotalBytes: 7 * GIB }, "resized"],
    ["of fewer vCPUs alone", { vcpus: 1 }, "resized"],
    ["another instance", { instanceId: "i-0123456789abcdef1" }, "another"],
    ["another instance of another size", { instanceId: "i-0123456789abcdef1", vcpus: 8 }, "another"],
  ];
  for (const [title, now, change] of rows)
    it(`is ${title}: ${change}`, () => assert.equal(compareMachines(MACHINE, { ...MACHINE, ...now }), change));

  it("is another type where only the type before was not known, which is no change but worth keeping", () => {
    const before = { ...MACHINE, instanceType: null };
    assert.deepEqual([compareMachines(before, MACHINE), knowsMore(before, MACHINE)], ["same", true]);
    assert.equal(knowsMore(MACHINE, before), false);
  });

  it("is told with its type, if that is known", () => {
    const now = { ...MACHINE, instanceType: null, memTotalBytes: 2 * GIB, vcpus: 1 };
    assert.equal(describeMachine(MACHINE), "m7g.large (7.7 GiB, 2 vCPUs)");
    assert.equal(
      describeResize(MACHINE, now),
      "this machine was m7g.large (7.7 GiB, 2 vCPUs) at its last run, and is 2 GiB, 1 vCPU now",
    );
  });

  it("is read back as it was written", () => {
    const root = makeFolder(tmpdir(), "machine", "test");
    assert.deepEqual(readLastMachine(root), { kind: "none" });
    const whole = { ...MACHINE, memTotalBytes: 8_000_000_000 };
    writeLastMachine(root, whole);
    assert.deepEqual(readLastMachine(root), { kind: "read", document: whole });
  });
});
