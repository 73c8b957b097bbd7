import assert from "node:assert/strict";
import type { SortKey } from "../../../../agent/cli/invocation.ts";
import { describeSize, limitsOf } from "../../../../agent/cli/machine-limits.ts";
import type { Division } from "../../../../agent/cli/print/print-division.ts";
import { fitDocument, formatFit } from "../../../../agent/cli/print/print-fit.ts";
import { formatSettings } from "../../../../agent/cli/print/print-settings.ts";
import { formatTuning, tuningDocument, type TunedMachine } from "../../../../agent/cli/print/print-tuning.ts";
import { choosePaint } from "../../../../agent/cli/text.ts";
import { findInstanceType } from "../../../../agent/facts/catalogue/catalogue.ts";
import { predictFacts } from "../../../../agent/facts/predict-facts.ts";
import type { GivenUp } from "../../../../agent/tuning/profile/degraded.ts";
import type { BelowUseful } from "../../../../agent/tuning/profile/profile.ts";
import { GIB, MIB } from "../../support/alone.ts";

const paint = choosePaint(false);

function fitting(
  type: string,
  memoryBytes: number,
  degraded: readonly GivenUp[] = [],
  leftOut: readonly string[] = [],
  belowUseful: readonly BelowUseful[] = [],
) {
  const plain = { name: "api", profile: "jvm", optional: false, memoryBytes, vcpus: 2, cores: 1, settings: {} };
  const app = { ...plain, degraded, belowUseful };
  const division = { unallocatedBytes: 0, unallocatedReason: null, spare: [], gained: [] };
  const budget = { availableBytes: memoryBytes, reservedBytes: 0, ...division, leftOut };
  const machine: TunedMachine = {
    type,
    vcpus: 2,
    memoryBytes,
    misfit: null,
    problems: [],
    tuning: { budget, apps: [app] },
  };
  return machine;
}

function misfit(type: string, memoryBytes: number, why: "memory" | "architecture"): TunedMachine {
  const problem = { what: `the apps need more (${why})`, fix: "Pick another." };
  return { type, vcpus: 2, memoryBytes, misfit: why, problems: [problem], tuning: null };
}

const SETTING = { value: 1, formula: "formula", inputs: {}, source: "a test", boundBy: null, note: null };

const gaveUp = [
  { setting: "threads", wanted: "250", got: "60" },
  { setting: "codeCache", wanted: "240M", got: "48M" },
];

function below(setting: string, got: string): BelowUseful {
  const [least, because] = [128 * MIB, "HotSpot itself starts with 128 MiB"];
  const at = { file: "parbake.yaml", line: 3 };
  return { setting, got, least, because, fix: "Give api more memory, or lower the option threads.", at };
}

// The catalogue's order is that of names, in which 2xlarge comes before large.
const machines = [
  misfit("m7i.large", 8 * GIB, "architecture"),
  fitting("t4g.2xlarge", 32 * GIB),
  fitting("t4g.large", 8 * GIB),
  fitting("t4g.medium", 4 * GIB, gaveUp, [], [below("heap", "64 MiB")]),
  misfit("t4g.micro", GIB, "memory"),
  misfit("t4g.nano", 512 * MIB, "memory"),
  fitting("x2gd.large", 32 * GIB, [], ["batch"]),
  misfit("z1.large", GIB / 2, "memory"),
];

const ALL = { fits: false, sort: "name" } as const;

describe("the whole catalogue", () => {
  it("is shown by family: the smallest that fits, the smallest with nothing given up, and those that are too small", () => {
    assert.equal(
      formatFit(machines, ALL, paint),
      `the image fits on 4 of 8 types
family  smallest             no warning  nothing lost  fits  too small
t4g     t4g.medium (4 GiB)   t4g.large   t4g.large     3/5   nano, micro
x2gd    x2gd.large (32 GiB)              none          1/1
z1      none                                           0/1   large
too small: 3 types; on t4g.micro, the apps need more (memory)
of another architecture: 1 type
! 1 type: api: too little heap, and HotSpot itself starts with 128 MiB
`,
    );
  });
  it("is shown without what is too small, if asked", () =>
    assert.equal(
      formatFit(machines, { fits: true, sort: "name" }, paint),
      `the image fits on 4 of 8 types
family  smallest             no warning  nothing lost  fits
t4g     t4g.medium (4 GiB)   t4g.large   t4g.large     3/5
x2gd    x2gd.large (32 GiB)              none          1/1
! 1 type: api: too little heap, and HotSpot itself starts with 128 MiB
`,
    ));
  it("is in the order of names, memory, CPUs, or of how many types the image fits on", () => {
    const small = { ...fitting("a1.large", 2 * GIB), vcpus: 8 };
    const order = (sort: SortKey) => {
      const { families } = fitDocument([...machines, small], { fits: false, sort }) as {
        families: { family: string }[];
      };
      return families.map(({ family }) => family).join(" ");
    };
    assert.equal(order("name"), "t4g x2gd z1 a1");
    assert.equal(order("memory"), "a1 t4g x2gd z1");
    assert.equal(order("vcpus"), "t4g x2gd a1 z1");
    assert.equal(order("fits"), "t4g x2gd a1 z1");
  });
  it("has only what fits for programs, too, if asked", () => {
    const { types } = fitDocument(machines, { fits: true, sort: "name" }) as { types: { type: string }[] };
    assert.deepEqual(
      types.map(({ type }) => type),
      ["t4g.2xlarge", "t4g.large", "t4g.medium", "x2gd.large"],
    );
  });
  it("is summed up for programs, each type as for named ones", () => {
    const { families, types } = fitDocument(machines, ALL) as { families: unknown; types: readonly object[] };
    assert.deepEqual(families, [
      {
        family: "t4g",
        smallest: "t4g.medium",
        smallestUseful: "t4g.large",
        smallestWhole: "t4g.large",
        fits: 3,
        of: 5,
      },
      { family: "x2gd", smallest: "x2gd.large", smallestUseful: "x2gd.large", smallestWhole: null, fits: 1, of: 1 },
      { family: "z1", smallest: null, smallestUseful: null, smallestWhole: null, fits: 0, of: 1 },
    ]);
    assert.deepEqual({ schema: 1, types }, tuningDocument(machines));
    assert.deepEqual(types[4], {
      type: "t4g.micro",
      vcpus: 2,
      usableVcpus: 2,
      memoryBytes: GIB,
      memTotalBytes: GIB,
      cpuBaselinePercent: null,
      fits: false,
      problems: ["the apps need more (memory). Pick another."],
      apps: {},
    });
  });
});

describe("a machine's tuning", () => {
  it("says what each app gave up, and which are left out", () => {
    const text = formatTuning([fitting("t4g.medium", 4 * GIB, gaveUp, ["batch"])], paint);
    assert.match(text, /^ *batch is left out: too little memory; the others have their floors$/m);
    assert.match(text, /^ *api gave up: threads 250 → 60, codeCache 240M → 48M$/m);
  });
  it("names the machine's own memory and CPUs, and what a cgroup leaves of them", () => {
    const memory = { memTotalBytes: 16 * GIB, memLimitBytes: 4 * GIB };
    const facts = { ...memory, vcpus: 2, cores: 1, cpuQuota: 1.5, cpuBaselinePercent: null };
    const machine = { ...fitting("here", 4 * GIB), ...limitsOf(facts) };
    assert.match(
      formatTuning([machine], paint),
      /^memory as the OS sees it +16 GiB\nlimit of the cgroup +4 GiB\nvCPUs +2\nCPU quota of the cgroup +1\.5, counts as 1\n/m,
    );
    const [document] = (tuningDocument([machine]) as { types: Readonly<Record<string, unknown>>[] }).types;
    const { vcpus, usableVcpus, memoryBytes, memTotalBytes } = document!;
    assert.deepEqual([vcpus, usableVcpus, memoryBytes, memTotalBytes], [2, 1, 4 * GIB, 16 * GIB]);
    assert.doesNotMatch(formatTuning([fitting("here", 4 * GIB)], paint), /cgroup/);
  });
  // EC2 User Guide: a t3.small earns 24 credits an hour for its two vCPUs, 20 % of each.
  it("names the baseline of a burstable type", () => {
    const ofType = (type: string) => limitsOf(predictFacts(findInstanceType(type)!));
    const typed = ["t3.small", "m7g.large"].map((type) => ({ ...fitting(type, 2 * GIB), ...ofType(type) }));
    assert.match(formatTuning(typed, paint), /^burstable +baseline 20 % of each vCPU *$/m);
    assert.doesNotMatch(formatTuning(typed.slice(1), paint), /burstable/);
    const { types } = tuningDocument(typed) as { types: Readonly<Record<string, unknown>>[] };
    assert.deepEqual(
      types.map(({ cpuBaselinePercent }) => cpuBaselinePercent),
      [20, null],
    );
    const sizes = { memoryBytes: GIB, ofBytes: GIB, ...ofType("t3.nano") };
    assert.match(formatSettings({}, sizes, paint), /^burstable: baseline 5 % of each vCPU$/m);
  });
  it("has the size in a sentence, with what a cgroup leaves of it", () => {
    const facts = { memTotalBytes: 16 * GIB, memLimitBytes: 16 * GIB, vcpus: 2, cores: 1, cpuQuota: null };
    assert.equal(describeSize(facts), "2 CPUs, 16 GiB");
    assert.equal(
      describeSize({ ...facts, memLimitBytes: 4 * GIB, cpuQuota: 1.5 }),
      "2 CPUs (CPU quota of the cgroup 1.5, counts as 1), 4 GiB (limit of the cgroup, of 16 GiB)",
    );
  });
  it("has no row of the reserve where no machine holds the image", () =>
    assert.doesNotMatch(formatTuning([misfit("t4g.nano", 512 * MIB, "memory")], paint), /^reserve/m));
  it("says nothing of what rounding leaves to the page cache", () => {
    const left = (unallocatedBytes: number): string => {
      const machine = fitting("here", GIB);
      const { budget, apps } = machine.tuning!;
      return formatTuning([{ ...machine, tuning: { budget: { ...budget, unallocatedBytes }, apps } }], paint);
    };
    assert.doesNotMatch(left(1), /page cache/);
    assert.doesNotMatch(left(MIB - 1), /page cache/);
    assert.match(left(300 * MIB), /^ {2}page cache +░+ +300 MiB +29 %$/m);
  });
  it("names an app once that is called like its profile", () => {
    const { budget, apps } = fitting("here", GIB).tuning!;
    const named = apps.map((app) => ({ ...app, name: "nginx", profile: "nginx" }));
    const text = formatTuning([{ ...fitting("here", GIB), tuning: { budget, apps: [...named, ...apps] } }], paint);
    assert.match(text, /^nginx +1 GiB$/m);
    assert.match(text, /^api jvm +1 GiB$/m);
  });
  it("says beside a size how much it is, where its text is hard to read", () => {
    const size = (text: string, value: number) => ({ ...SETTING, unit: "bytes" as const, text, value });
    const settings = {
      buffers: size("901226kB", 922_855_424),
      heap: size("880m", 880 * MIB),
      limit: size("0x37000000", 880 * MIB),
    };
    const text = formatSettings(settings, { memoryBytes: GIB, ofBytes: GIB }, paint);
    assert.match(text, /^buffers +901226kB \(880\.1 MiB\) /m);
    assert.match(text, /^heap +880m +formula/m);
    assert.match(text, /^limit +0x37000000 \(880 MiB\) /m);
  });
  it("is not silent about an app of custom without settings", () =>
    assert.equal(
      formatSettings({}, { memoryBytes: GIB, ofBytes: GIB }, paint),
      "custom has no settings of its own. Give it one: --set 'workers=max(2, vcpus - 1)'\n",
    ));
  it("names the machine of several", () => {
    const text = formatTuning([fitting("t4g.medium", 4 * GIB, gaveUp), fitting("t4g.large", 8 * GIB)], paint);
    assert.match(text, /^api gave up on t4g\.medium: threads 250 → 60, codeCache 240M → 48M$/m);
    assert.doesNotMatch(text, /on t4g\.large/);
  });
});

describe("what is said of a division", () => {
  it("says what apps could not use, and who has it", () => {
    const said = (division: Partial<Division>, ...others: TunedMachine[]) => {
      const { tuning, ...machine } = fitting("t4g.large", 8 * GIB);
      const divided = { ...machine, tuning: { ...tuning!, budget: { ...tuning!.budget, ...division } } };
      return formatTuning([divided, ...others], paint)
        .split("\n")
        .filter((line) => /can't use|no app/.test(line))
        .map((line) => line.trim());
    };
    const spare = [
      { app: "web", memoryBytes: 2 * GIB },
      { app: "cache", memoryBytes: GIB },
    ];
    const gained = [
      { app: "db", memoryBytes: 1.5 * GIB },
      { app: "api", memoryBytes: GIB },
    ];
    assert.deepEqual(said({ spare, gained, unallocatedBytes: GIB / 2, unallocatedReason: "caps" }), [
      "of 3 GiB that web and cache can't use, db got 1.5 GiB, api 1 GiB, the page cache 512 MiB",
    ]);
    assert.deepEqual(said({ spare, unallocatedBytes: 3 * GIB, unallocatedReason: "caps" }, machines[3]!), [
      "on t4g.large, of 3 GiB that web and cache can't use, the page cache got 3 GiB",
    ]);
    assert.deepEqual(said({ unallocatedBytes: GIB, unallocatedReason: "caps" }), [
      "left to the page cache: no app can use more",
    ]);
    assert.deepEqual(said({ unallocatedBytes: 8 * GIB, unallocatedReason: "no apps" }), [
      "left to the page cache: no app takes memory",
    ]);
    assert.deepEqual(said({ spare: [{ app: "web", memoryBytes: 3 }], gained: [{ app: "db", memoryBytes: 3 }] }), []);
  });
  it("warns of what an expert would not sign, once for all machines, and calls it given up no second time", () => {
    const small = fitting("t4g.small", 2 * GIB, gaveUp, [], [below("heap", "64 MiB"), below("threads", "60")]);
    const warnings = (...all: TunedMachine[]): string[] =>
      formatTuning(all, paint)
        .split("\n")
        .filter((line) => /^!|gave up/.test(line))
        .map((line) => line.trim());
    assert.deepEqual(warnings(small), [
      "api gave up: codeCache 240M → 48M",
      "! parbake.yaml:3: api: heap is only 64 MiB, and HotSpot itself starts with 128 MiB. Give api more memory, or lower the option threads.",
      "! parbake.yaml:3: api: threads is only 60 of 250, and HotSpot itself starts with 128 MiB. Give api more memory, or lower the option threads.",
    ]);
    const heapOf = (type: string, got: string): TunedMachine => fitting(type, GIB, [], [], [below("heap", got)]);
    const [first, ...rest] = ["t1", "t2", "t3", "t4", "t5"].map((type, index) => heapOf(type, `${64 + index} MiB`));
    assert.match(
      warnings(first!, rest[0]!)[0]!,
      /^! parbake.yaml:3: api: heap is only 64 MiB on t1 and 65 MiB on t2, and H/,
    );
    assert.match(
      warnings(first!, ...rest)[0]!,
      /: heap is only 64 MiB on t1, 65 MiB on t2, 66 MiB on t3 and likewise on 2 more, and H/,
    );
  });
});
