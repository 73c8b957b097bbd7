import assert from "node:assert/strict";
import { sumHeld, warnLimited } from "../../../../agent/apply/units/warn-running.ts";
import { startDeadline } from "../../../../agent/deadline.ts";
import type { RunCommand } from "../../../../agent/host/run-command.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

const MIB = 2 ** 20;

// Of a running PostgreSQL, Linux 6.1, shortened.
const STAT = `anon ${40 * MIB}
file ${900 * MIB}
kernel ${9 * MIB}
kernel_stack ${MIB}
pagetables ${3 * MIB}
percpu 1024
sock ${2 * MIB}
shmem ${130 * MIB}
file_mapped ${120 * MIB}
slab_reclaimable ${3 * MIB}
slab_unreclaimable ${MIB}
slab ${4 * MIB}
`;

describe("a running unit that is about to be kept to its share", () => {
  let scratch: Scratch;
  const asked: (readonly string[])[] = [];
  const answer =
    (output: string): RunCommand =>
    (argv) => {
      asked.push(argv);
      return Promise.resolve({ kind: "exited", status: 0, output });
    };

  beforeEach(() => {
    scratch = makeScratch();
    asked.length = 0;
    scratch.write("system.slice/db.service/memory.stat", STAT);
    scratch.write("system.slice/api.service/memory.stat", `anon ${300 * MIB}\n`);
  });

  it("holds what the kernel cannot take back: no page cache", () => {
    assert.equal(sumHeld(STAT), 177 * MIB);
  });

  it("is warned of where that is more, all units asked for at once, and one that does not run is not", async () => {
    const limited = [
      { unit: "db.service", maxBytes: 177 * MIB },
      { unit: "off.service", maxBytes: MIB },
      { unit: "api.service", maxBytes: 256 * MIB },
    ];
    const shown = ["/system.slice/db.service", "", "/system.slice/api.service"];
    const run = answer(`${shown.map((group) => `ControlGroup=${group}`).join("\n\n")}\n`);
    const problems = await warnLimited(limited, { run, deadline: startDeadline(5_000) }, scratch.root);
    assert.deepEqual(asked, [
      ["systemctl", "show", "--property=ControlGroup", "--", "db.service", "off.service", "api.service"],
    ]);
    assert.deepEqual(problems, [
      {
        what: "api.service runs with 300 MiB that the kernel cannot take back, and is to be kept to 256 MiB: the kernel will kill processes of it",
        fix: "Stop it before, and start it after: it reads the settings of its new share then.",
      },
    ]);
  });

  it("is not judged where the kernel has version 1 of cgroups, or systemd does not answer", async () => {
    const limited = [{ unit: "api.service", maxBytes: MIB }];
    const gone = answer("ControlGroup=/elsewhere/api.service\n");
    const failed: RunCommand = () => Promise.resolve({ kind: "exited", status: 1, output: "no bus" });
    for (const run of [gone, failed])
      assert.deepEqual(await warnLimited(limited, { run, deadline: startDeadline(5_000) }, scratch.root), []);
  });
});
