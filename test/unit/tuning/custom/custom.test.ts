import assert from "node:assert/strict";
import fc from "fast-check";
import { tuneAlone } from "../../../../agent/tuning/compute-tuning.ts";
import { custom } from "../../../../agent/tuning/custom/custom.ts";
import type { Allotment } from "../../../../agent/tuning/profile/profile.ts";
import { resolveOptions } from "../../../../agent/tuning/resolve-options.ts";
import { allot, alone, GIB, type Given, MIB, numberOf } from "../../support/alone.ts";

function problemsOf(given: Given): readonly (readonly [what: string, fix: string])[] {
  const resolved = resolveOptions(custom, given);
  assert.ok(resolved.kind === "refused", "it was taken");
  return resolved.problems.map(({ what, fix }) => [what, fix ?? ""]);
}

function valueOf(expression: string, memoryBytes = GIB, vcpus = 4): number {
  return numberOf(alone("custom", memoryBytes, vcpus, { x: expression }), "x");
}

const KNOWN = "Known: memoryBytes, vcpus, cores, machineMemoryBytes, machineVcpus, diskBytes, gpus, numaNodes.";
const FUNCTIONS = "Known: min, max, floor, ceil, round, clamp, if, known, size, uncounted.";

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
    ["1MiB", 1_048_576],
    ["1 MiB + 1.5 MiB", 2_621_440],
    ["2 * 1MiB + 1MiB / 2", 2_621_440],
    ["memoryBytes / 1MiB", 1024],
    ["floor(memoryBytes * 60%, 1MiB)", 643_825_664],
    ["ceil(vcpus + 1, 4)", 8],
    ["round(vcpus * 3, 8)", 16],
    ["machineMemoryBytes / memoryBytes", 1],
    ["machineVcpus", 4],
    ["known(gpus, 0)", 0],
    ["uncounted(known(diskBytes, 100GiB) * 10%)", 10_737_418_240],
    ["if('a' == 'a', 1, 2)", 1],
    ["if('a' != \"a\", 1, 2)", 2],
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
  it("has texts in quotes, and chooses between them", () => {
    const given = {
      mode: "if(memoryBytes > 4GiB, 'large', 'small')",
      version: "'1.10'",
      is: "if(mode == 'small', 1, 2)",
    };
    const { mode, version, is } = alone("custom", GIB, 4, given);
    assert.deepEqual([mode!.unit, mode!.value, mode!.text], ["text", "small", "small"]);
    assert.deepEqual([version!.text, is!.value, is!.inputs], ["1.10", 1, { mode: "small" }]);
    assert.equal(alone("custom", 8 * GIB, 4, given)["mode"]!.value, "large");
  });
  it("spells a size as the app does, and calculates with it all the same", () => {
    const { heap, half } = alone("custom", GIB, 4, {
      heap: "size(floor(memoryBytes * 60%, 1MiB), 'jvm')",
      half: "uncounted(size(heap / 2, 'systemd'))",
    });
    assert.deepEqual([heap!.value, heap!.unit, heap!.text], [643_825_664, "bytes", "614m"]);
    assert.equal(half!.text, "307M");
  });
  it("knows the machine beside the share, and says where a fact is not known", () => {
    const disks = [60, 100].map((gib, index) => ({
      name: `nvme${index}n1`,
      sizeBytes: gib * GIB,
      rotational: false,
      nvme: true,
    }));
    const machine = { memoryBytes: 16 * GIB, vcpus: 8, disks, numaNodes: 2, gpus: 4 };
    const options = {
      floor: null,
      part: "memoryBytes / machineMemoryBytes",
      disk: "uncounted(known(diskBytes, 8GiB) / 2)",
      each: "machineVcpus / known(numaNodes, 1)",
      gpu: "if(known(gpus, 0) > 0, 'cuda', 'cpu')",
    };
    const valuesOf = (allotment: Allotment): unknown[] =>
      Object.values(custom.tune(allotment, options)).map(({ value }) => value);
    assert.deepEqual(valuesOf(allot(4 * GIB, 4, { machine })), [0.25, 85_899_345_920, 4, "cuda"]);
    assert.deepEqual(valuesOf(allot(4 * GIB, 4)), [1, 4_294_967_296, 4, "cpu"]);
    assert.deepEqual(custom.tune(allot(4 * GIB, 4), options)["gpu"]!.inputs, { gpus: "not known" });
  });

  describe("in its share", () => {
    const needs = (given: Given): number => {
      const resolved = resolveOptions(custom, given);
      assert.ok(resolved.kind === "resolved", JSON.stringify(resolved));
      return custom.floorBytes(resolved.options);
    };
    for (const [title, given, what, fix] of [
      [
        "60 times the share for 60 %",
        { heap: "memoryBytes * 60" },
        "custom's option heap: comes to 60 GiB of a share of 1 GiB, in column 15 of 'memoryBytes * 60'",
        /^A part of the share is written in per cent: 60%\./,
      ],
      [
        "sizes that are more than the share together",
        { heap: "memoryBytes * 60%", cache: "memoryBytes * 50%" },
        "custom's option cache: comes to 1.1 GiB of a share of 1 GiB, together with heap, in column 1 of 'memoryBytes * 50%'",
        /^Lower it\. Write uncounted\(…\) around a size that takes no memory of its own \(.*\)\.$/,
      ],
      [
        "a size that grows with the CPUs beyond any share",
        { buffers: "vcpus * 64MiB" },
        "custom's option buffers: comes to 128 MiB of a share of 64 MiB with 2 CPUs, in column 1 of 'vcpus * 64MiB'",
        /^Bound it, as by min\(…, memoryBytes \* 25%\), or give the app a floor: 65536MiB\./,
      ],
      [
        "a part of a disk that is not said to be none of the memory",
        { cache: "known(diskBytes, 1GiB) * 10%" },
        "custom's option cache: comes to 819.2 MiB of a share of 102.4 MiB, in column 1 of 'known(diskBytes, 1GiB) * 10%'",
        /Write uncounted\(…\) around a size that takes no memory of its own \([^)]*\)\.$/,
      ],
    ] as const)
      it(`refuses ${title}`, () => {
        const [problem, ...others] = problemsOf(given);
        assert.deepEqual([problem![0], others], [what, []]);
        assert.match(problem![1], fix);
      });
    it("needs what its fixed sizes need, to the byte", () => {
      assert.equal(needs({ cache: "256MiB" }), 256 * MIB);
      assert.equal(needs({ heap: "memoryBytes * 50%", cache: "256MiB" }), 512 * MIB - 1);
      assert.equal(needs({ heap: "max(64MiB, memoryBytes - 100MiB)" }), 64 * MIB);
      assert.equal(needs({ heap: "memoryBytes * 60%", rest: "memoryBytes - heap" }), MIB);
      assert.equal(needs({ heap: "memoryBytes - 1GiB" }), GIB);
      assert.equal(needs({ quota: "min(memoryBytes / 4, 8GiB)", go: "(memoryBytes - quota) * 90%" }), MIB);
      assert.equal(needs({ big: "if(memoryBytes >= 4GiB, memoryBytes * 75%, 1GiB)" }), GIB);
    });
    it("counts no size that is said to be part of another, or no memory at all", () => {
      const young = needs({ heap: "memoryBytes * 75%", young: "uncounted(heap / 3)", upload: "uncounted(10GiB)" });
      assert.equal(young, MIB);
    });
    it("is given no more than that, where no check has seen what it comes to", () => {
      const options = { floor: null, x: "memoryBytes * 75%", y: "memoryBytes * 2", z: "y / 2" };
      const { x, y, z } = custom.tune(allot(GIB, 4), options);
      assert.deepEqual([x!.value, x!.boundBy, y!.value, y!.boundBy], [768 * MIB, null, 256 * MIB, "share"]);
      assert.match(y!.note!, /more than the app has left/);
      assert.equal(z!.value, 0);
    });
    it("counts on its floor in every expression, and needs no less", () => {
      const given = { floor: "2GiB", heap: "memoryBytes - 1GiB" };
      assert.equal(needs(given), 2 * GIB);
      assert.equal(needs({ floor: "512MiB", stacks: "min(vcpus, 256) * 1MiB", heap: "memoryBytes * 50%" }), 512 * MIB);
      assert.deepEqual(Object.keys(alone("custom", 2 * GIB, 1, given)), ["heap"]);
      assert.match(problemsOf({ floor: "2GB" })[0]![0], /custom's option floor can't be '2GB'/);
    });
    it("refuses what only a share beyond the largest instance's overdraws", () => {
      const given = { floor: "64TiB", cache: "if(memoryBytes > 33TiB, memoryBytes * 2, 1MiB)" };
      assert.match(problemsOf(given)[0]![0], /option cache: comes to 128 TiB of a share of 64 TiB, in column 1/);
    });
    it("takes a hundred settings, and not one more", () => {
      const many = (number: number): Given =>
        Object.fromEntries(
          Array.from({ length: number }, (_, index) => [`s${index}`, `min(vcpus, ${index + 1}) * 1MiB`]),
        );
      assert.ok(needs({ floor: "8GiB", ...many(100) }) >= 8 * GIB);
      assert.match(problemsOf(many(101))[0]![0], /101 settings, and 100 are the most/);
    });
  });

  for (const [expression, what, fix] of [
    ["memoryBytes/(vcpus-1)", "what is divided by can be 0, in column 12", "Write max(1, …) around the divisor."],
    ["vcpus % (cores - cores)", "what is divided by can be 0, in column 7", "Write max(1, …) around the divisor."],
    ["1 / 0", "what is divided by can be 0, in column 3", "Write max(1, …) around the divisor."],
    ["memorybytes", "there is no 'memorybytes' here, in column 1", "Did you mean 'memoryBytes'?"],
    ["y", "there is no 'y' here, in column 1", `${KNOWN} A text has quotes of its own: "'y'".`],
    [
      "constructor",
      "there is no 'constructor' here, in column 1",
      `${KNOWN} A text has quotes of its own: "'constructor'".`,
    ],
    ["toString(1)", "there is no function 'toString', in column 1", FUNCTIONS],
    ["true", "there is no 'true' here, in column 1", `${KNOWN} A text has quotes of its own: "'true'".`],
    [
      "diskBytes / 2",
      "diskBytes is not known on every machine, in column 1",
      "Write known(diskBytes, 100GiB): what to take where it is not.",
    ],
    ["known(vcpus, 1)", "known takes a fact's name first, in column 7", "Write one of diskBytes, gpus, numaNodes."],
    ["known(gpus, 1MiB)", "a size beside a plain number, in column 1", "Give the number a unit, such as 100MiB."],
    ["known(gpus, 'none')", "a text beside a number, in column 1", "Make both texts, in quotes, or both numbers."],
    ["'a' + 'b'", "a text cannot be calculated with, in column 5", "Compare it by == or !=, or choose it by if."],
    ["'a' < 'b'", "a text cannot be calculated with, in column 5", "Compare it by == or !=, or choose it by if."],
    ["max('a', 1)", "a text cannot be calculated with, in column 1", "Compare it by == or !=, or choose it by if."],
    ["-'a'", "a text cannot be calculated with, in column 1", "Compare it by == or !=, or choose it by if."],
    ["if('a', 1, 2)", "a text cannot be calculated with, in column 1", "Compare it by == or !=, or choose it by if."],
    ["vcpus == 'a'", "a text beside a number, in column 7", "Make both texts, in quotes, or both numbers."],
    ["if(vcpus > 1, 'a', 2)", "a text beside a number, in column 1", "Make both texts, in quotes, or both numbers."],
    ["if(vcpus > 1, 'a", "a text that does not end, in column 15", "Close it with '."],
    ["'a\u200bb'", "a text with U+200B (zero width space) in it, in column 1", "Write what can be seen, on one line."],
    ["'a\nb'", "a text with \\n in it, in column 1", "Write what can be seen, on one line."],
    ["size(1MiB, 'jvn')", "size does not know this app's spelling, in column 12", "Did you mean 'jvm'?"],
    [
      "size(vcpus, 'jvm')",
      "size and uncounted are for sizes, in column 1",
      "Leave them out, or give it a unit: 100MiB.",
    ],
    [
      "1MiB + size(1MiB, 'jvm')",
      "size is for a whole setting, not for a part of it, in column 8",
      "Put it outermost: size(a, 'jvm').",
    ],
    [
      "uncounted(uncounted(1MiB))",
      "uncounted is for a whole setting, not for a part of it, in column 11",
      "Put it outermost: uncounted(a).",
    ],
    ["uncounted(memoryBytes * 100)", "can be beyond 8 PiB, in column 1", "Bound it with min or clamp."],
    ["floor(vcpus, cores)", "a step must be a constant above 0, in column 14", "Write a number, or 1MiB."],
    ["floor(vcpus, 1MiB)", "a size beside a plain number, in column 1", "Give the number a unit, such as 100MiB."],
    ["1 + mxa(1, 2)", "there is no function 'mxa', in column 5", "Did you mean 'max'?"],
    ["vcpus + min", "min is a function, in column 9", "Write min(a, b, …)."],
    ["min(1)", "min does not take 1 values, in column 1", "Write min(a, b, …)."],
    ["if(1, 2)", "if does not take 2 values, in column 1", "Write if(condition, then, else)."],
    ["floor()", "floor does not take 0 values, in column 1", "Write floor(a) or floor(a, step)."],
    ["1 +", "expected a value, found the end, in column 4", "Put a number, a name or '(' here."],
    ["", "expected a value, found the end, in column 1", "Put a number, a name or '(' here."],
    ["1 + * 2", "expected a value, found '*', in column 5", "Put a number, a name or '(' here."],
    ["(1 + 2", "expected ')', found the end, in column 7", "Close the parenthesis."],
    ["1 + 2)", "unexpected ')', in column 6", "Put an operator before it."],
    ["7%3", "unexpected '3', in column 3", "Put an operator before it."],
    ["1 < vcpus < 3", "unexpected '<', in column 11", "Put an operator before it."],
    [
      "2GB",
      "'2GB' is not a size, in column 1",
      "GB is GiB to some programs and a power of 1000 to others: write 2GiB or 2000000000B.",
    ],
    ["1e9", "'1e9' is not a plain number, in column 1", "Write its digits alone: 16, 0.5, 1000."],
    ["vcpus * 010", "'010' is not a plain number, in column 9", "Write its digits alone: 16, 0.5, 1000."],
    ["2026-01-02", "'01' is not a plain number, in column 6", "Write its digits alone: 16, 0.5, 1000."],
    [
      "1.10",
      "a setting of custom is calculated, and 1.10 would become 1.1, in column 1",
      `Write 1.1; a text, such as a version, has quotes of its own: "'1.10'".`,
    ],
    ["memoryBytes + 5", "a size beside a plain number, in column 13", "Give the number a unit, such as 100MiB."],
    ["max(1MiB, vcpus)", "a size beside a plain number, in column 1", "Give the number a unit, such as 100MiB."],
    ["memoryBytes * 1MiB", "a size can't be multiplied by a size, in column 13", "Make one of them a plain number."],
    ["1 / memoryBytes", "a plain number divided by a size, in column 3", "Give the number a unit, such as MiB."],
    ["1MiB - 2MiB", "comes to less than no memory, of a share of 1 GiB, in column 1", "Write max(0, …) around it."],
    [
      "1GiB - vcpus * 4MiB",
      "comes to less than no memory, of a share of 1020 MiB with 1024 CPUs, in column 1",
      "Write max(0, …) around it.",
    ],
    ["vcpus * 999999999999", "can be beyond 10^15, in column 1", "Bound it with min or clamp."],
  ] as const) {
    it(`refuses '${expression}' with its column and a remedy`, () =>
      assert.deepEqual(problemsOf({ x: expression }), [[`custom's option x: ${what} of '${expression}'`, fix]]));
  }
  it("refuses what no expression has a use for", () => {
    for (const source of ["vcpus; 1", "a.b", "x = 1", "`1`", "1 && 2", "vcpus[0]", "🦊", "\u202e1", "a\u0000b"])
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
    assert.match(problemsOf({ gpus: "1" })[0]![0], /gpus is taken/);
  });
  it("reports every problem once, and not those that follow from it", () => {
    const whats = problemsOf({ a: "1 +", b: "a * 2", c: "b + d", e: "1 / 0" }).map(([what]) => what.slice(0, 40));
    assert.deepEqual(whats, ["custom's option a: expected a value, fou", "custom's option e: what is divided by ca"]);
  });
  it("refers to earlier settings only", () =>
    assert.match(problemsOf({ a: "b", b: "1" })[0]![0], /there is no 'b' here/));

  it("comes to a sound number for everything that it takes, on every machine", () => {
    const machineLeaf = fc.constantFrom("memoryBytes", "vcpus", "cores", "machineMemoryBytes", "known(gpus, 0)");
    const leaf = fc.oneof(
      machineLeaf,
      fc.constantFrom("known(diskBytes, 1GiB)", "if('a' == 'a', 1, 2)"),
      fc.constantFrom("0", "1", "2.5", "30%", "64MiB", "1GiB", "-3"),
    );
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
          const result = tuneAlone("custom", machine, { a: first, b: second, c: `uncounted(a + ${second})`, d: "a" });
          const fewer =
            result.kind === "tuned" ? result : tuneAlone("custom", machine, { a: first, b: `max(a, ${second})` });
          if (fewer.kind === "impossible") return;
          taken++;
          let counted = 0;
          for (const [name, { value, unit, text }] of Object.entries(fewer.settings)) {
            if (unit === "text") continue;
            assert.ok(typeof value === "number" && Number.isFinite(value) && !Object.is(value, -0));
            assert.match(text, /^-?\d+(\.\d+)?$/);
            if (unit === "bytes") assert.ok(Number.isSafeInteger(value) && value >= 0);
            if (unit === "bytes" && name !== "c") counted += value;
          }
          assert.ok(counted <= memoryBytes, `${counted} of ${memoryBytes}`);
        },
      ),
      { numRuns: 1500 },
    );
    assert.ok(taken > 40, `${taken} of 1500 were taken`);
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
  it("never fails on any words of its own, and what it takes is tuned on every machine from the floor on", () => {
    const words =
      "memoryBytes|vcpus|diskBytes|gpus|a|constructor|__proto__|known(|size(|uncounted(|if(|min(|floor(|)|(|,|+|-|*|/| % |<" +
      "|==|'jvm'|\"|'|1MiB|60%|2|0|1 GiB|1e9|\u200b|é|🦊|{a}|\n";
    const word = fc.constantFrom(...words.split("|"));
    const soup = fc.array(word, { maxLength: 12 }).map((drawn) => drawn.join(""));
    const call = fc
      .tuple(
        fc.constantFrom("size($, 'go')", "uncounted($)", "max(0, $)", "if(vcpus > 2, $, 1MiB)", "$"),
        fc.constantFrom(
          "memoryBytes * 40%",
          "memoryBytes - 1MiB",
          "known(diskBytes, 1GiB) / 4",
          "a / 2",
          "memoryBytes - a",
        ),
      )
      .map(([frame, inner]) => frame.replace("$", inner));
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(soup, call), fc.oneof(soup, call), fc.integer({ min: 0, max: 2 ** 40 }), (a, b, more) => {
        const resolved = resolveOptions(custom, { a, b });
        if (resolved.kind === "refused") return;
        taken++;
        const { options } = resolved;
        const floorBytes = custom.floorBytes(options);
        for (const { boundBy } of Object.values(custom.tune(allot(floorBytes, 1), options)))
          assert.equal(boundBy, null);
        custom.tune(allot(floorBytes + more, 64), options);
      }),
      { numRuns: 2000 },
    );
    assert.ok(taken > 100, `${taken} were taken`);
  });
});
