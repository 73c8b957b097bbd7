import assert from "node:assert/strict";
import { knownInstanceFacts, refuseOtherFacts, refusePredicted } from "../../../agent/facts/compare-facts.ts";
import type { Facts } from "../../../agent/facts/facts.ts";
import { UNKNOWN_INSTANCE } from "../../../agent/facts/unknown-instance.ts";
import { Refusal } from "../../../agent/refusal.ts";
import { SOME_FACTS } from "../support/some-facts.ts";

function problemsOf(work: () => void): string[] {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof Refusal && error.code === "config");
    return error.problems.map(({ what }) => what);
  }
  return [];
}

describe("the facts of a saved plan", () => {
  it("are the machine's where every one that the plan knew is the same", () => {
    const now: Facts = {
      ...SOME_FACTS,
      roleName: "new",
      network: { enis: 3, ipv4PerEni: 10 },
      cpuBaselinePercent: 20,
      tags: { Role: "web" },
    };
    assert.deepEqual(
      problemsOf(() => refuseOtherFacts(SOME_FACTS, now)),
      [],
    );
  });

  it("are the machine's where the saved plan knows nothing of GPUs", () => {
    const now: Facts = { ...SOME_FACTS, gpus: 1 };
    assert.deepEqual(
      problemsOf(() => refuseOtherFacts({ ...SOME_FACTS, gpus: null }, now)),
      [],
    );
    assert.deepEqual(
      problemsOf(() => refuseOtherFacts({ ...SOME_FACTS, gpus: 0 }, now)),
      ["the plan was made for gpus 0, and it is 1 here"],
    );
  });

  it("are refused with each that is another: memory, CPUs, the instance, a disk", () => {
    const now: Facts = { ...SOME_FACTS, memTotalBytes: 1, vcpus: 8, instanceId: "i-1", disks: [] };
    assert.deepEqual(
      problemsOf(() => refuseOtherFacts(SOME_FACTS, now)),
      [
        "the plan was made for instanceId i-0123456789abcdef0, and it is i-1 here",
        "the plan was made for memTotalBytes 8120000000, and it is 1 here",
        "the plan was made for vcpus 4, and it is 8 here",
        'the plan was made for disks [{"name":"nvme0n1","nvme":true,"rotational":false,"sizeBytes":8589934592}], and it is [] here',
      ],
    );
  });

  it("are refused where the disk of an app's data has grown", () => {
    const folder = "/var/lib/rabbitmq";
    const then: Facts = { ...SOME_FACTS, fileSystems: [{ folder, sizeBytes: 8_000_000_000 }] };
    const now: Facts = { ...SOME_FACTS, fileSystems: [{ folder, sizeBytes: 30_000_000_000 }] };
    assert.deepEqual(
      problemsOf(() => refuseOtherFacts(then, now)),
      [
        'the plan was made for fileSystems [{"folder":"/var/lib/rabbitmq","sizeBytes":8000000000}], ' +
          'and it is [{"folder":"/var/lib/rabbitmq","sizeBytes":30000000000}] here',
      ],
    );
  });

  it("ask IMDS only for what the plan knew", () => {
    const then: Facts = { ...SOME_FACTS, ...UNKNOWN_INSTANCE, region: "eu-central-1" };
    assert.deepEqual(knownInstanceFacts(then), ["region"]);
    assert.deepEqual(
      problemsOf(() => refuseOtherFacts(then, SOME_FACTS)),
      [],
    );
  });

  it("are refused where they are of a type and not of a machine; the network of a type is not", () => {
    const from = (name: string, source: "catalogue" | "stand-in" | "option") => ({
      ...SOME_FACTS,
      origins: { [name]: { source, detail: "x" } },
    });
    for (const [name, source] of [
      ["memTotalBytes", "catalogue"],
      ["instanceId", "stand-in"],
      ["vcpus", "option"],
    ] as const)
      assert.equal(problemsOf(() => refusePredicted(from(name, source))).length, 1);
    assert.deepEqual(
      problemsOf(() => refusePredicted(from("network", "catalogue"))),
      [],
    );
  });
});
