import assert from "node:assert/strict";
import { validateFiles, type Validation } from "../../../../agent/apply/units/validate-files.ts";
import { startDeadline } from "../../../../agent/deadline.ts";
import type { CommandResult } from "../../../../agent/host/run-command.ts";
import { Refusal } from "../../../../agent/refusal.ts";
import { CANARY } from "../../support/scratch.ts";

function validation(path: string, argv: string[], holdsSecrets = false): Validation {
  return { argv, path, stagedPath: `${path}.staged`, holdsSecrets };
}

async function validateWith(result: CommandResult, validations: Validation[]) {
  const ran: string[][] = [];
  const run = async (argv: readonly string[]) => {
    ran.push([...argv]);
    return result;
  };
  const outcome = await validateFiles(validations, { deadline: startDeadline(1_000), run });
  return { outcome, ran };
}

const OK: CommandResult = { kind: "exited", status: 0, output: "" };

describe("validateFiles", () => {
  it("puts the staged path in for {} wherever it stands, and runs other arguments as they are", async () => {
    const { outcome, ran } = await validateWith(OK, [
      validation("/a", ["v", "{}", "--f={}", "$&"]),
      validation("/b", ["w"]),
    ]);
    assert.deepEqual(
      [...outcome],
      [
        ["/a", { kind: "passed" }],
        ["/b", { kind: "passed" }],
      ],
    );
    assert.deepEqual(ran, [["v", "/a.staged", "--f=/a.staged", "$&"], ["w"]]);
  });

  it("runs a validator of several files once where it is the same command", async () => {
    const { ran } = await validateWith(OK, [validation("/a", ["nginx", "-t"]), validation("/b", ["nginx", "-t"])]);
    assert.deepEqual(ran, [["nginx", "-t"]]);
  });

  it("refuses with the validator, its status and its first lines; all files at once", async () => {
    const result: CommandResult = { kind: "exited", status: 2, output: "bad line 3 in /a.staged\n" };
    await assert.rejects(validateWith(result, [validation("/a", ["v", "{}"]), validation("/b", ["w"])]), (error) => {
      assert.ok(error instanceof Refusal);
      assert.equal(error.code, "data");
      assert.deepEqual(
        error.problems.map(({ what }) => what),
        [
          "/a is refused by its validator `v {}`: exit status 2: bad line 3 in /a",
          "/b is refused by its validator `w`: exit status 2: bad line 3 in /a.staged",
        ],
      );
      return true;
    });
  });

  it("withholds what a validator says of a file that holds secrets", async () => {
    const result: CommandResult = { kind: "exited", status: 1, output: `password ${CANARY} is bad` };
    await assert.rejects(validateWith(result, [validation("/a", ["v"], true)]), (error) => {
      assert.ok(error instanceof Refusal);
      assert.match(error.message, /its output is withheld/);
      assert.equal(error.message.includes(CANARY), false);
      return true;
    });
  });

  it("refuses when the validator is absent, hangs or is killed", async () => {
    const one = [validation("/a", ["v"])];
    await assert.rejects(
      validateWith({ kind: "absent" }, one),
      /: the validator `v` of \/a gave no verdict: there is no such program\. Install the program/,
    );
    const check = [validation("/a", ["/opt/check", "{}"]), validation("/b", ["/opt/check", "{}"])];
    await assert.rejects(
      validateWith({ kind: "forbidden" }, check),
      /^Refusal: the validator `\/opt\/check \{\}` of \/a gave no verdict: the program is not executable\. Make it executable in the image: chmod \+x \/opt\/check; the file was not changed\.$/,
    );
    await assert.rejects(validateWith({ kind: "timed-out", output: "" }, one), /no answer within \d+ ms/);
    await assert.rejects(validateWith({ kind: "killed", signal: "SIGSEGV", output: "" }, one), /killed by SIGSEGV/);
    await assert.rejects(
      validateWith({ kind: "killed", signal: "SIGKILL", output: "" }, one),
      /killed by SIGKILL\. Look whether it ran out of memory \(journalctl -k\); if not, fix the template; the file/,
    );
  });

  it("blames no file where the program could not be started in the image, and tells of it once", async () => {
    const said = "/usr/sbin/chroot: failed to run command '/usr/sbin/nginx': No such file or directory\n";
    const argv = (file: string) => ["/usr/sbin/nginx", "-t", "-c", file];
    const two = [validation("/a", argv("/a")), validation("/b", argv("/b"))];
    for (const status of [126, 127])
      await assert.rejects(validateWith({ kind: "exited", status, output: said }, two), (error) => {
        assert.ok(error instanceof Refusal);
        assert.deepEqual(error.problems, [
          {
            what: `the validator \`/usr/sbin/nginx -t -c /a\` of /a gave no verdict, as it, or what it calls, cannot run here: exit status ${status}: ${said.trimEnd()}`,
            fix: "Look in the image for what /usr/sbin/nginx needs: its interpreter, which `file` names (a script's is behind its #!), and the libraries that `ldd` lists; the file was not changed.",
          },
        ]);
        return true;
      });
    const secret = validateWith({ kind: "exited", status: 127, output: CANARY }, [validation("/a", ["v"], true)]);
    await assert.rejects(secret, (error) => {
      assert.ok(error instanceof Refusal);
      assert.match(error.message, /cannot run here: exit status 127 \(its output is withheld/);
      assert.equal(error.message.includes(CANARY), false);
      return true;
    });
  });

  it("tells each file's own where a shell finds another program missing", async () => {
    const run = async ([, , script]: readonly string[]): Promise<CommandResult> => ({
      kind: "exited",
      status: 127,
      output: `sh: 1: ${script}: not found\n`,
    });
    const scripts = ["lint-a", "lint-b"].map((script) => validation(`/${script}`, ["/bin/sh", "-c", script]));
    await assert.rejects(validateFiles(scripts, { deadline: startDeadline(1_000), run }), (error) => {
      assert.ok(error instanceof Refusal);
      assert.deepEqual(
        error.problems.map(({ what }) => /status 127: .*/.exec(what)?.[0]),
        ["status 127: sh: 1: lint-a: not found", "status 127: sh: 1: lint-b: not found"],
      );
      return true;
    });
  });
});
