import assert from "node:assert/strict";
import { listValues, withholdSecrets } from "../../../../agent/apply/secrets/withhold-secrets.ts";
import type { CommandResult } from "../../../../agent/host/run-command.ts";
import type { Plan } from "../../../../agent/plan/plan.ts";
import { fetched, makeScratch } from "../../support/scratch.ts";

const VALUE = Buffer.from("correct horse battery staple\n");
const WITHHELD = "(withheld: a secret's value is in what it says; run it by hand to see that)";

async function outputOf(result: CommandResult, values: readonly Buffer[] = [VALUE]): Promise<string> {
  const answer = await withholdSecrets(
    async () => result,
    () => values.map((value) => Buffer.from(value)),
  )(["true"], 1);
  return "output" in answer ? answer.output : answer.kind;
}

function failed(output: string): CommandResult {
  return { kind: "exited", status: 1, output };
}

describe("withholdSecrets", () => {
  for (const [what, output] of [
    ["the whole value", "bad password 'correct horse battery staple'"],
    ["eight characters of it", "near 'se batte' in line 1"],
  ] as const)
    it(`withholds what a failed program says where that has ${what}`, async () => {
      assert.equal(await outputOf(failed(output)), WITHHELD);
      assert.equal(await outputOf({ kind: "timed-out", output }), WITHHELD);
      assert.equal(await outputOf({ kind: "killed", signal: "SIGABRT", output }), WITHHELD);
    });

  it("zeroes the values that it compared with, whether it found one or not", async () => {
    for (const output of [String(VALUE), "something else"]) {
      const copy = Buffer.from(VALUE);
      await withholdSecrets(
        async () => failed(output),
        () => [copy],
      )(["true"], 1);
      assert.deepEqual(copy, Buffer.alloc(VALUE.length));
    }
  });

  it("lets a text without a secret pass", async () => {
    assert.equal(await outputOf(failed("a horse, but no staples")), "a horse, but no staples");
    assert.equal(await outputOf({ kind: "absent" }), "absent");
  });

  it("finds bytes that are no text, and a value of five characters only as a whole", async () => {
    const binary = Buffer.from([0xff, 0xc3, 0xa9, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37]);
    assert.equal(await outputOf(failed("x é123456 x"), [binary]), WITHHELD);
    assert.equal(await outputOf(failed("pin 47110"), [Buffer.from("47110")]), WITHHELD);
    assert.equal(await outputOf(failed("pin 4711"), [Buffer.from("4711")]), "pin 4711");
  });

  it("leaves the words of a program that ended well as they are: they are read, not shown", async () => {
    const output = `ActiveState=${String(VALUE)}`;
    assert.equal(await outputOf({ kind: "exited", status: 0, output }), output);
  });
});

describe("listValues", () => {
  it("gives what was fetched, and what is stored in a file of its own", () => {
    const scratch = makeScratch();
    scratch.write("stored", "from the file");
    scratch.write("before", "stored before");
    const key = (name: string, path: string | null) => ({ key: name, path, owner: "root", group: null, mode: 0o400 });
    const secret = (name: string, path: string | null) =>
      ({ kind: "secret", name, id: name, region: null, keys: [key("a", path)] }) as const;
    const plan = {
      secretsFolder: "/run/parbake/secrets",
      steps: [secret("new", "/before"), secret("old", "/stored"), secret("gone", "/none")],
    } as unknown as Plan;
    const justFetched = fetched({ a: "just fetched" });
    const values = listValues(plan, scratch.root, new Map([["new", justFetched]]));
    assert.deepEqual(values.map(String), ["just fetched", "stored before", "from the file"]);
    for (const value of values) value.fill(0);
    assert.equal(String(justFetched.values.get("a")!.reveal()), "just fetched");
  });
});
