import assert from "node:assert/strict";
import { startDeadline } from "../../../agent/deadline.ts";
import type { CommandResult } from "../../../agent/host/run-command.ts";
import { collectPrograms } from "../../../agent/logs/collect-programs.ts";

async function collect(answer: (argv: readonly string[]) => CommandResult) {
  const asked: (readonly string[])[] = [];
  const collection = await collectPrograms(startDeadline(60_000), async (argv) => {
    asked.push(argv);
    return answer(argv);
  });
  return { asked, ...collection };
}

const exited = (output: string, status = 0): CommandResult => ({ kind: "exited", status, output });

const LISTED = `  parbake-ready@nginx.service loaded inactive dead Check that parbake has made all that nginx needs
  parbake-ready@db@1.service  loaded failed   failed Check that parbake has made all that db@1 needs
`;

describe("what programs say for a bug report", () => {
  it("is asked of parbake's units and of those that they hold, and never changes anything", async () => {
    const { asked, entries } = await collect((argv) => exited(argv[1] === "list-units" ? LISTED : "said\n"));
    const verbs = asked.map(([program, verb]) => `${program} ${verb}`);
    const READ =
      /^(?:systemctl (?:list-units|list-jobs|status|show|cat)|systemd-analyze (?:time|blame|critical-chain)|journalctl --boot|ip (?:address|route))$/;
    assert.deepEqual(
      verbs.filter((verb) => !READ.test(verb)),
      [],
    );
    const cat = asked.find(([, verb]) => verb === "cat")!;
    for (const unit of ["parbake.service", "parbake-ready@db@1.service", "nginx.service", "db@1.service"])
      assert.ok(cat.includes(unit), `${unit} in ${cat.join(" ")}`);
    assert.ok(!cat.includes("parbake-ready@.service"), "a template is no unit");
    assert.equal(entries.length, asked.length - 1);
  });

  it("has the journal of parbake's units alone, and no line of another's", async () => {
    const { asked } = await collect((argv) => exited(argv[1] === "list-units" ? LISTED : ""));
    const units = asked
      .filter(([program]) => program === "journalctl")
      .flatMap((argv) => argv.filter((word) => word.startsWith("--unit")));
    assert.deepEqual([...new Set(units)], ["--unit=parbake*", "--unit=run-parbake-secrets.mount"]);
    assert.ok(asked.find(([, verb]) => verb === "status")!.includes("--lines=0"));
  });

  it("is told as missing where there is none: without systemd, without the right, without an end", async () => {
    const { entries, missing } = await collect(([program]) =>
      program === "ip"
        ? { kind: "absent" }
        : program === "journalctl"
          ? { kind: "timed-out", output: "" }
          : exited("no bus\n", 1),
    );
    assert.deepEqual(
      missing.map(({ why }) => why.replace(/\d+/, "N")),
      [
        ...Array.from({ length: 3 }, () => "no answer within N ms"),
        "there is no such program",
        "there is no such program",
      ],
    );
    assert.ok(entries.every(({ bytes }) => bytes.toString() === "no bus\n"));
  });
});
