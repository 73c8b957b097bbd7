import assert from "node:assert/strict";
import fc from "fast-check";
import { readCatalogue } from "../../../agent/facts/catalogue/catalogue.ts";
import { factsForSize } from "../../../agent/facts/predict-facts.ts";
import { familyOf } from "../../../agent/names/instance-size.ts";
import { divide } from "../../../agent/page/divide.ts";
import { findLeastBytes, tryFamilies } from "../../../agent/page/fit-families.ts";
import { listSubjects, traceCurve } from "../../../agent/page/trace-curve.ts";
import { tryMachine } from "../../../agent/page/try-machine.ts";
import { prepareImage, tuneImage } from "../../../agent/tuning/compute-tuning.ts";
import { MIB } from "../support/alone.ts";
import { anyImage, anyMemory, anyVcpus, app, cappedImage, image } from "../support/any-image.ts";

const ROWS = [...readCatalogue().rows.values()].filter(({ type }) => ["t4g", "t3", "m7g"].includes(familyOf(type)));

const CONFIG = { ...image(app("db", "postgresql"), app("web", "nginx")), architectures: [] };
const IMAGE = prepareImage(CONFIG);

describe("the machine that the page tries", () => {
  const verdict = (memoryBytes: number): string => {
    const machine = { name: "x", label: "x", facts: factsForSize(memoryBytes, 2) };
    return tryMachine(CONFIG, IMAGE, machine).verdict;
  };

  it("is too small, too tight, or has all that the apps want, as it grows", () => {
    assert.deepEqual([128 * MIB, 512 * MIB, 16384 * MIB].map(verdict), ["small", "warned", "fits"]);
  });

  it("is of other CPUs than the image, whatever its size", () => {
    const machine = tryFamilies(CONFIG, IMAGE, ROWS)[0]!.tried.at(-1)!.machine;
    assert.equal(machine.facts.architecture, "arm64");
    const tried = tryMachine({ architectures: ["x86_64"] }, IMAGE, machine);
    assert.deepEqual([tried.verdict, tried.tuning, tried.problems.length], ["other", null, 1]);
  });
});

describe("the bar of a machine", () => {
  it("is all of its memory, for any image that fits", () => {
    fc.assert(
      fc.property(anyImage, anyMemory, anyVcpus, (config, memoryBytes, vcpus) => {
        const machine = { name: "x", label: "x", facts: factsForSize(memoryBytes, vcpus) };
        const page = { ...config, architectures: [] };
        const tried = tryMachine(page, prepareImage(page), machine);
        const sum = divide(page, tried).reduce((total, piece) => total + piece.memoryBytes, 0);
        assert.equal(sum, tried.tuning === null ? 0 : memoryBytes);
      }),
    );
  });

  it("has the secrets' memory beside the reserve", () => {
    const page = { ...CONFIG, secretsSizeBytes: 8 * MIB };
    const machine = { name: "x", label: "x", facts: factsForSize(8192 * MIB, 2) };
    const pieces = divide(page, tryMachine(page, prepareImage(page), machine));
    assert.deepEqual(
      pieces.map(({ kind, label }) => `${kind} ${label}`),
      ["reserve reserve", "secrets secrets", "app db", "app web"],
    );
    assert.equal(pieces[1]?.memoryBytes, 8 * MIB);
  });
});

describe("where the image stops fitting", () => {
  it("is to a MiB the floors and the reserve of that machine", () => {
    // 128 MiB and 6 % of the whole are the reserve: 1000 MiB of floors need (1000 + 128) / 0.94 MiB, which is 1200.
    const capped = cappedImage({ floorBytes: 1000 * MIB, perCpuBytes: null });
    assert.equal(findLeastBytes(capped, 2), 1200 * MIB);
  });

  it("is where one MiB less is too little, for any image", () => {
    fc.assert(
      fc.property(anyImage, anyVcpus, (config, vcpus) => {
        const prepared = prepareImage(config);
        const leastBytes = findLeastBytes(prepared, vcpus);
        if (leastBytes === null) return assert.ok(prepared.problems.length > 0);
        assert.equal(tuneImage(prepared, factsForSize(leastBytes, vcpus)).kind, "tuned");
        const less = tuneImage(prepared, factsForSize(leastBytes - MIB, vcpus)).kind;
        assert.equal(less, leastBytes === MIB ? "tuned" : "impossible");
      }),
      { numRuns: 50 },
    );
  });

  it("is told family by family, the smallest type first, without other architectures", () => {
    const families = tryFamilies({ ...CONFIG, architectures: ["arm64"] }, IMAGE, ROWS);
    assert.deepEqual(families.map(({ name }) => name).toSorted(), ["m7g", "t4g"]);
    const types = families.find(({ name }) => name === "t4g")?.tried.map(({ machine }) => machine.name);
    assert.deepEqual(types, [
      "t4g.nano",
      "t4g.micro",
      "t4g.small",
      "t4g.medium",
      "t4g.large",
      "t4g.xlarge",
      "t4g.2xlarge",
    ]);
  });
});

describe("the curve of a setting", () => {
  const families = tryFamilies(CONFIG, IMAGE, ROWS);
  const t4g = families.find(({ name }) => name === "t4g")!;

  it("has the value of each type that the image fits on", () => {
    const { unit, points } = traceCurve(t4g, "db.shared_buffers");
    assert.equal(unit, "bytes");
    for (const [index, { machine, tuning }] of t4g.tried.entries()) {
      const expected = tuning?.apps[0]?.settings["shared_buffers"];
      assert.deepEqual([points[index]?.type, points[index]?.value], [machine.name, expected?.value ?? null]);
    }
    assert.ok(points.filter(({ value }) => value !== null).length > 4);
  });

  it("can be that of an app's share, and of each of its settings", () => {
    const subjects = listSubjects(families);
    assert.ok(["db", "db.shared_buffers", "web.worker_processes"].every((subject) => subjects.includes(subject)));
    assert.equal(traceCurve(t4g, "db").points.at(-1)?.value, t4g.tried.at(-1)?.tuning?.apps[0]?.memoryBytes);
  });

  it("has no value for what is not there", () =>
    assert.ok(traceCurve(t4g, "db.nothing").points.every(({ value }) => value === null)));
});
