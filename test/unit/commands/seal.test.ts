import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { run } from "../../../agent/run.ts";
import { StopRequest } from "../../../agent/stop.ts";
import { makeScratch, type Scratch } from "../support/scratch.ts";

interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function seal({ root }: Scratch, words: readonly string[] = [], stop?: AbortSignal): Promise<Ended> {
  let [out, err] = ["", ""];
  const level = words.includes("--log-level") ? [] : ["--log-level", "error"];
  const status = await run(["seal", "--root", root, ...level, ...words], {
    environment: {},
    writeOut: (text) => (out += text),
    writeError: (text) => (err += text),
    rewrite: () => assert.fail("no terminal"),
    isTerminalOut: false,
    isTerminalError: false,
    ...(stop && { stop }),
  });
  return { status, out, err };
}

const WORD = ["corr", "ect-horse-9"].join("");
const CONFIG = "etc/parbake/parbake.yaml";

/** An image that has what the other stages want to see. */
function makeImage(): Scratch {
  const scratch = makeScratch();
  scratch.write("etc/machine-id", "");
  return scratch;
}

/** Of the search alone: other stages have findings of their own. */
function verdictOf({ out }: Ended): string[] {
  const { findings } = JSON.parse(out) as { findings: { kind: string; place?: { file: string } }[] };
  return findings.filter(({ place }) => place !== undefined).map(({ kind, place }) => `${kind} ${place!.file}`);
}

describe("parbake seal", () => {
  it("ends with 65 for an image with a credential, and says where and what to do, without the value", async () => {
    const image = makeImage();
    image.write("root/.pgpass", `db:5432:*:me:${WORD}\n`);
    const ended = await seal(image);
    assert.equal(ended.status, 65);
    assert.match(
      ended.out,
      /✗ pgpass: a password of PostgreSQL's clients\. Take it out, .*\n {4}\/root\/\.pgpass:1 {2}[0-9a-f]{16}\n/,
    );
    assert.match(ended.out, /not sealed: \d+ findings?/);
    assert.ok(!`${ended.out}${ended.err}`.includes(WORD));
  });

  it("warns of a config that no boot would run, until parbake.service is enabled", async () => {
    const image = makeImage();
    const kinds = async () =>
      (JSON.parse((await seal(image, ["--json"])).out) as { findings: { kind: string }[] }).findings.map(
        ({ kind }) => kind,
      );
    assert.ok(!(await kinds()).includes("not-enabled"));
    image.write(CONFIG, "apps: { web: { profile: nginx } }\n");
    assert.ok((await kinds()).includes("not-enabled"));
    image.write("etc/systemd/system/multi-user.target.wants/parbake.service", "");
    assert.ok(!(await kinds()).includes("not-enabled"));
  });

  it("refuses a root that is not there, and one that is no folder", async () => {
    const image = makeImage();
    for (const name of ["absent", "etc/machine-id"]) {
      const root = image.path(name);
      const { status, err } = await seal({ ...image, root });
      assert.deepEqual([status, err], [64, `parbake: ${root} is not a folder. Give --root a folder.\n`]);
    }
  });

  it("tells a mistake in the config before it cleans anything", async () => {
    const image = makeImage();
    image.write("tmp/left", "x");
    image.write(CONFIG, "seal: {}\napps: { web: { profil: nginx } }\n");
    assert.equal((await seal(image)).status, 78);
    const { status, err } = await seal(image, ["--clean"]);
    assert.equal(status, 78);
    assert.match(err, /profil/);
    assert.equal(readFileSync(image.path("tmp/left"), "utf8"), "x");
  });

  it("takes a config that is for nothing else", async () => {
    const image = makeImage();
    image.write(CONFIG, "seal: { updates: ignore }\n");
    assert.equal((await seal(image)).status, 0);
  });

  it("has the same digests for the same salt, and others in each run without one", async () => {
    const image = makeImage();
    image.write("root/.pgpass", `db:5432:*:me:${WORD}\n`);
    const digest = async () => /\/\.pgpass:1 {2}([0-9a-f]{16})/.exec((await seal(image)).out)![1];
    assert.notEqual(await digest(), await digest());
    image.write(CONFIG, "seal: { salt: a-salt-of-the-team }\n");
    assert.equal(await digest(), await digest());
  });

  it("removes with --clean what is safe to remove, and then does not find it", async () => {
    const image = makeImage();
    image.write("root/.bash_history", `mysql -p${WORD}\n`);
    assert.deepEqual(verdictOf(await seal(image, ["--json"])), ["shell-history /root/.bash_history"]);
    const cleaned = await seal(image, ["--clean", "--json"]);
    assert.deepEqual(verdictOf(cleaned), []);
    assert.match(cleaned.out, /"did": "removed",\s+"path": "\/root\/\.bash_history"/);
  });

  it("tells what it has removed where it can't go on", async () => {
    const image = makeImage();
    image.write("root/.bash_history", "ls\n");
    image.write("usr/share/parbake", "a file in the place of the manifest's folder");
    const { status, err } = await seal(image, ["--clean", "--log-level", "warn"]);
    assert.equal(status, 73);
    assert.match(err, /seal removed \/root\/\.bash_history: /);
  });

  it("writes SARIF with --sarif", async () => {
    const image = makeImage();
    image.write("root/.npmrc", `//x/:_authToken=${WORD}\n`);
    await seal(image, ["--sarif", image.path("out.sarif")]);
    const { version, runs } = JSON.parse(readFileSync(image.path("out.sarif"), "utf8")) as {
      version: string;
      runs: { results: { ruleId: string }[] }[];
    };
    assert.equal(version, "2.1.0");
    assert.ok(runs[0]!.results.some(({ ruleId }) => ruleId === "npm-token"));
  });

  it("says which option names a file that cannot be written", async () => {
    const { status, err } = await seal(makeImage(), ["--sarif", "/nowhere/at/all/out.sarif"]);
    assert.equal(status, 73);
    assert.match(
      err,
      /^parbake: --sarif: the folder of \/nowhere\/at\/all\/out\.sarif does not exist\. Make it first\.$/m,
    );
  });

  it("refuses a config whose `seal` is wrong, with its place, before it removes anything", async () => {
    const image = makeImage();
    image.write("root/.bash_history", "ls\n");
    image.write(CONFIG, "seal: { allow: [ { path: /x } ] }\n");
    const { status, err } = await seal(image, ["--clean"]);
    assert.equal(status, 78);
    assert.match(err, /parbake\.yaml:1:18: seal\.allow\[0\]: has no reason\. Say why/);
    assert.equal(readFileSync(image.path("root/.bash_history"), "utf8"), "ls\n");
  });

  it("refuses a config that was named and is not there; the usual one may be missing", async () => {
    const { status, err } = await seal(makeImage(), ["--config", "/nonexistent/parbake.yaml"]);
    assert.equal(status, 78);
    assert.match(err, /there is no such config file/);
  });

  it("stops when asked to, and says what is true of the image", async () => {
    const image = makeImage();
    for (let file = 0; file < 40; file++) image.write(`srv/${file}`, "x".repeat(1_500_000));
    const { status, err } = await seal(image, [], AbortSignal.abort(new StopRequest("SIGTERM")));
    assert.equal(status, 143);
    assert.match(err, /stopped by SIGTERM: nothing was changed/);
  });

  it("ends at its deadline, and not with an image that was half searched", async () => {
    const image = makeImage();
    for (let file = 0; file < 40; file++) image.write(`srv/${file}`, "x".repeat(1_500_000));
    const { status, err } = await seal(image, ["--deadline", "20ms"]);
    assert.equal(status, 69);
    assert.match(err, /the deadline is over, and the image is not searched to its end: nothing was changed/);
  });
});
