import assert from "node:assert/strict";
import { explainErrno, explainFileError, explainShortage } from "../../../agent/host/file-error.ts";
import { Refusal } from "../../../agent/refusal.ts";

const systemError = (code: string) => Object.assign(new Error("hunter2"), { code, syscall: "open" });

function tell(error: unknown): string {
  assert.ok(error instanceof Refusal);
  return `${error.code}: ${error.message}`;
}

describe("an error of the file system", () => {
  it("is told by its errno, never by the system's own message", () => {
    assert.equal(
      tell(explainFileError(systemError("EMFILE"), "/etc/x")),
      "system: /etc/x cannot be opened: too many open files (EMFILE). Raise LimitNOFILE= of the unit, or `ulimit -n`.",
    );
    assert.equal(
      tell(explainFileError(systemError("EUCLEAN"), "/etc/x")),
      "cannot-write: /etc/x cannot be read or written (EUCLEAN). Inspect the path and its file system.",
    );
    assert.equal(explainErrno("EACCES").code, "permission");
  });

  it("is no bug where an unforeseen error says that the machine has nothing left, and a bug otherwise", () => {
    for (const code of ["EMFILE", "ENFILE", "ENOMEM"])
      assert.match(tell(explainShortage(systemError(code))), new RegExp(`^system: what parbake needs next .*${code}`));
    const others = [systemError("ENOENT"), systemError("EACCES"), new TypeError("x"), new Refusal("usage", [])];
    for (const other of others) assert.equal(explainShortage(other), other);
  });
});
