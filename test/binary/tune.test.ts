import assert from "node:assert/strict";
import { readCatalogue } from "../../agent/facts/catalogue/catalogue.ts";
import { PROFILES } from "../../agent/tuning/profiles.ts";
import { makeScratchImage, type Outcome, type ScratchImage } from "./support/scratch-image.ts";

const GIB = 2 ** 30;

const CONFIG = `apps:
  db: { profile: postgresql, memory: { weight: 3, min: 512MiB } }
  api: { profile: jvm, memory: { weight: 1 }, options: { threads: 100 } }
  extra: { profile: kafka, optional: true }
  kernel: { profile: sysctl }
`;

interface TypeDocument {
  readonly type: string;
  readonly memoryBytes: number;
  readonly fits: boolean;
  readonly problems: readonly string[];
  readonly budget?: { readonly availableBytes: number; readonly reservedBytes: number; readonly leftOut: string[] };
  readonly apps: Readonly<Record<string, { readonly memoryBytes: number; readonly degraded: readonly unknown[] }>>;
}

interface FitDocument {
  readonly families: readonly { readonly family: string; readonly smallest: string | null; readonly of: number }[];
  readonly types: readonly TypeDocument[];
}

interface ProfileDocument {
  readonly settings: Readonly<Record<string, object>>;
}

describe("the calculator in the compiled binary", function () {
  this.timeout(30_000);
  let image: ScratchImage;
  before(() => void (image = makeScratchImage(CONFIG)));
  after(() => image.remove());

  const run = (...parameters: string[]): Promise<Outcome> => image.run(null, ...parameters);

  it("gives every profile's settings for a size, each with all that explains it", async () => {
    for (const name of PROFILES.keys()) {
      const set = name === "custom" ? ["--set", "workers=max(2, vcpus - 1)"] : [];
      const outcome = await run("tune", name, "--memory", "16GiB", "--cpus", "4", "--json", ...set);
      assert.equal(outcome.status, 0, name + outcome.stderr);
      const { settings, ...head } = JSON.parse(outcome.stdout) as ProfileDocument;
      assert.deepEqual(head, { schema: 1, profile: name, memoryBytes: 16 * GIB, vcpus: 4, belowUseful: [] });
      assert.ok(Object.keys(settings).length > 0, name);
      for (const [setting, words] of Object.entries(settings))
        assert.deepEqual(
          Object.keys(words),
          ["value", "unit", "text", "formula", "inputs", "source", "boundBy", "note"],
          `${name}.${setting}`,
        );
    }
  });

  it("tunes a JVM in 512 MiB by giving up threads and code cache, not heap", async () => {
    const { status, stdout } = await run("tune", "jvm", "--memory", "512MiB", "--cpus", "1", "--json");
    const { settings } = JSON.parse(stdout) as { settings: Record<string, { value: unknown; boundBy: unknown }> };
    assert.equal(status, 0);
    assert.deepEqual([settings["heap"]!.value, settings["threads"]!.boundBy], [314_572_800, "ladder"]);
  });

  it("refuses less than the floor, with the shortfall and what would help", async () => {
    const { status, stdout, stderr } = await run("tune", "jvm", "--memory", "100MiB", "--cpus", "1");
    assert.deepEqual([status, stdout], [78, ""]);
    assert.match(stderr, /jvm needs at least 238\.3 MiB but has 100 MiB/);
  });

  it("warns of a heap that no one would sign, and says so in JSON", async () => {
    const small = ["tune", "jvm", "--memory", "256MiB", "--cpus", "1"];
    const { status, stdout } = await run(...small);
    assert.equal(status, 0);
    assert.match(stdout, /^! jvm: heap is only [\d.]+ MiB, and HotSpot .*\. Give it more memory/m);
    const { belowUseful } = JSON.parse((await run(...small, "--json")).stdout) as {
      belowUseful: { setting: string }[];
    };
    assert.ok(belowUseful.some(({ setting }) => setting === "heap"));
    assert.doesNotMatch((await run("tune", "jvm", "--memory", "2GiB", "--cpus", "1")).stdout, /^!/m);
  });

  it("never shares out more than each machine of the catalogue has", async () => {
    const { stdout } = await run("tune", "--all-types", "--json");
    const { families, types } = JSON.parse(stdout) as FitDocument;
    assert.equal(types.length, readCatalogue().rows.size);
    for (const { type, memoryBytes, budget, apps, fits, problems } of types) {
      if (!budget) {
        assert.ok(!fits && problems.length > 0, type);
        continue;
      }
      const given = Object.values(apps).reduce((sum, app) => sum + app.memoryBytes, 0);
      assert.ok(given <= budget.availableBytes, type);
      assert.equal(budget.availableBytes + budget.reservedBytes, memoryBytes, type);
    }
    assert.equal(
      families.reduce((sum, family) => sum + family.of, 0),
      types.length,
    );
    assert.equal(families.find(({ family }) => family === "t4g")?.smallest, "t4g.small");
  });

  it("says for people how many types hold the image, and what the largest of the others lacks", async () => {
    const { status, stdout } = await run("tune", "--all-types");
    assert.equal(status, 0);
    assert.match(stdout, /^the image fits on \d+ of \d+ types\n/);
    assert.match(stdout, /\nt4g +t4g\.small \(1\.8 GiB\)(?: +t4g\.\w+)+ +\d\/7 +nano, micro\n/);
    assert.match(stdout, /too small: \d+ types; on \S+, the apps need at least/);
  });

  it("ends with 78 where the image does not fit on a machine that was named, and still shows the others", async () => {
    const [small, large] = ["t4g.nano", "m7g.large"];
    for (const [types, expected] of [
      [large, 0],
      [small, 78],
      [`${small},${large}`, 78],
    ] as const) {
      const { status, stdout } = await run("tune", "--instance-type", types, "--json");
      const { types: shown } = JSON.parse(stdout) as FitDocument;
      assert.deepEqual([status, shown.map(({ type }) => type).join(",")], [expected, types]);
      assert.equal((await run("check", "--instance-type", types)).status, expected, types);
    }
    assert.match((await run("tune", "--instance-type", small)).stdout, /^does not fit on t4g\.nano:$/m);
  });

  it("ends with 78 and no heading of misfits where the config is wrong, and where no type is large enough", async () => {
    const wrong = makeScratchImage("apps:\n  db: { profile: postgresql, options: { versoin: 16 } }\n");
    const huge = makeScratchImage("apps:\n  db: { profile: postgresql, memory: { min: 40TiB } }\n");
    try {
      for (const parameters of [
        ["--instance-type", "t4g.nano,m7g.large"],
        ["--all-types"],
        ["--memory", "1GiB", "--cpus", "1"],
      ]) {
        const { status, stdout, stderr } = await wrong.run(null, "tune", ...parameters);
        assert.deepEqual([status, stdout], [78, ""]);
        assert.match(stderr, /parbake\.yaml:2:\d+: .*postgresql has no option 'versoin'. Did you mean 'version'\?/);
        assert.doesNotMatch(stderr, /does not fit/);
      }
      const { status, stdout } = await huge.run(null, "tune", "--all-types");
      assert.equal(status, 78);
      assert.match(stdout, /^the image fits on 0 of/);
    } finally {
      wrong.remove();
      huge.remove();
    }
  });

  it("says what an app gave up on a small machine, and on which", async () => {
    const { stdout } = await run("tune", "--instance-type", "t4g.small,m7g.large", "--json");
    const [small, large] = (JSON.parse(stdout) as { types: TypeDocument[] }).types;
    assert.deepEqual(small?.budget?.leftOut, []);
    assert.notDeepEqual(small?.apps["api"]?.degraded, []);
    assert.deepEqual(large?.apps["api"]?.degraded, []);
  });

  it("explains a setting: formula, numbers, bound, source and what would change it", async () => {
    const { status, stdout } = await run("explain", "db.shared_buffers", "--instance-type", "m7g.large");
    assert.equal(status, 0);
    for (const line of [
      /^db postgresql on m7g\.large, 2 vCPUs\ndb\.shared_buffers = \d+MB \([\d.]+ GiB, \d+ bytes\)$/m,
      /^ +formula +memoryBytes \/ 4$/m,
      /^ +in numbers +[\d.]+ GiB \/ 4$/m,
      /^ +bound by +nothing/m,
      /^ +source +le0pard\/pgtune/m,
      /^ +changed by +apps\.db\.memory .* with twice the share \d+MB$/m,
    ])
      assert.match(stdout, line);
  });

  it("explains a share from the machine's memory down to the app", async () => {
    const { stdout } = await run("explain", "api", "--instance-type", "m7g.large");
    assert.match(
      stdout,
      /memory as the OS sees it +7\.\d GiB\n +- reserve +[\d.]+ MiB .*\n += for all apps +[\d.]+ GiB\n/,
    );
    assert.match(stdout, /its part by weight +[\d.]+ GiB +weight 1 of [\d.]+, as memory\.weight says\n/);
    assert.match(
      stdout,
      /its share +[\d.]+ GiB +floor [\d.]+ MiB, (no cap|cap [\d.]+ GiB \(all that jvm can use .*\))/,
    );
  });

  it("names the nearest setting, app, profile and type of an unknown one", async () => {
    for (const [parameters, says] of [
      [["explain", "db.shared_bufers", "--instance-type", "m7g.large"], "Did you mean 'shared_buffers'?"],
      [["explain", "bd", "--instance-type", "m7g.large"], "Did you mean 'db'?"],
      [["tune", "postgres", "--memory", "1GiB", "--cpus", "1"], "Did you mean 'postgresql'?"],
      [["tune", "--instance-type", "m7g.lrage"], "Did you mean 'm7g.large'?"],
    ] as const) {
      const { status, stderr } = await run(...parameters);
      assert.ok(status === 64 || status === 78, `${parameters.join(" ")}: ${status}`);
      assert.ok(stderr.includes(says), stderr);
    }
  });
});
