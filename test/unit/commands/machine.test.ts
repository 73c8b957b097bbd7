import assert from "node:assert/strict";
import { withTuned } from "../../../agent/commands/machine.ts";
import { SOME_FACTS } from "../support/some-facts.ts";

describe("the facts that only some profiles are tuned by", () => {
  it("are the disk of RabbitMQ's data on the machine itself", () => {
    const { fileSystems, origins } = withTuned(SOME_FACTS, ["nginx", "rabbitmq", "rabbitmq"], "/");
    assert.deepEqual(
      fileSystems!.map(({ folder }) => folder),
      ["/var/lib/rabbitmq"],
    );
    assert.deepEqual(origins["fileSystems"], { source: "kernel", detail: "statfs of /var/lib/rabbitmq" });
  });
  it("are no disk of a machine that an image is mounted on", () =>
    assert.equal(withTuned(SOME_FACTS, ["rabbitmq"], "/mnt/image").fileSystems, null));
  it("are unchanged for other profiles", () =>
    assert.equal(withTuned(SOME_FACTS, ["nginx", "nobody"], "/"), SOME_FACTS));
});
