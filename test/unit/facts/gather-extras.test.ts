import assert from "node:assert/strict";
import { gatherExtras } from "../../../agent/facts/gather-extras.ts";

describe("the extras of `parbake facts`", () => {
  it("tell whether the machine is virtual, and every network interface, the loopback among them", async () => {
    const extras = await gatherExtras();
    assert.equal(typeof extras.virtualMachine, "boolean");
    const loopback = extras.networkInterfaces.find(({ name }) => name === "lo");
    assert.equal(loopback?.ipv4, "127.0.0.1");
  });
});
