import assert from "node:assert/strict";
import { groupProblems, nameSome, nameTypes, typesDocument, type Outcome } from "../../../agent/cli/outcome.ts";
import { formatProblem, type Problem } from "../../../agent/refusal.ts";
import { BROKEN, outcomeOf } from "../support/outcomes.ts";

const tell = (outcomes: readonly Outcome[], unasked: string | null = null) =>
  groupProblems(outcomes, unasked).map(formatProblem);

/** As the budget words it: with the machine's own figures. */
function tooSmall(type: string, gib: number, others: readonly Problem[] = []): Outcome {
  const short = { what: `9 GiB are needed and ${gib} there`, fix: "Pick a larger one." };
  return outcomeOf(type, { gib, problems: [...others, short], ofMachine: [short] });
}

describe("the problems of many machines", () => {
  it("are told without a machine where all have them", () => {
    const outcomes = ["a.large", "b.large"].map((type) => outcomeOf(type, { problems: [BROKEN] }));
    assert.deepEqual(tell(outcomes), ["a.hbs:2: it is broken. Mend it."]);
  });
  it("are told once and with the machines that have them, of twenty with three and the number of the others", () => {
    const broken = Array.from({ length: 20 }, (_, index) => outcomeOf(`a.${index}xlarge`, { problems: [BROKEN] }));
    assert.deepEqual(tell([...broken, outcomeOf("b.large")]), [
      "a.hbs:2: on a.0xlarge, a.1xlarge, a.2xlarge and 17 more: it is broken. Mend it.",
    ]);
    assert.deepEqual(tell([...broken.slice(0, 2), outcomeOf("b.large")]), [
      "a.hbs:2: on a.0xlarge and a.1xlarge: it is broken. Mend it.",
    ]);
  });
  it("are of one machine where that has one twice", () => {
    assert.deepEqual(tell([outcomeOf("a.large", { problems: [BROKEN, BROKEN] }), outcomeOf("b.large")]), [
      "a.hbs:2: on a.large: it is broken. Mend it.",
    ]);
  });
  it("are one for all that are too small, with the figures of the machine that lacks the least", () => {
    assert.deepEqual(tell([tooSmall("a.small", 2), tooSmall("a.large", 8), tooSmall("a.medium", 4, [BROKEN])]), [
      "on a.small, a.large and a.medium, of which a.large has the most memory: 9 GiB are needed and 8 there. Pick a larger one.",
      "a.hbs:2: on a.medium: it is broken. Mend it.",
    ]);
  });
  it("name a single machine only where nobody has asked for it", () => {
    const small = tooSmall("a.small", 2);
    assert.deepEqual(tell([small]), ["9 GiB are needed and 2 there. Pick a larger one."]);
    assert.deepEqual(tell([small], "as I like"), [
      "on a.small, as I like: 9 GiB are needed and 2 there. Pick a larger one.",
    ]);
  });
});

describe("the names of machines", () => {
  it("are three and the number of the others, or the number alone", () => {
    assert.equal(nameSome(["a", "b", "c"]), "a, b and c");
    assert.equal(nameSome(["a", "b", "c", "d", "e"]), "a, b, c and 2 more");
    assert.equal(nameTypes(["a", "b", "c"]), "a, b, c");
    assert.equal(nameTypes(["a", "b", "c", "d"]), "4 types");
  });
});

describe("the types of a document", () => {
  it("have what came of each, with its problems", () => {
    assert.deepEqual(typesDocument([outcomeOf("a.large"), outcomeOf("b.large", { gib: 1, problems: [BROKEN] })]), [
      { type: "a.large", ok: true, vcpus: 4, memoryBytes: 8_589_934_592, problems: [] },
      { type: "b.large", ok: false, vcpus: 4, memoryBytes: 1_073_741_824, problems: [BROKEN] },
    ]);
  });
});
