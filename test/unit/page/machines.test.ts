import assert from "node:assert/strict";
import { readCatalogue } from "../../../agent/facts/catalogue/catalogue.ts";
import { factsForSize } from "../../../agent/facts/predict-facts.ts";
import { addMachines, findMachine, pageFacts, parseMachineSize } from "../../../agent/page/machines.ts";
import { SOME_FACTS } from "../support/some-facts.ts";

const SOURCE = { catalogue: readCatalogue(), here: null };

describe("a machine of the page", () => {
  it("is an instance type, with what its OS will report", () => {
    const { label, facts } = findMachine("m7g.large", SOURCE)!;
    assert.deepEqual([label, facts.vcpus, facts.architecture], ["m7g.large", 2, "arm64"]);
    assert.ok(facts.memLimitBytes < 8 * 2 ** 30 && facts.memLimitBytes > 7 * 2 ** 30);
  });

  it("is a size, as tune has it for --memory and --cpus", () => {
    const { label, facts } = findMachine("8GiB/4", SOURCE)!;
    assert.deepEqual([label, facts], ["8 GiB, 4 vCPU", factsForSize(2 ** 33, 4)]);
  });

  it("is the one that the page was made on, where it was made for that", () => {
    const here = pageFacts(SOME_FACTS);
    assert.equal(findMachine("here", { ...SOURCE, here })?.facts, here);
    assert.equal(findMachine("here", SOURCE), null);
  });

  for (const text of [
    "",
    "m7.large",
    "8/4",
    "8GiB",
    "8GiB/0",
    "8GiB/4/2",
    "0/1",
    "33TiB/4",
    "8GiB/1025",
    "x".repeat(3000),
  ])
    it(`is none by '${text.slice(0, 20)}'`, () => assert.equal(findMachine(text, SOURCE), null));

  it("tells nothing of the machine that it was made on but its hardware", () => {
    const text = JSON.stringify(pageFacts({ ...SOME_FACTS, instanceId: "i-0canary", tags: { canary: "canary" } }));
    assert.doesNotMatch(text, /canary|i-0|region|hostname|amiId|localIp/i);
  });

  it("has sizes up to what the profiles are tested with", () =>
    assert.deepEqual(parseMachineSize("32TiB/1024"), { memoryBytes: 2 ** 45, vcpus: 1024 }));
});

describe("adding machines", () => {
  it("takes a pattern for all types that it means, by size", () => {
    const added = addMachines(" t4g.{nano..small} ", SOURCE);
    assert.deepEqual(added, { kind: "names", names: ["t4g.nano", "t4g.micro", "t4g.small"] });
  });

  it("takes a size as it is", () =>
    assert.deepEqual(addMachines("8GiB/4", SOURCE), { kind: "names", names: ["8GiB/4"] }));

  it("says which type was most likely meant", () => {
    const added = addMachines("m7g.larg", SOURCE);
    assert.ok(added.kind === "refused");
    assert.match(
      added.why,
      /^the catalogue of [\d-]+ has no instance type 'm7g\.larg'\. .*Did you mean 'm7g\.large'\?/,
    );
  });

  it("says what is wrong with a pattern", () => {
    const added = addMachines("m7g.{large", SOURCE);
    assert.ok(added.kind === "refused");
    assert.match(added.why, /brace without its partner/);
  });
});
