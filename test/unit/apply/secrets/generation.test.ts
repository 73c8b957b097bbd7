import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { ApplyOptions } from "../../../../agent/apply/apply-options.ts";
import { applyPlan } from "../../../../agent/apply/apply-plan.ts";
import type { SecretDescription } from "../../../../agent/aws/secret-description.ts";
import type { ContentPart } from "../../../../agent/formats/content.ts";
import { inspectPlan } from "../../../../agent/inspect/inspect-plan.ts";
import type { Plan, SecretStep, Step } from "../../../../agent/plan/plan.ts";
import { selectSteps } from "../../../../agent/plan/select-steps.ts";
import { Refusal } from "../../../../agent/refusal.ts";
import type { Report } from "../../../../agent/report/report.ts";
import {
  CANARY,
  fetched,
  fileStep,
  makeRunnable,
  OWN_GID,
  OWN_UID,
  optionsFor,
  planOf,
  secretStep,
  SECRETS_FOLDER,
  type Scratch,
} from "../../support/scratch.ts";
import { zeroedTexts } from "../../support/zeroed.ts";

const STORE = "run/parbake/secrets";
const hole = (secret: string, key = "k"): ContentPart => ({ reference: { secret, key }, format: "env" });

/** Secrets Manager as far as a run sees it: a value and a version for each name. */
class Aws {
  readonly versions = new Map<string, number>();
  readonly calls: string[] = [];
  refusals = new Map<string, Refusal>();

  constructor(...names: string[]) {
    for (const name of names) this.versions.set(name, 1);
  }

  rotate(name: string): void {
    this.versions.set(name, this.versions.get(name)! + 1);
  }

  fetchSecret = async ({ name }: SecretStep) => {
    this.calls.push(`get ${name}`);
    const refusal = this.refusals.get(`get ${name}`);
    if (refusal) throw refusal;
    const version = this.versions.get(name)!;
    return { ...fetched({ k: `${name}-${version}-${CANARY}` }, name), versionId: `v${version}` };
  };

  describeSecret = async ({ name }: SecretStep): Promise<SecretDescription> => {
    this.calls.push(`describe ${name}`);
    const refusal = this.refusals.get(`describe ${name}`);
    if (refusal) throw refusal;
    return { arn: "", name, versionIds: { AWSCURRENT: `v${this.versions.get(name)!}` }, isDeleted: false };
  };
}

const AWAY = new Refusal("unavailable", { what: "AWS is away", fix: "Wait." });
const DENIED = new Refusal("permission", { what: "denied", fix: "Allow it." });
const GONE = new Refusal("data", { what: "it is deleted", fix: "Restore it." });

const A = secretStep("a", { k: `${SECRETS_FOLDER}/a/k` });
const B = secretStep("b", { k: `${SECRETS_FOLDER}/b` });
const BOTH = fileStep(`${SECRETS_FOLDER}/both.env`, ["A=", hole("a"), "\nB=", hole("b"), "\n"], { mode: 0o440 });
const PLAIN = fileStep("/etc/plain.conf", "1\n");

function keeping(step: SecretStep): SecretStep {
  return { ...step, onUnavailable: "keep" };
}

describe("the generations of the secrets folder", () => {
  let scratch: Scratch;
  let aws: Aws;

  beforeEach(() => {
    scratch = makeRunnable();
    aws = new Aws("a", "b");
  });
  function apply(plan: Plan, more: Partial<ApplyOptions> = {}): Promise<Report> {
    aws.calls.splice(0);
    const { fetchSecret, describeSecret } = aws;
    return applyPlan(plan, optionsFor(scratch.root, { fetchSecret, describeSecret, ...more }));
  }

  async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
    const error: unknown = await work.then(
      () => assert.fail("nothing was refused"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof Refusal, String(error));
    return error;
  }

  const read = (name: string) => readFileSync(scratch.path(`${STORE}/${name}`), "utf8").replaceAll(`-${CANARY}`, "");
  const inode = (name: string) => statSync(scratch.path(`${STORE}/${name}`)).ino;
  const list = () => readdirSync(scratch.path(STORE)).toSorted();
  const changes = ({ files, secrets }: Report) => [...secrets, ...files].map(({ change }) => change).join(" ");

  function look(): string[] {
    const paths = readdirSync(scratch.path(STORE), { recursive: true, encoding: "utf8" }).toSorted();
    return paths.map((path) => {
      const { ino, mode, mtimeNs, ctimeNs } = statSync(scratch.path(`${STORE}/${path}`), { bigint: true });
      return [path, ino, mode.toString(8), mtimeNs, ctimeNs].join(" ");
    });
  }

  it("leave no buffer with what was written: values, files that print them, and the old ones that were read", async () => {
    const first = await zeroedTexts(() => apply(planOf(A, B, BOTH)));
    const [value, rendered] = [`a-1-${CANARY}`, `A="a-1-${CANARY}"\nB="b-1-${CANARY}"\n`];
    const count = (texts: readonly string[], wanted: string) => texts.filter((text) => text === wanted).length;
    // The value, the copy of it that was written, and what was read back.
    assert.equal(count(first, value), 4);
    assert.equal(count(first, rendered), 3);
    const again = await zeroedTexts(() => apply(planOf(A, B, BOTH), { force: true }));
    assert.equal(count(again, rendered), 2, "the new one, and the one that was there");
  });

  it("have stable paths, a record for root alone, and no value in it", async () => {
    await apply(planOf(A, B, BOTH));
    assert.deepEqual(list(), ["..data", "..gen-1", "a", "b", "both.env"]);
    assert.equal(readlinkSync(scratch.path(`${STORE}/..data`)), "..gen-1");
    assert.equal(readlinkSync(scratch.path(`${STORE}/a`)), "..data/a");
    assert.equal(read("a/k"), "a-1");
    assert.equal(read("both.env"), 'A="a-1"\nB="b-1"\n');
    const modes = ["..gen-1", "..gen-1/a", "..gen-1/a/k", "both.env", "..data/.versions.json"];
    assert.deepEqual(
      modes.map((name) => (statSync(scratch.path(`${STORE}/${name}`)).mode & 0o7777).toString(8)),
      ["711", "711", "400", "440", "600"],
    );
    const record = read("..data/.versions.json");
    assert.deepEqual(
      JSON.parse(record).secrets.map(({ name, versionId }: { name: string; versionId: string }) => [name, versionId]),
      [
        ["a", "v1"],
        ["b", "v1"],
      ],
    );
    assert.equal(readFileSync(scratch.path(`${STORE}/..data/.versions.json`), "utf8").includes("c4n4ry"), false);
  });

  it("cost a boot no question: it fetches at once; a second run asks for versions alone, and leaves each inode and time", async () => {
    await apply(planOf(A, B, BOTH, PLAIN));
    assert.deepEqual(aws.calls, ["get a", "get b"]);
    const before = look();
    const report = await apply(planOf(A, B, BOTH, PLAIN));
    assert.deepEqual(aws.calls, ["describe a", "describe b"]);
    assert.equal(report.changed, false);
    assert.deepEqual(
      report.secrets.map(({ versionId, source }) => `${versionId} ${source}`),
      ["v1 current", "v1 current"],
    );
    assert.deepEqual(look(), before);
  });

  it("are replaced whole when a secret is rotated: its files are new, the others the same, the old generation is gone", async () => {
    const c = secretStep("c", { k: `${SECRETS_FOLDER}/c` });
    aws.versions.set("c", 1);
    await apply(planOf(A, B, c));
    const before = { a: inode("a/k"), c: inode("c") };
    aws.rotate("a");
    const report = await apply(planOf(A, B, c));
    assert.deepEqual(aws.calls, ["describe a", "describe b", "describe c", "get a"]);
    assert.equal(changes(report), "update unchanged unchanged");
    assert.equal(read("a/k"), "a-2");
    assert.deepEqual([inode("a/k") === before.a, inode("c") === before.c], [false, true]);
    assert.deepEqual(list(), ["..data", "..gen-2", "a", "b", "c"]);
    assert.equal(readlinkSync(scratch.path(`${STORE}/..data`)), "..gen-2");
    assert.deepEqual(
      report.storedSecrets.map(({ name, versionId }) => `${name} ${versionId}`),
      ["a v2", "b v1", "c v1"],
    );
  });

  it("render a file of two secrets from both, when one of them is rotated", async () => {
    await apply(planOf(A, B, BOTH));
    aws.rotate("b");
    await apply(planOf(A, B, BOTH));
    assert.deepEqual(aws.calls, ["describe a", "describe b", "get a", "get b"]);
    assert.equal(read("both.env"), 'A="a-1"\nB="b-2"\n');
  });

  it("act on the units of what changed alone: of a secret's own file, and of a file that prints it", async () => {
    const action = (unit: string) => [{ action: "restart", unit }] as const;
    const own = { ...A, keys: A.keys.map((key) => ({ ...key, onChange: action("a.service") })) };
    const other = { ...B, keys: B.keys.map((key) => ({ ...key, onChange: action("b.service") })) };
    const printing = { ...BOTH, content: ["A=", hole("a")], onChange: action("both.service") };
    await apply(planOf(own, other, printing));
    aws.rotate("a");
    const units = async () => (await apply(planOf(own, other, printing))).units.map(({ unit }) => unit);
    assert.deepEqual(await units(), ["a.service", "both.service"]);
    assert.deepEqual(await units(), []);
    aws.rotate("b");
    assert.deepEqual(await units(), ["b.service"]);
  });

  it("fetch again where the role may not describe, and on --force, and change nothing where nothing is new", async () => {
    await apply(planOf(A));
    const before = look();
    aws.refusals.set("describe a", DENIED);
    assert.equal((await apply(planOf(A))).changed, false);
    assert.deepEqual(aws.calls, ["describe a", "get a"]);
    assert.equal((await apply(planOf(A), { force: true })).changed, false);
    assert.deepEqual(aws.calls, ["get a"]);
    assert.deepEqual(look(), before);
  });

  it("fetch what was declared otherwise, or edited, or lost, without asking first", async () => {
    await apply(planOf(A, B, BOTH));
    await apply(planOf(A, B, { ...BOTH, content: ["B=", hole("b")] }));
    assert.deepEqual(aws.calls, ["describe a", "get b"]);
    assert.equal(read("both.env"), 'B="b-1"');
    writeFileSync(scratch.path(`${STORE}/a/k`), "edited");
    await apply(planOf(A, B));
    assert.deepEqual(aws.calls, ["describe b", "get a"]);
    assert.equal(read("a/k"), "a-1");
  });

  it("fix owner and mode in place, and do not call it a change of content", async () => {
    await apply(planOf(A));
    const before = inode("a/k");
    chmodSync(scratch.path(`${STORE}/a/k`), 0o440);
    const report = await apply(planOf(A));
    assert.equal(changes(report), "attributes");
    assert.deepEqual(aws.calls, ["describe a"]);
    assert.deepEqual([inode("a/k"), statSync(scratch.path(`${STORE}/a/k`)).mode & 0o7777], [before, 0o400]);
  });

  it("keep what is stored of a secret that says so, while AWS is away, and fail for the others", async () => {
    await apply(planOf(keeping(A), B));
    const before = look();
    aws.rotate("a");
    aws.refusals.set("describe a", AWAY);
    const report = await apply(planOf(keeping(A), B));
    assert.equal(report.secrets[0]!.source, "kept");
    assert.match(report.warnings[0]!.what, /the stored version of the secret a is kept, .*AWS is away/);
    assert.deepEqual(look(), before);
    assert.equal((await refusalOf(apply(planOf(A, B), { force: false }))).code, "unavailable");
    assert.deepEqual(look(), before);
  });

  it("keep it too where the fetch itself fails, with the files that print it, and catch up when AWS is back", async () => {
    const plan = planOf(keeping(A), B, BOTH);
    await apply(plan);
    aws.rotate("a");
    aws.rotate("b");
    aws.refusals.set("get a", AWAY);
    const report = await apply(plan);
    assert.deepEqual(
      report.secrets.map(({ versionId, source }) => `${versionId} ${source}`),
      ["v1 kept", "v2 fetched"],
    );
    assert.deepEqual([read("a/k"), read("b"), read("both.env")], ["a-1", "b-2", 'A="a-1"\nB="b-1"\n']);
    aws.refusals.clear();
    await apply(plan);
    assert.deepEqual([read("a/k"), read("b"), read("both.env")], ["a-2", "b-2", 'A="a-2"\nB="b-2"\n']);
    aws.rotate("a");
    aws.refusals.set("get a", AWAY);
    await apply(plan);
    aws.versions.set("a", 2);
    aws.refusals.clear();
    await apply(plan);
    assert.deepEqual(aws.calls, ["describe a", "describe b"]);
  });

  it("re-render a file that was left behind, though each of its secrets is current by itself", async () => {
    const plan = planOf(keeping(A), B, BOTH);
    await apply(plan);
    aws.rotate("b");
    aws.refusals.set("get a", AWAY);
    await apply(plan);
    assert.equal(read("both.env"), 'A="a-1"\nB="b-1"\n');
    aws.refusals.clear();
    await apply(plan);
    assert.equal(read("both.env"), 'A="a-1"\nB="b-2"\n');
  });

  it("never keep a secret that is denied or deleted, nor at the first fetch, nor for a file that must be written anew", async () => {
    aws.refusals.set("get a", AWAY);
    assert.equal((await refusalOf(apply(planOf(keeping(A))))).code, "unavailable");
    aws.refusals.clear();
    await apply(planOf(keeping(A)));
    for (const [refusal, code] of [
      [DENIED, "permission"],
      [GONE, "data"],
    ] as const) {
      aws.refusals.set("describe a", refusal).set("get a", refusal);
      assert.equal((await refusalOf(apply(planOf(keeping(A))))).code, code);
    }
    aws.refusals.clear();
    aws.refusals.set("get a", AWAY);
    const file = fileStep(`${SECRETS_FOLDER}/new.env`, [hole("a")], { mode: 0o400 });
    const refusal = await refusalOf(apply(planOf(keeping(A), file)));
    assert.match(refusal.message, /AWS is away.*\n.*new\.env can't be written again/);
  });

  it("take the files of other parts along where a part of the plan is applied, as they are", async () => {
    const plain = fileStep(`${SECRETS_FOLDER}/plain/x.conf`, "1");
    const folder: Step = { kind: "folder", path: `${SECRETS_FOLDER}/plain`, ...owner(0o750) };
    const whole = planOf(folder, A, B, BOTH, plain);
    await apply(whole);
    const before = ["plain/x.conf", "b"].map(inode);
    aws.rotate("a");
    await apply(selectSteps(whole, "secrets"));
    assert.deepEqual([read("a/k"), ...["plain/x.conf"].map(inode)], ["a-2", before[0]]);
    assert.equal(statSync(scratch.path(`${STORE}/plain`)).mode & 0o7777, 0o750);
    const changed = planOf(folder, A, B, BOTH, { ...plain, content: ["2"] });
    await apply(selectSteps(changed, "files"));
    assert.deepEqual([aws.calls, read("plain/x.conf"), inode("b")], [[], "2", before[1]]);
    await apply(changed);
    assert.deepEqual(aws.calls, ["describe a", "describe b"]);
  });

  function owner(mode: number) {
    return { owner: String(OWN_UID), group: String(OWN_GID), mode };
  }

  it("lose what is no longer declared, the last secret too", async () => {
    await apply(planOf(A, B, BOTH));
    const report = await apply(planOf(B));
    assert.deepEqual(list(), ["..data", "..gen-2", "b"]);
    assert.deepEqual(
      report.files.map(({ path, change }) => `${change} ${path}`),
      [`remove ${SECRETS_FOLDER}/a/k`, `remove ${SECRETS_FOLDER}/both.env`],
    );
    await apply(planOf(PLAIN));
    assert.deepEqual(list(), []);
  });

  it("make a folder of what was a file, and a file of what was a folder", async () => {
    const paths = (path: string) => planOf(secretStep("a", { k: `${SECRETS_FOLDER}/${path}` }));
    for (const path of ["x", "x/y", "x/y/z", "x"]) {
      await apply(paths(path));
      assert.equal(read(path), "a-1");
    }
  });

  it("sweep what a run left that was killed before it had a journal", async () => {
    await apply(planOf(A));
    mkdirSync(scratch.path(`${STORE}/..gen-7/a`), { recursive: true });
    writeFileSync(scratch.path(`${STORE}/..gen-7/a/k`), "half");
    symlinkSync("..gen-7", scratch.path(`${STORE}/...data.parbake-tmp.0123456789abcdef`));
    await apply(planOf(A));
    assert.deepEqual(list(), ["..data", "..gen-1", "a"]);
  });

  const LOSSES: readonly (readonly [title: string, names: readonly string[]])[] = [
    ["the generation", ["..gen-1"]],
    ["the generation and what points at it", ["..gen-1", "..data"]],
    ["what points at the generation", ["..data"]],
    ["all of it", ["..gen-1", "..data", "a", "b", "both.env"]],
  ];
  for (const [title, names] of LOSSES)
    it(`are made anew where somebody removed ${title}, and a plan says so`, async () => {
      const plan = planOf(A, B, BOTH, PLAIN);
      await apply(plan);
      for (const name of names) rmSync(scratch.path(`${STORE}/${name}`), { recursive: true });
      const planned = inspectPlan(plan, scratch.root).map(({ change, problem }) => [change, problem]);
      assert.deepEqual(planned, [
        ["create", null],
        ["create", null],
        ["create", null],
        ["unchanged", null],
      ]);
      const report = await apply(plan);
      assert.equal(changes(report), "create create create unchanged");
      assert.deepEqual(aws.calls, ["get a", "get b"]);
      assert.deepEqual([read("a/k"), read("b"), read("both.env")], ["a-1", "b-1", 'A="a-1"\nB="b-1"\n']);
      assert.deepEqual(list(), ["..data", "..gen-1", "a", "b", "both.env"]);
      assert.equal((await apply(plan)).changed, false);
    });

  it("leave no link that leads nowhere, where a lost one is no longer declared", async () => {
    await apply(planOf(A, B));
    rmSync(scratch.path(`${STORE}/..gen-1`), { recursive: true });
    // One file of the store, so that apply inspects it.
    await apply(planOf(B));
    assert.deepEqual(list(), ["..data", "..gen-1", "b"]);
    rmSync(scratch.path(`${STORE}/..gen-1`), { recursive: true });
    await apply(planOf(PLAIN));
    assert.deepEqual(list(), []);
  });

  it("leave nothing of one that fails: not staged, not validated, not written", async () => {
    await apply(planOf(A));
    const before = look();
    aws.rotate("a");
    // Of the same wave, for it names the file of a secret.
    const inTheWay = fileStep("/etc/folder", `${SECRETS_FOLDER}/a/k`);
    mkdirSync(scratch.path("etc/folder"));
    await refusalOf(apply(planOf(A, inTheWay)));
    const binary = fileStep(`${SECRETS_FOLDER}/x.env`, [hole("a")], { mode: 0o400 });
    const nul = async () => ({ ...fetched({ k: Buffer.from([0xff]) }, "a"), versionId: "v9" });
    await refusalOf(apply(planOf(A, binary), { fetchSecret: nul }));
    assert.deepEqual(look(), before);
  });

  it("need no more memory than the budget left them, and leave the current ones where they would", async () => {
    await apply(planOf(A));
    const before = look();
    aws.rotate("a");
    const refusal = await refusalOf(apply({ ...planOf(A), secretsSizeBytes: 30 }));
    assert.match(refusal.message, /the old and the new files of \S+ need more than 30 B\. .*secretsSize/);
    assert.deepEqual(look(), before);
  });

  it("get a lost link again, to the same files, without a fetch", async () => {
    const plan = planOf(A, B, BOTH);
    await apply(plan);
    const before = inode("a/k");
    rmSync(scratch.path(`${STORE}/a`));
    assert.equal(inspectPlan(planOf(A), scratch.root)[0]!.change, "create");
    await apply(plan);
    assert.deepEqual(aws.calls, ["describe a", "describe b"]);
    assert.deepEqual([read("a/k"), inode("a/k")], ["a-1", before]);
    assert.equal((await apply(plan)).changed, false);
    assert.deepEqual(list(), ["..data", "..gen-2", "a", "b", "both.env"]);
  });

  for (const [what, name] of [
    ["a folder", "a"],
    ["a file", "b"],
    ["a symlink that is not parbake's", "c"],
  ] as const)
    it(`refuse ${what} where a link of theirs must be, and leave it; a plan says so`, async () => {
      await apply(planOf(A));
      rmSync(scratch.path(`${STORE}/a`));
      mkdirSync(scratch.path(`${STORE}/a`), { mode: 0o711 });
      writeFileSync(scratch.path(`${STORE}/a/k`), `mine ${CANARY}`);
      writeFileSync(scratch.path(`${STORE}/b`), "mine");
      symlinkSync("..data/a/k", scratch.path(`${STORE}/c`));
      const before = look();
      const plan = planOf(secretStep("a", { k: `${SECRETS_FOLDER}/${name === "a" ? "a/k" : name}` }));
      const [change] = inspectPlan(plan, scratch.root);
      const refusal = await refusalOf(apply(plan));
      assert.equal(
        refusal.message,
        `${scratch.path(`${STORE}/${name}`)} is not parbake's, and parbake needs a symlink to ..data/${name} there. Move it out of the secrets folder, or remove it.`,
      );
      assert.deepEqual(change!.problem, refusal.problems[0]);
      assert.deepEqual(look(), before);
    });

  it("leave a file that somebody put where a link of theirs was, when its secret is no longer declared", async () => {
    await apply(planOf(A, B));
    rmSync(scratch.path(`${STORE}/b`));
    writeFileSync(scratch.path(`${STORE}/b`), "mine");
    const report = await apply(planOf(A));
    assert.deepEqual(
      report.warnings.map(({ what }) => what),
      [
        `${SECRETS_FOLDER}/b is no longer declared, and parbake leaves it alone: somebody put it where parbake had a link`,
      ],
    );
    assert.deepEqual([read("b"), list()], ["mine", ["..data", "..gen-2", "a", "b"]]);
  });

  it("are refused in a declared folder whose owner could replace them", async () => {
    const folder: Step = { kind: "folder", path: `${SECRETS_FOLDER}/a`, ...owner(0o777) };
    const refusal = await refusalOf(apply(planOf(folder, A)));
    assert.match(refusal.message, /secrets\/a may be written to by every user/);
  });

  it("survive a wrong or a missing record: everything is fetched, and the record is right again", async () => {
    await apply(planOf(A));
    writeFileSync(scratch.path(`${STORE}/..gen-1/.versions.json`), "{");
    await apply(planOf(A));
    assert.deepEqual(aws.calls, ["get a"]);
    await apply(planOf(A));
    assert.deepEqual(aws.calls, ["describe a"]);
    utimesSync(scratch.path(`${STORE}/a/k`), 1, 1);
    await apply(planOf(A));
    assert.deepEqual(aws.calls, ["get a"]);
    assert.equal(existsSync(join(scratch.root, STORE, "..gen-1")), false);
  });
});
