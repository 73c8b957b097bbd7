import assert from "node:assert/strict";
import { readLastMachine } from "../../../agent/apply/state/last-machine.ts";
import { keepMachine, noteMachine } from "../../../agent/commands/note-machine.ts";
import type { Facts } from "../../../agent/facts/facts.ts";
import { VERSIONS } from "../../../agent/process/version.ts";
import { RunRecord } from "../../../agent/report/run-record.ts";
import { makeScratch } from "../support/scratch.ts";

describe("the record of the machine", () => {
  it("keeps the id of the last that was told one, so that a larger copy without IMDS is known for one once that answers", () => {
    const { root } = makeScratch();
    const log = () => {};
    const run = (instanceId: string | null, vcpus: number) => {
      const record = new RunRecord(VERSIONS);
      const facts = { instanceId, instanceType: null, memTotalBytes: vcpus * 2 ** 30, vcpus } as unknown as Facts;
      noteMachine(record, facts, null, root, log);
      keepMachine(record, root, log);
      const found = readLastMachine(root);
      return [record.machine?.change, found.kind === "read" ? found.document.instanceId : null];
    };
    assert.deepEqual(run("i-0aaaaaaaaaaaaaaaa", 2), ["same", "i-0aaaaaaaaaaaaaaaa"]);
    assert.deepEqual(run(null, 4), ["resized", "i-0aaaaaaaaaaaaaaaa"]);
    assert.deepEqual(run("i-0bbbbbbbbbbbbbbbb", 4), ["another", "i-0aaaaaaaaaaaaaaaa"]);
  });
});
