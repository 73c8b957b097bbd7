// Who tells of values that an expert would not sign: every command that shows a tuning or acts by one.

import assert from "node:assert/strict";
import type { Profile } from "../../../agent/tuning/profile/profile.ts";
import { PROFILES } from "../../../agent/tuning/profiles.ts";
import { makeScratchImage, type ScratchImage } from "../../binary/support/scratch-image.ts";
import { GIB } from "../support/alone.ts";
import { cappedProfile } from "../support/any-image.ts";
import { runCommand, type Said } from "../support/run-command.ts";

const CONFIG = `imds: optional
apps: { web: { profile: capped } }
files: [ { template: web.txt.hbs, path: /etc/web/web.txt } ]
`;

/** It can use 3 GiB on each CPU, and is of use from 4 GiB on. */
const capped: Profile = {
  ...cappedProfile({ floorBytes: 0, perCpuBytes: 3 * GIB }),
  useful: () => ({ cache: { least: 4 * GIB, because: "its index is as large" } }),
};

const WARNING = /: web: cache is only \d+, and its index is as large\. Pick a larger instance type\.$/m;

describe("a value that an expert would not sign", () => {
  let image: ScratchImage;
  const profiles = PROFILES as Map<string, Profile>;

  before(() => {
    profiles.set("capped", capped);
    image = makeScratchImage(CONFIG);
    image.write("etc/parbake/templates/web.txt.hbs", "{{apps.web.cache}}\n");
  });
  after(() => {
    profiles.delete("capped");
    image.remove();
  });

  async function tell(...words: readonly string[]): Promise<Said> {
    const said = await runCommand(image, ...words);
    assert.equal(said.status, 0, said.err);
    return said;
  }

  it("is warned of by plan, tune, check and explain, with where the app is declared", async () => {
    const small = ["--instance-type", "t3.medium"];
    for (const words of [["plan"], ["tune"], ["explain", "web"]])
      assert.match((await tell(...words, ...small)).out, WARNING, words.join(" "));
    assert.match(
      (await tell("check", ...small)).out,
      /^! .*parbake\.yaml:2:\d+: web: cache is only \d+ on t3\.medium, /m,
    );
    assert.match((await tell("explain", "web.cache", ...small)).out, /^ +too little +its index is as large\. Pick /m);
  });
  it("is no more than that: a machine with enough has no warning", async () => {
    for (const words of [["plan"], ["tune"], ["check"], ["explain", "web"]])
      assert.doesNotMatch((await tell(...words, "--instance-type", "t3.xlarge")).out, /its index/, words.join(" "));
  });
  it("is told once for several types, with those that have it", async () => {
    for (const command of ["plan", "tune", "check"]) {
      const { out } = await tell(command, "--instance-type", "t3.small,t3.medium,t3.xlarge");
      const said = out.match(/cache is only .*?,/g);
      assert.equal(said?.length, 1, out);
      assert.match(said[0], /^cache is only \d+ on t3\.small and \d+ on t3\.medium,$/);
    }
  });
  it("is counted over all types, and moves the smallest of a family that has no warning", async () => {
    const { out } = await tell("tune", "--all-types");
    assert.match(out, /^t3 +t3\.nano \([^)]*\) +t3\.large +/m);
    assert.match(out, /^! \d+ types: web: too little cache, and its index is as large$/m);
  });
  it("is warned of by the calculator", async () => {
    const { out } = await tell("tune", "capped", "--memory", "1GiB", "--cpus", "2");
    assert.match(out, /^! capped: cache is only 1073741824, and its index is as large\. Give it more memory\.$/m);
  });
  it("is in the log of apply and in its report", async () => {
    const useful: Profile["useful"] = () => ({ cache: { least: 2 ** 50, because: "its index is as large" } });
    profiles.set("capped", { ...capped, useful });
    const { err } = await tell("apply").finally(() => profiles.set("capped", capped));
    assert.match(err, /web: cache is only \d+, and its index is as large/);
    assert.match(image.read("run/parbake/report.json"), /"what": "web: cache is only/);
  });
  it("is in the JSON of plan, tune, check, explain and the calculator", async () => {
    const small = ["--instance-type", "t3.medium", "--json"];
    const parse = async (...words: string[]) => JSON.parse((await tell(...words)).out);
    const [plan, tune, check, explain, setting, alone] = [
      (await parse("plan", ...small)).plans[0].apps[0].belowUseful[0],
      (await parse("tune", ...small)).types[0].apps.web.belowUseful[0],
      (await parse("check", ...small)).warnings[0],
      (await parse("explain", "web", ...small)).belowUseful[0],
      (await parse("explain", "web.cache", ...small)).belowUseful[0],
      (await parse("tune", "capped", "--memory", "1GiB", "--cpus", "2", "--json")).belowUseful[0],
    ];
    const { got, at, ...words } = plan;
    assert.match(got, /^\d+$/);
    assert.equal(at.line, 2);
    assert.deepEqual(words, {
      setting: "cache",
      least: 4 * GIB,
      because: "its index is as large",
      fix: "Pick a larger instance type.",
    });
    assert.deepEqual([tune, explain, setting], [plan, plan, plan]);
    assert.match(check.what, /^web: cache is only \d+ on t3\.medium, and its index is as large$/);
    assert.deepEqual(alone, { ...words, got: "1073741824", fix: "Give it more memory." });
  });
});
