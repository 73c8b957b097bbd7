import assert from "node:assert/strict";
import { tellError } from "../../../agent/commands/tell-error.ts";
import { describeRun } from "../../../agent/commands/tell-journal.ts";
import type { World } from "../../../agent/commands/world.ts";
import { Refusal } from "../../../agent/refusal.ts";
import type { Report } from "../../../agent/report/report.ts";
import { run } from "../../../agent/run.ts";

/** What a command says on stderr. */
function worldOf(environment: World["environment"]): { world: World; said: string[]; out: string[] } {
  const [said, out]: string[][] = [[], []];
  const world = {
    environment,
    writeOut: (text: string) => void out!.push(text),
    writeError: (text: string) => void said!.push(text),
    rewrite: () => assert.fail("no terminal"),
    isTerminalOut: false,
    isTerminalError: false,
  };
  return { world, said: said!, out: out! };
}

const IN_JOURNAL = { JOURNAL_STREAM: "8:12345" };
const REFUSAL = new Refusal("data", [
  { what: "a is wrong", fix: "Mend it." },
  { what: "b\n<0>forged", fix: "Mend\u001b[2J it.", at: { file: "/etc/b", line: 3 } },
]);

describe("why a command failed", () => {
  it("is an entry for each problem in the journal, at its priority and without parbake's name", async () => {
    const { world, said } = worldOf(IN_JOURNAL);
    await tellError(REFUSAL, null, world);
    assert.deepEqual(said, ["<3>a is wrong. Mend it.", String.raw`<3>/etc/b:3: b\n<0>forged. Mend\x1b[2J it.`]);
  });

  it("is one entry where it is a bug", async () => {
    const { world, said } = worldOf(IN_JOURNAL);
    await tellError(new TypeError("quotes a secret"), null, world);
    assert.equal(said.length, 1);
    assert.match(
      said[0]!,
      /^<3>a bug in parbake, TypeError at .*\. Please report it with the command line and the config\.$/,
    );
    assert.doesNotMatch(said[0]!, /quotes|\n/);
  });

  it("is a line for each problem for people", async () => {
    const { world, said } = worldOf({});
    await tellError(REFUSAL, null, world);
    assert.equal(said[0], "parbake: a is wrong. Mend it.\n");
  });

  it("is a line of JSON for collectors, and of the journal's for it, also of a command line that is wrong", async () => {
    const json = worldOf({});
    await run(["status", "--log-format", "json", "--root", "/nowhere/at/all"], json.world);
    assert.equal((JSON.parse(json.said[0]!) as { level: string }).level, "error");
    const wrong = worldOf(IN_JOURNAL);
    assert.equal(await run(["nonsense"], wrong.world), 64);
    assert.match(wrong.said[0]!, /^<3>[^p]/);
  });
});

describe("what the journal is told of a failed run", () => {
  const PROBLEM = { what: "secret db: no such secret", fix: "Check the id.", at: { file: "/etc/p.yaml", line: 9 } };
  const held = (what: string, units: string[]) => ({
    what: "secret db",
    units,
    because: [{ what, fix: "Check the id." }],
  });
  const wave = (name: string, result: string) => ({ name, result, tookMs: 1, units: [] });
  const report = (more: object) =>
    ({
      runId: "r-1",
      stages: [{ name: "config" }, { name: "units" }],
      held: [],
      waves: [],
      ...more,
    }) as unknown as Report;

  it("is which units this problem holds back, each once, and of which wave that is", () => {
    const ofOne = "secret db: no such secret";
    const holds = [held(ofOne, ["a.service", "b.service"]), held(ofOne, ["b.service"]), held("another", ["c.service"])];
    const waves = [wave("hardware", "done"), wave("secrets", "partly")];
    assert.deepEqual(describeRun(PROBLEM, report({ held: holds, waves })), {
      PARBAKE_RUN: "r-1",
      PARBAKE_STAGE: "fetch",
      PARBAKE_WAVE: ["secrets"],
      PARBAKE_UNIT: ["a.service", "b.service"],
    });
  });

  for (const [title, waves, stage] of [
    ["came to before its first wave", [], "units"],
    ["came to in its last wave", [wave("hardware", "done"), wave("instance", "failed")], "units"],
    ["went past, which nobody knows any more", [wave("hardware", "failed"), wave("instance", "done")], undefined],
  ] as const)
    it(`is the stage that the run ${title}`, () => {
      assert.equal(describeRun(PROBLEM, report({ waves }))["PARBAKE_STAGE"], stage);
    });
});
