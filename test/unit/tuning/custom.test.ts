import assert from "node:assert/strict";
import fc from "fast-check";
import { tuneAlone } from "../../../agent/tuning/compute-tuning.ts";
import { custom } from "../../../agent/tuning/custom.ts";
import { resolveOptions } from "../../../agent/tuning/resolve-options.ts";
import { allot, alone, GIB, type Given, MIB, numberOf } from "./alone.ts";

function problemsOf(given: Given): readonly (readonly [what: string, fix: string])[] {
  const resolved = resolveOptions(custom, given);
  assert.ok(resolved.kind === "refused", "it was taken");
  return resolved.problems.map(({ what, fix }) => [what, fix ?? ""]);
}

function valueOf(expression: string, memoryBytes = GIB, vcpus = 4): number {
  return numberOf(alone("custom", memoryBytes, vcpus, { x: expression }), "x");
}

describe("custom", () => {
  // 1 GiB, 4 CPUs, 2 cores.
  for (const [expression, value] of [
    ["1 + 2 * 3", 7],
    ["(1 + 2) * 3", 9],
    ["10 - 4 - 3", 3],
    ["48 / 4 / 3", 4],
    ["7 % 4", 3],
    ["2 * 7 % 4", 2],
    ["-3 + 5", 2],
    ["--3", 3],
    ["25%", 0.25],
    ["vcpus * 150%", 6],
    ["vcpus / 3", 1.333333],
    ["0.1 + 0.2", 0.3],
    ["vcpus - 4", 0],
    ["0 * -1", 0],
    ["memoryBytes", 1_073_741_824],
    ["memoryBytes*60%", 644_245_094],
    ["memoryBytes / 3", 357_913_941],
    ["max(64MiB, memoryBytes - 100MiB)", 968_884_224],
    ["1.5KiB", 1536],
    ["512K", 524_288],
    ["memoryBytes / 16MiB", 64],
    ["memoryBytes % 1000KiB", 589_824],
    ["min(vcpus, cores, 3)", 2],
    ["max(2, vcpus - 1)", 3],
    ["floor(7 / 2)", 3],
    ["ceil(7 / 2)", 4],
    ["round(7 / 2)", 4],
    ["floor(-7 / 2)", -4],
    ["clamp(vcpus, 8, 16)", 8],
    ["clamp(vcpus, 1, 2)", 2],
    ["if(vcpus >= 4, 10, 20)", 10],
    ["if(vcpus > 4, 10, 20)", 20],
    ["if(memoryBytes < 2GiB, 1, 2)", 1],
    ["vcpus == 4", 1],
    ["vcpus != 4", 0],
    ["(vcpus < 8) * 5", 5],
    ["max(0, memoryBytes - 2GiB)", 0],
    ["  vcpus  ", 4],
  ] as const) {
    it(`reckons ${expression} as ${value}`, () => assert.equal(valueOf(expression), value));
  }
  it("takes numbers as they are in YAML", () => assert.deepEqual(alone("custom", GIB, 1, { x: 7 })["x"]!.value, 7));
  it("has sizes in bytes and the rest as numbers, with the formula and what stands in it", () => {
    const { heap, threads, each } = alone("custom", GIB, 4, {
      heap: "memoryBytes * 60%",
      threads: "max(2, vcpus - 1)",
      each: "heap / threads",
    });
    assert.deepEqual(heap, {
      value: 644_245_094,
      unit: "bytes",
      text: "644245094",
      formula: "memoryBytes * 60%",
      inputs: { memoryBytes: 1_073_741_824 },
      source: "the operator's expression",
      boundBy: null,
      note: null,
    });
    assert.deepEqual([threads!.unit, threads!.text, threads!.inputs], ["count", "3", { vcpus: 4 }]);
    assert.deepEqual([each!.value, each!.inputs], [214_748_364, { heap: 644_245_094, threads: 3 }]);
  });
  it("gives no size beyond the share", () => {
    const { x, y } = alone("custom", GIB, 4, { x: "memoryBytes * 2", y: "x / 2" });
    assert.deepEqual([x!.value, x!.boundBy, y!.value], [1_073_741_824, "share", 536_870_912]);
    assert.match(x!.note!, /more than the app has/);
  });

  for (const [expression, what, fix] of [
    ["memoryBytes/(vcpus-1)", "what is divided by can be 0, in column 12", "Write max(1, …) around the divisor."],
    ["vcpus % (cores - cores)", "what is divided by can be 0, in column 7", "Write max(1, …) around the divisor."],
    ["1 / 0", "what is divided by can be 0, in column 3", "Write max(1, …) around the divisor."],
    ["memorybytes", "there is no 'memorybytes' here, in column 1", "Did you mean 'memoryBytes'?"],
    ["y", "there is no 'y' here, in column 1", "Known: memoryBytes, vcpus, cores."],
    ["constructor", "there is no 'constructor' here, in column 1", "Known: memoryBytes, vcpus, cores."],
    ["toString(1)", "there is no function 'toString', in column 1", "Known: min, max, floor, ceil, round, clamp, if."],
    ["1 + mxa(1, 2)", "there is no function 'mxa', in column 5", "Did you mean 'max'?"],
    ["vcpus + min", "min is a function, in column 9", "Write min(a, b, …)."],
    ["min(1)", "min does not take 1 values, in column 1", "Write min(a, b, …)."],
    ["if(1, 2)", "if does not take 2 values, in column 1", "Write if(condition, then, else)."],
    ["floor()", "floor does not take 0 values, in column 1", "Write floor(a)."],
    ["1 +", "expected a value, found the end, in column 4", "Put a number, a name or '(' here."],
    ["", "expected a value, found the end, in column 1", "Put a number, a name or '(' here."],
    ["1 + * 2", "expected a value, found '*', in column 5", "Put a number, a name or '(' here."],
    ["(1 + 2", "expected ')', found the end, in column 7", "Close what was opened."],
    ["1 + 2)", "unexpected ')', in column 6", "Put an operator before it."],
    ["7%3", "unexpected '3', in column 3", "Put an operator before it."],
    ["1 < vcpus < 3", "unexpected '<', in column 11", "Put an operator before it."],
    [
      "2GB",
      "'2GB' is no size, in column 1",
      "GB is GiB to some programs and a power of 1000 to others: write 2GiB or 2000000000B.",
    ],
    ["1e9", "'1e9' is no plain number, in column 1", "Write its digits alone: 16, 0.5, 1000."],
    ["vcpus * 010", "'010' is no plain number, in column 9", "Write its digits alone: 16, 0.5, 1000."],
    ["2026-01-02", "'01' is no plain number, in column 6", "Write its digits alone: 16, 0.5, 1000."],
    [
      "1.10",
      "a setting of custom is calculated, and 1.10 would become 1.1, in column 1",
      "Write 1.1; a text, such as a version, is a variable: vars.",
    ],
    ["memoryBytes + 5", "a size beside a plain number, in column 13", "Give the number a unit, such as 100MiB."],
    ["max(1MiB, vcpus)", "a size beside a plain number, in column 1", "Give the number a unit, such as 100MiB."],
    ["memoryBytes * 1MiB", "a size times a size is no size, in column 13", "Make one of them a plain number."],
    ["1 / memoryBytes", "a plain number divided by a size, in column 3", "Give the number a unit, such as MiB."],
    ["memoryBytes - 1GiB", "can be less than no memory, in column 1", "Write max(0, …) around it."],
    ["vcpus * 999999999999", "can be beyond 10^15, in column 1", "Bound it with min or clamp."],
  ] as const) {
    it(`refuses '${expression}' with its column and a remedy`, () =>
      assert.deepEqual(problemsOf({ x: expression }), [[`custom's option x: ${what} of '${expression}'`, fix]]));
  }
  it("refuses what no expression has a use for", () => {
    for (const source of ["vcpus; 1", "a.b", "x = 1", "`1`", "1 && 2", "vcpus[0]", "'1'", "🦊"])
      assert.match(problemsOf({ x: source })[0]![0], /means nothing here|there is no/, source);
  });
  it("refuses what never ends", () => {
    assert.match(problemsOf({ x: "(".repeat(500) + "1" + ")".repeat(499) })[0]![0], /nested too deeply/);
    assert.match(problemsOf({ x: "-".repeat(900) + "1" })[0]![0], /nested too deeply/);
    assert.match(problemsOf({ x: `1${" + 1".repeat(300)}` })[0]![0], /longer than 1000 characters/);
    const nines = "9".repeat(200);
    assert.match(problemsOf({ x: `${nines} * ${nines}` })[0]![0], /beyond any number/);
  });
  it("refuses a setting's name that an expression already knows", () => {
    assert.match(problemsOf({ vcpus: "1" })[0]![0], /vcpus is taken/);
    assert.match(problemsOf({ min: "1" })[0]![0], /min is taken/);
  });
  it("reports every problem once, and not those that follow from it", () => {
    const whats = problemsOf({ a: "1 +", b: "a * 2", c: "b + d", e: "1 / 0" }).map(([what]) => what.slice(0, 40));
    assert.deepEqual(whats, ["custom's option a: expected a value, fou", "custom's option e: what is divided by ca"]);
  });
  it("refers to earlier settings only", () =>
    assert.match(problemsOf({ a: "b", b: "1" })[0]![0], /there is no 'b' here/));

  it("comes to a sound number for everything that it takes, on every machine", () => {
    const leaf = fc.constantFrom("memoryBytes", "vcpus", "cores", "0", "1", "2.5", "30%", "64MiB", "1GiB", "-3");
    const tree = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { maxDepth: 5, withCrossShrink: true },
        leaf,
        fc
          .tuple(tie("expression"), fc.constantFrom("+", "-", "*", "/", " %", "<", ">="), tie("expression"))
          .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
        fc
          .tuple(fc.constantFrom("min", "max"), tie("expression"), tie("expression"))
          .map(([name, a, b]) => `${name}(${a}, ${b})`),
        fc.tuple(fc.constantFrom("floor", "ceil", "round", "-"), tie("expression")).map(([name, a]) => `${name}(${a})`),
        fc
          .tuple(fc.constantFrom("if", "clamp"), tie("expression"), tie("expression"), tie("expression"))
          .map(([name, a, b, c]) => `${name}(${a}, ${b}, ${c})`),
      ),
    })).expression;
    let taken = 0;
    fc.assert(
      fc.property(
        tree,
        tree,
        fc.integer({ min: MIB, max: 2 ** 45 }),
        fc.integer({ min: 1, max: 1024 }),
        (first, second, memoryBytes, vcpus) => {
          const machine = allot(memoryBytes, vcpus);
          const result = tuneAlone("custom", machine, { a: first, b: `max(a, ${second})` });
          if (result.kind === "impossible") return;
          taken++;
          for (const { value, unit, text } of Object.values(result.settings)) {
            assert.ok(typeof value === "number" && Number.isFinite(value) && !Object.is(value, -0));
            assert.match(text, /^-?\d+(\.\d+)?$/);
            if (unit === "bytes") assert.ok(Number.isSafeInteger(value) && value >= 0 && value <= memoryBytes);
          }
        },
      ),
      { numRuns: 1500 },
    );
    assert.ok(taken > 100, `${taken} of 1500 were taken`);
  });
  it("never fails on any text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" })), (source) => {
        const resolved = resolveOptions(custom, { x: source });
        assert.ok(resolved.kind === "resolved" || resolved.problems[0]!.what.includes("in column"));
      }),
      { numRuns: 1000 },
    );
  });
});
