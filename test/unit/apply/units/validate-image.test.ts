import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { describeValidation, type ValidationOutcomes } from "../../../../agent/apply/units/validate-files.ts";
import { validateImage, type ImageValidation } from "../../../../agent/apply/units/validate-image.ts";
import { startDeadline } from "../../../../agent/deadline.ts";
import type { CellFile } from "../../../../agent/host/cell/cell-layers.ts";
import type { CommandResult, RunCommand } from "../../../../agent/host/run-command.ts";
import { Refusal } from "../../../../agent/refusal.ts";
import { AARCH64_HEAD } from "../../host/cell/support/elf.ts";
import { IS_ROOT, makeScratch, type Scratch } from "../../support/scratch.ts";

const DONE: CommandResult = { kind: "exited", status: 0, output: "" };
const FOREIGN_HEAD = Buffer.from(AARCH64_HEAD);
FOREIGN_HEAD.writeUInt16LE(4321, 18);

const FILES: readonly CellFile[] = [
  { path: "/etc/tls", uid: 0, gid: 0, mode: 0o644, bytes: Buffer.from("key /run/parbake/secrets/tls/key;\n") },
];

const of = (path: string, program = "/bin/v", holdsSecrets = false): ImageValidation => {
  return { path, argv: [program, "{}"], holdsSecrets };
};

const said = (outcomes: ValidationOutcomes) =>
  [...outcomes].map(([path, outcome]) => [path, describeValidation(outcome)]);

describe("validateImage", () => {
  let image: Scratch;
  let ran: string[][];

  beforeEach(() => {
    image = makeScratch();
    ran = [];
    for (const [path, bytes] of [
      ["bin/v", ""],
      ["bin/foreign", FOREIGN_HEAD],
    ] as const) {
      image.write(path, "");
      writeFileSync(image.path(path), bytes);
      chmodSync(image.path(path), 0o755);
    }
  });

  /** As the programs outside of any cell would be run: the attempt of one first. */
  function validate(validations: ImageValidation[], results: CommandResult[], more = {}): Promise<ValidationOutcomes> {
    const run: RunCommand = async (argv) => {
      ran.push(argv.slice(argv.indexOf("--") + 1));
      return results.shift() ?? assert.fail("unplanned");
    };
    const policy = { forbidden: null, strict: false, ...more };
    const secretsFolder = "/run/parbake/secrets";
    const context = { root: image.root, secretsFolder, deadline: startDeadline(5_000), run, ...policy };
    return validateImage(validations, FILES, context);
  }

  it("asks each file's own program, which opens it by its real name", async function () {
    if (!IS_ROOT) this.skip();
    const outcomes = await validate([of("/etc/a"), of("/etc/b")], [DONE, DONE, DONE]);
    assert.deepEqual(said(outcomes), [
      ["/etc/a", "passed"],
      ["/etc/b", "passed"],
    ]);
    assert.deepEqual(ran, [[], ["/bin/v", "/etc/a"], ["/bin/v", "/etc/b"]]);
  });

  it("refuses with what a program says", async function () {
    if (!IS_ROOT) this.skip();
    const bad: CommandResult = { kind: "exited", status: 1, output: "2026/01/02 03:04:05 [emerg] no /etc/a\n" };
    await assert.rejects(validate([of("/etc/a")], [DONE, bad]), (error) => {
      assert.ok(error instanceof Refusal);
      assert.equal(error.code, "data");
      assert.match(
        error.message,
        /^\/etc\/a is refused by its validator `\/bin\/v \{\}`: exit status 1: \[emerg\] no \/etc\/a\. /,
      );
      return true;
    });
  });

  it("names every file that no program judged, by which, and why: and runs none of those", async () => {
    const files = [
      of("/etc/a"),
      of("/run/parbake/secrets/b", "/bin/v", true),
      of("/etc/tls"),
      of("/etc/c", "/bin/foreign"),
    ];
    const none: CommandResult = {
      kind: "exited",
      status: 1,
      output: "unshare: unshare failed: Operation not permitted\n",
    };
    const outcomes = await validate(files, [none]);
    const because = IS_ROOT
      ? "no program can be run in an image here: unshare: unshare failed: Operation not permitted"
      : "only root can run a program in an image";
    const own = process.arch === "arm64" ? "arm64" : "x86_64";
    assert.deepEqual(Object.fromEntries(said(outcomes)), {
      "/etc/a": `not validated by /bin/v: ${because}`,
      "/run/parbake/secrets/b": "not validated by /bin/v before the boot: it needs secrets, which are in no image",
      "/etc/tls": "not validated by /bin/v before the boot: it needs secrets, which are in no image",
      "/etc/c": `not validated by /bin/foreign: /bin/foreign is a program for another CPU (ELF machine 4321), and this machine runs ${own}: no emulator for it is registered (install qemu-user-static)`,
    });
  });

  it("runs nothing where that is forbidden", async () => {
    const outcomes = await validate([of("/etc/a")], [], { forbidden: "--no-validators" });
    assert.deepEqual(said(outcomes), [["/etc/a", "not validated by /bin/v: --no-validators"]]);
  });

  it("fails with --strict for all that was not validated, but not for what can only be validated by the boot", async () => {
    const strict = { strict: true, forbidden: "--no-validators" };
    await assert.rejects(validate([of("/etc/a"), of("/etc/b")], [], strict), (error) => {
      assert.ok(error instanceof Refusal);
      assert.equal(error.code, "system");
      assert.deepEqual(
        error.problems.map(({ what }) => what),
        ["/etc/a", "/etc/b"].map((path) => `${path} is not validated by /bin/v: --no-validators`),
      );
      return true;
    });
    const outcomes = await validate([of("/etc/a", "/bin/v", true)], [], { strict: true });
    assert.equal(outcomes.get("/etc/a")?.kind, "later");
  });
});
