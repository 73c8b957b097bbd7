// The machines that an image is for: what check and a dry run say of all of them.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readCatalogue } from "../../../agent/facts/catalogue/catalogue.ts";
import { run } from "../../../agent/run.ts";
import { makeScratchImage, type ScratchImage } from "../../binary/support/scratch-image.ts";
import { assertWithin } from "../../support/slowness.ts";
import { readJunit } from "../support/read-junit.ts";
import { runCommand } from "../support/run-command.ts";

const CONFIG = `imds: optional
apps: { api: { profile: go, memory: { min: 1GiB } }, web: { profile: nginx } }
files: [ { template: a.hbs, path: /etc/web/a } ]
`;
const TEMPLATE = "{{apps.api.GOMEMLIMIT}} {{apps.web.worker_processes}}\n";

describe("an image that is for many instance types", () => {
  let image: ScratchImage;
  const say = (...words: string[]) => runCommand(image, ...words);
  const launchOn = (patterns: string, more = "") =>
    image.write("etc/parbake/parbake.yaml", `launchOn: ${patterns}\n${more}${CONFIG}`);

  beforeEach(() => {
    image = makeScratchImage(CONFIG);
    image.write("etc/parbake/templates/a.hbs", TEMPLATE);
  });
  afterEach(() => image.remove());

  it("is checked for all of them, a line for each, and it is said for how many", async () => {
    launchOn('[m7g.*, "r7g.{large..8xlarge}", t4g.small]');
    const { status, out, err } = await say("check");
    assert.equal(status, 0, err);
    const lines = out.trimEnd().split("\n");
    assert.match(lines[0]!, /^ok {2}m7g\.medium {4}1 vCPU {4}3\.7 GiB +api 3\.\d GiB, web \d+ MiB$/);
    assert.equal(lines.filter((line) => line.startsWith("ok ")).length, 15);
    assert.equal(lines.at(-1), "valid: 2 apps, 0 secrets, 1 file, for 15 types of launchOn");
    assert.deepEqual(
      lines.filter((line) => line.length > 120),
      [],
    );
  });

  it("is planned for all of them by a dry run of a mounted image, with what is common told once", async () => {
    launchOn("[m7g.*, t4g.small]");
    for (const words of [["apply", "--dry-run"], ["plan"]]) {
      const { status, out, err } = await say(...words);
      assert.equal(status, 0, err);
      assert.equal(out.match(/^ok {2}\S+ +\d+ vCPUs? .* 1 change {2}api /gm)?.length, 10, out);
      assert.match(out, /^ {2}web worker_processes +\d values, from 2 on t4g\.small to 64 on m7g\.metal$/m);
      assert.match(
        out,
        /^files\n {2}\+ {2}create {2}\/etc\/web\/a {2}0644 root {2}\d+ texts {2}text: no name tells another$/m,
      );
      assert.equal(out.split("/etc/web/a").length, 2, "told once");
    }
    const { out } = await say("plan", "--json");
    const { plans } = JSON.parse(out) as { plans: { facts: { origins: Record<string, unknown> } }[] };
    assert.equal(plans.length, 10);
    assert.deepEqual(plans[0]?.facts.origins["instanceType"], { source: "option", detail: "launchOn" });
  });

  it("has what happens to a file told for all, for how many it differs, and its differences if asked", async () => {
    launchOn('["m7g.{large..8xlarge}"]');
    image.write("etc/parbake/templates/a.hbs", "{{apps.web.worker_processes}}\n");
    image.write("etc/web/a", "2\n");
    const { out } = await say("plan", "--diff");
    assert.match(out, /^ok {2}m7g\.large .* 0 changes /m);
    assert.match(out, /^ok {2}m7g\.8xlarge .* 1 change /m);
    assert.match(out, /^ {2}~ {2}unchanged on 1, update on 4 {2}\/etc\/web\/a {2}0644 root {2}5 texts /m);
    assert.match(out, /^m7g\.large → m7g\.8xlarge\n--- \/etc\/web\/a\n\+\+\+ \/etc\/web\/a\n@@ -1 \+1 @@\n-2\n\+32\n/m);
    assert.equal((await say("plan", "--detailed-exitcode")).status, 2);
  });

  it("is planned for the machine that is named, whatever launchOn says", async () => {
    launchOn("[m7g.*]");
    assert.match((await say("plan", "--instance-type", "t3.small")).out, /^tuning for t3\.small: 2 vCPUs, /m);
    assert.match((await say("plan", "--memory", "4GiB", "--cpus", "2")).out, /^tuning for .*: 2 vCPUs, 4 GiB$/m);
    assert.match((await say("check", "--instance-type", "t3.{small,medium}")).out, /, for t3\.small, t3\.medium$/m);
    assert.match((await say("check", "--instance-type", "t3.{small..2xlarge}")).out, /, for 5 types$/m);
  });

  it("is planned for this machine alone on the machine itself", async () => {
    launchOn("[m7g.*]");
    let out = "";
    const words = ["plan", "--config", join(image.root, "etc/parbake/parbake.yaml"), "--log-level", "error"];
    await run(words, {
      environment: { AWS_EC2_METADATA_DISABLED: "true" },
      writeOut: (text) => (out += text),
      writeError: (text) => assert.fail(text),
      rewrite: () => assert.fail("no terminal"),
      isTerminalOut: false,
      isTerminalError: false,
    });
    assert.match(out, /^tuning for this machine: /m);
  });

  it("stands in a table, one column for each, where its types are few", async () => {
    launchOn("[m7g.large, m7g.xlarge]");
    assert.match((await say("plan")).out, /^ +m7g\.large +m7g\.xlarge$/m);
  });

  it("is refused for those that are too small, as one problem, and the others are shown all the same", async () => {
    launchOn("[t3.nano, t3.micro, t3.small, m7g.large]");
    for (const command of ["check", "plan", "tune"]) {
      const { status, out, err } = await say(command, ...(command === "tune" ? ["--instance-type", "t3.*"] : []));
      assert.equal(status, 78, command);
      assert.match(out, /^failed {2}t3\.micro {3,}2 vCPUs {2}\d+ MiB +1 problem$/m, command);
      assert.match(out, /^ok {6}t3\.small /m, command);
      const told = command === "tune" ? out : err;
      const small = / on t3\.nano and t3\.micro, of which t3\.micro has the most memory: the apps need at least/g;
      assert.equal(told.match(small)?.length, 1, told);
    }
  });

  it("is refused for those on which a template fails, once and with their names", async () => {
    launchOn('["m7g.{large..8xlarge}"]');
    image.write("etc/parbake/templates/a.hbs", "{{div 1 (sub facts.vcpus 2)}}\n");
    const { status, out, err } = await say("check");
    assert.equal(status, 65, err);
    assert.match(out, /^failed {2}m7g\.large /m);
    assert.match(err, /^parbake: \S+a\.hbs:1:\d+: on m7g\.large: /);
    image.write("etc/parbake/templates/a.hbs", "{{nobody}}\n");
    const everywhere = await say("check");
    assert.equal(everywhere.err.trimEnd().split("\n").length, 1);
    assert.match(everywhere.err, /^parbake: \S+a\.hbs:1:\d+: [^o]/);
  });

  it("is refused for those of another architecture than it is built for, and a size has none", async () => {
    launchOn("[m7g.large, m7i.large]", "architectures: [arm64]\n");
    for (const command of ["check", "plan"]) {
      const { status, err } = await say(command);
      assert.equal(status, 78);
      assert.match(err, /^parbake: on m7i\.large: its CPUs are x86_64, and the image is for arm64\. Pick another type/);
    }
    assert.equal((await say("check", "--memory", "8GiB", "--cpus", "2")).status, 0);
    launchOn("[]", "architectures: [arm64]\n");
    assert.match((await say("check")).out, /for m7g\.large alone, as launchOn is not set/);
  });

  it("has patterns that no type has refused with their place, by all that ask for the types", async () => {
    launchOn("[m7g.large, mg7.*]");
    for (const command of ["check", "plan"]) {
      const { status, err } = await say(command);
      assert.equal(status, 78);
      assert.match(
        err,
        /parbake\.yaml:1:23: no instance type of the catalogue of \S+ is 'mg7\.\*'\. Did you mean m7g\.\*\?$/m,
      );
    }
    launchOn('[t3.smal, "m99.*"]');
    const refusals = [await say("check"), await say("check", "--instance-type", "m7g.large")];
    assert.equal(refusals[0]!.status, 78);
    assert.match(refusals[0]!.err, /yaml:1:12: .* no instance type 't3\.smal'\. .*\n.*yaml:1:21: .* is 'm99\.\*'\. /);
    assert.deepEqual(refusals[1], refusals[0]);
    for (const command of ["check", "plan", "tune"]) {
      const { status, err } = await say(command, "--instance-type", "m7g.{lrage..xlarge},mg7.*");
      assert.equal(status, 64, command);
      assert.match(err, /--instance-type: EC2 has no size 'lrage'\. .*\n.* is 'mg7\.\*'\. Did you mean m7g\.\*\?$/m);
    }
  });

  it("is applied all the same where no catalogue knows a pattern, and checked for what image lacks once", async () => {
    launchOn("[m99z.*]");
    assert.equal((await say("apply", "--only", "files")).status, 0);
    launchOn('["m7g.{large..8xlarge}"]', "");
    image.write(
      "etc/parbake/parbake.d/b.yaml",
      "files: [ { template: a.hbs, path: /etc/b, onChange: { reload: b.service } } ]\n",
    );
    const { status, err } = await say("check");
    assert.equal(status, 78);
    assert.equal(err.match(/b\.service, which is not in the image/g)?.length, 1, err);
  });

  it("has each type with its problems in the JSON of check, whether it is valid or not, and who named the types", async () => {
    launchOn("[t3.nano, m7g.large]");
    const parse = async (...words: string[]) => JSON.parse((await say(...words, "--json")).out);
    const refused = await parse("check");
    assert.equal(refused.error.code, "config");
    assert.deepEqual(
      refused.types.map(({ type, ok, problems }: { type: string; ok: boolean; problems: unknown[] }) => [
        type,
        ok,
        problems.length,
      ]),
      [
        ["t3.nano", false, 1],
        ["m7g.large", true, 0],
      ],
    );
    assert.deepEqual((await parse("plan")).types, refused.types);
    const valid = await parse("check", "--instance-type", "m7g.large");
    assert.deepEqual([valid.valid, valid.typesOf, valid.types], [true, "option", [refused.types[1]]]);
    launchOn("[m7g.large]");
    assert.equal((await parse("check")).typesOf, "launchOn");
    launchOn("[]");
    assert.equal((await parse("check")).typesOf, "default");
  });

  it("has every type of the catalogue checked in seconds", async function () {
    this.timeout(120_000);
    launchOn('["*"]');
    const start = performance.now();
    const { status, out } = await say("check", "--junit", join(image.root, "j.xml"));
    assertWithin(20_000, performance.now() - start, "check of all types");
    assert.equal(status, 78);
    const types = readCatalogue().rows.size;
    assert.equal(out.match(/^(ok|failed) /gm)?.length, types);
    assert.equal(readJunit(image.read("j.xml")).length, types);
  });

  describe("with a JUnit file", () => {
    const read = () => readJunit(image.read("j.xml"));
    const junit = (...words: string[]) => say(...words, "--junit", join(image.root, "j.xml"));

    it("has a case for each type in it, whether the run fails or not", async () => {
      launchOn("[t3.nano, m7g.large]");
      for (const [words, suite] of [
        [["check"], "parbake.check"],
        [["plan"], "parbake.plan"],
        [["apply", "--dry-run"], "parbake.plan"],
      ] as const) {
        assert.equal((await junit(...words)).status, 78);
        const [small, large] = read();
        assert.deepEqual([small?.name, small?.className, large?.name], ["t3.nano", suite, "m7g.large"]);
        assert.match(small?.message ?? "", /^the apps need at least/);
        assert.match(small?.failure ?? "", /parbake\.yaml:3:\d+: the apps need at least .* Pick a larger/);
        assert.equal(large?.failure, null);
      }
      image.write("etc/parbake/templates/a.hbs", "{{nobody}}\n");
      assert.equal((await junit("check", "--instance-type", "m7g.large")).status, 65);
      assert.match(read()[0]!.failure!, /a\.hbs:1:\d+: .*nobody/);
      image.write("etc/parbake/templates/a.hbs", TEMPLATE);
      assert.equal((await junit("check", "--instance-type", "m7g.*")).status, 0);
      assert.equal(read().length, 9);
    });

    it("has a case for the failure where there is no machine yet, and one for this machine where it is planned", async () => {
      image.write("etc/parbake/parbake.yaml", "apps: { web: { profile: nginx }\n");
      assert.equal((await junit("check")).status, 78);
      assert.deepEqual(
        read().map(({ name }) => name),
        ["config"],
      );
      assert.match(read()[0]!.failure!, /parbake\.yaml:\d+/);
      assert.equal((await junit("check", "--instance-type", "m7g.lrage")).status, 78);
      image.write("etc/parbake/parbake.yaml", CONFIG);
      assert.equal((await junit("check", "--instance-type", "m7g.lrage")).status, 64);
      assert.deepEqual(
        read().map(({ name }) => name),
        ["usage"],
      );
      assert.equal((await junit("plan")).status, 0);
      assert.deepEqual(
        read().map(({ name, failure }) => [name, failure]),
        [["here", null]],
      );
    });

    it("has warnings as the output of the types that have them", async () => {
      const more = "vars: { unused: 1 }\n";
      launchOn("[m7g.large, m7g.xlarge]", more);
      await junit("check");
      for (const { out } of read()) assert.match(out ?? "", /vars\.unused is read by no template/);
    });

    it("replaces what is there at once, and leaves nothing else", async () => {
      writeFileSync(join(image.root, "j.xml"), "old");
      await junit("check");
      assert.deepEqual(
        read().map(({ name }) => name),
        ["m7i.large"],
      );
      assert.deepEqual(
        readdirSync(image.root).filter((name) => name.includes("tmp")),
        [],
      );
    });

    it("refuses a symlink, which in a folder of others leads where they want, and leaves what it leads to", async () => {
      writeFileSync(join(image.root, "real.xml"), "old");
      symlinkSync("real.xml", join(image.root, "j.xml"));
      const { status, err } = await junit("check");
      assert.equal(status, 73);
      assert.match(err, /^parbake: --junit: \S+ is a symlink\. Name the file that it leads to\.$/m);
      assert.equal(image.read("real.xml"), "old");
    });

    it("ends with 73 where the file cannot be written, and with the run's own status where that failed too", async () => {
      mkdirSync(join(image.root, "folder"));
      const absent = join(image.root, "no/j.xml");
      for (const [file, says] of [
        ["/sys/j.xml", /^parbake: --junit: \/sys\/j\.xml (?:may not be|is on a read-only)/m],
        [absent, /^parbake: --junit: the folder of \S+ does not exist\. Make it first\.$/m],
        [join(image.root, "folder"), /^parbake: --junit: \S+ is there and no plain file\. Name a file\.$/m],
        [
          join(image.root, "etc/passwd/j.xml"),
          /^parbake: --junit: \S+ does not exist: a part of its path is not a folder/m,
        ],
      ] as const) {
        const { status, err } = await say("check", "--junit", file);
        assert.deepEqual([status, says.test(err)], [73, true], err);
      }
      launchOn("[t3.nano, m7g.large]");
      const { status, out, err } = await say("check", "--junit", absent, "--json");
      assert.equal(status, 78);
      assert.match(err, /the apps need at least[^]*--junit: the folder/);
      assert.equal((JSON.parse(out) as { types: unknown[] }).types.length, 2);
      assert.ok(!existsSync(absent));
    });
  });
});
