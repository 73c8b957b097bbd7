import assert from "node:assert/strict";
import { openSync } from "node:fs";
import { isBug } from "../../agent/bug.ts";
import { HttpTrouble } from "../../agent/http/http-trouble.ts";
import { Refusal } from "../../agent/refusal.ts";

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
}

describe("isBug", () => {
  it("is so of JavaScript's own errors", () => {
    const nothing = null as unknown as { readonly x: number };
    for (const work of [() => nothing.x, () => "x".repeat(-1), () => decodeURIComponent("%")])
      assert.equal(isBug(thrownBy(work)), true);
  });

  it("is not so of what the system, Node, a network or parbake itself says, nor of what is no error", () => {
    const system = thrownBy(() => openSync("/nowhere/at/all", "r"));
    const node = thrownBy(() => openSync("/a\0b", "r"));
    const others = [system, node, HttpTrouble.from({ code: "ECONNRESET" }), new Refusal("usage", []), "text", null];
    for (const other of others) assert.equal(isBug(other), false, String(other));
  });
});
