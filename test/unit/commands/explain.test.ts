import assert from "node:assert/strict";
import { makeScratchImage, type ScratchImage } from "../../binary/support/scratch-image.ts";
import { runCommand } from "../support/run-command.ts";

// On 1 GiB the reserve is 189.4 MiB (128 MiB and 6 %), and 834.6 MiB are the apps'.
const CONFIG = `imds: optional
apps:
  db: { profile: postgresql, memory: { min: 600MiB } }
  big: { profile: go, memory: { min: 300MiB }, optional: true }
  small: { profile: go, memory: { min: 100MiB }, optional: true }
  middle: { profile: go, memory: { min: 250MiB }, optional: true }
`;

describe("the explanation of an optional app that is left out", () => {
  let image: ScratchImage;
  before(() => void (image = makeScratchImage(CONFIG)));
  after(() => image.remove());

  async function lastLineOf(app: string): Promise<string> {
    const { out } = await runCommand(image, "explain", app, "--memory", "1GiB", "--cpus", "2");
    return out.trimEnd().split("\n").at(-1)!;
  }

  it("says that its floor does not fit, of the first of them alone", async () =>
    assert.equal(
      await lastLineOf("big"),
      "big is optional and left out: its floor of 300 MiB does not fit beside those of the others. " +
        "To change that: a larger instance type, or lower floors of the others.",
    ));
  it("names the app that it stands behind, and advises to move it where it would fit", async () =>
    assert.equal(
      await lastLineOf("small"),
      "small is optional and left out: it comes after big, which does not fit; its floor of 100 MiB would. " +
        "To change that: a larger instance type, or put it before big.",
    ));
  it("advises nothing that would not help", async () =>
    assert.equal(
      await lastLineOf("middle"),
      "middle is optional and left out: it comes after big, which does not fit, nor does its floor of 250 MiB. " +
        "To change that: a larger instance type, or lower floors.",
    ));
  it("has moved an app in as advised", async () => {
    const moved = makeScratchImage(CONFIG.replace(/ {2}big: .*\n/, "").concat(CONFIG.match(/ {2}big: .*\n/)![0]));
    const { out } = await runCommand(moved, "tune", "--memory", "1GiB", "--cpus", "2");
    moved.remove();
    assert.match(out, /^ *middle is left out: .*\n *big is left out: /m);
    assert.match(out, /^small go +100 MiB$/m);
  });
});

describe("the explanation of a setting", () => {
  let image: ScratchImage;
  before(() => void (image = makeScratchImage("imds: optional\napps: { api: { profile: jvm } }\n")));
  after(() => image.remove());

  async function explain(setting: string): Promise<string> {
    return (await runCommand(image, "explain", `api.${setting}`, "--memory", "8GiB", "--cpus", "1")).out;
  }

  it("has an option's size as an amount, and a number as it is", async () => {
    const out = await explain("heap");
    assert.match(out, /option threadStack \(1 MiB\): /);
    assert.match(out, /option loadedClasses \(15000\): /);
  });
  it("says of a formula with the floor in it that the rest would give less", async () =>
    assert.match(await explain("concGcThreads"), /^ +bound by +floor: the least that makes sense; all else /m));
});

describe("the explanation of a setting that a profile leaves alone", () => {
  it("says why, and that there is nothing to set", async () => {
    const image = makeScratchImage("imds: optional\napps: { kernel: { profile: sysctl } }\n");
    const { status, err } = await runCommand(image, "explain", "kernel.fs.file-max", "--memory", "8GiB", "--cpus", "1");
    image.remove();
    assert.equal(status, 64);
    assert.match(
      err,
      /kernel leaves fs\.file-max alone: systemd sets it to the most .*LimitNOFILE of its unit\. It needs no setting\.$/m,
    );
  });
});

describe("the explanation of a setting of custom", () => {
  let image: ScratchImage;
  before(() => {
    const options = 'quota: "floor(memoryBytes / 4, 1MiB)", heap: memoryBytes - quota, snapshots: 10000';
    image = makeScratchImage(`imds: optional\napps: { kv: { profile: custom, options: { ${options} } } }\n`);
  });
  after(() => image.remove());

  const explain = async (setting: string): Promise<string> =>
    (await runCommand(image, "explain", `kv.${setting}`, "--memory", "4GiB", "--cpus", "2")).out;

  it("has a setting that is made of another with that as an amount", async () => {
    const out = await explain("heap");
    assert.match(out, /^ +in numbers +3\.6 GiB - 930 MiB$/m);
    assert.match(out, /^ +quota +930 MiB \(975175680 bytes\)$/m);
  });
  it("is changed by its expression, a constant too", async () => {
    assert.match(await explain("snapshots"), /^ +changed by +option snapshots \(10000\): the operator's expression$/m);
    assert.match(
      await explain("quota"),
      /^ +option quota \(floor\(memoryBytes \/ 4, 1MiB\)\): the operator's expression$/m,
    );
  });
});

describe("an image that is mounted, and no type is named", () => {
  const APPS = "imds: optional\napps: { web: { profile: nginx } }\n";
  let image: ScratchImage;
  afterEach(() => image.remove());

  async function firstLineOf(config: string, ...words: readonly string[]): Promise<string> {
    image = makeScratchImage(config);
    const { status, out, err } = await runCommand(image, ...words);
    assert.equal(status, 0, err);
    return out.split("\n")[0]!;
  }

  it("is explained on the first type of launchOn, and how many more there are", async () =>
    assert.equal(
      await firstLineOf(`launchOn: [m7g.large, r7i.4xlarge]\n${APPS}`, "explain", "web"),
      "web nginx on m7g.large (the first of 2 types of launchOn; --instance-type names another), 2 vCPUs",
    ));
  it("is explained on its one type, by name alone", async () =>
    assert.equal(
      await firstLineOf(`launchOn: [m7g.large]\n${APPS}`, "explain", "web"),
      "web nginx on m7g.large, 2 vCPUs",
    ));
  it("is explained on this machine where launchOn is not set, and on the type that is named", async () => {
    assert.match(await firstLineOf(APPS, "explain", "web"), /^web nginx on this machine, /);
    image.remove();
    assert.equal(
      await firstLineOf(`launchOn: [m7g.large]\n${APPS}`, "explain", "web", "--instance-type", "r7i.4xlarge"),
      "web nginx on r7i.4xlarge, 16 vCPUs",
    );
  });
  it("is tuned for all types of launchOn, else for this machine", async () => {
    assert.match(
      await firstLineOf(`launchOn: [m7g.large, r7i.4xlarge]\n${APPS}`, "tune"),
      /^ +m7g\.large +r7i\.4xlarge$/,
    );
    image.remove();
    assert.match(await firstLineOf(APPS, "tune"), /^ +here$/);
  });
  it("has its types in JSON, where this machine is still `here`", async () => {
    image = makeScratchImage(`launchOn: [m7g.large, r7i.4xlarge]\n${APPS}`);
    const typesOf = async () => {
      const { types } = JSON.parse((await runCommand(image, "tune", "--json")).out) as { types: { type: string }[] };
      return types.map(({ type }) => type);
    };
    assert.deepEqual(await typesOf(), ["m7g.large", "r7i.4xlarge"]);
    image.write("etc/parbake/parbake.yaml", APPS);
    assert.deepEqual(await typesOf(), ["here"]);
  });
});
