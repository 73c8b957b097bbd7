import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArguments } from "../../../agent/cli/parse-arguments.ts";
import { formatBash } from "../../../scripts/docs/complete-bash.ts";
import { formatFish } from "../../../scripts/docs/complete-fish.ts";
import { formatZsh } from "../../../scripts/docs/complete-zsh.ts";
import { FIXED } from "../../../scripts/docs/completion-words.ts";
import { describeWhere } from "../../e2e/support/requirements.ts";
import { makeFolder } from "../../support/folders.ts";

/** Lines that somebody types, and what is offered for the last word. */
const LINES: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ["parbake pl", ["plan"]],
  ["parbake plan --det", ["--detailed-exitcode"]],
  ["parbake apply --only ", ["files", "secrets", "tuning"]],
  ["parbake --log-level w", ["warn"]],
  ["parbake tune postg", ["postgresql"]],
  ["parbake tune --instance-type m7g.large,r7i.4xl", ["m7g.large,r7i.4xlarge"]],
  ["parbake check --root /us", ["/usr"]],
  ["parbake facts nothing", []],
];

function write(name: string, text: string): string {
  const path = join(makeFolder(tmpdir(), "completion", "run"), name);
  writeFileSync(path, text);
  return path;
}

describe("the fixed values that are offered", () => {
  for (const [name, words] of Object.entries(FIXED))
    it(`are those that --${name} takes`, () => {
      for (const word of words) assert.equal(parseArguments(["apply", `--${name}`, word]).command.kind, "apply");
    });
});

describeWhere({ programs: ["bash"] }, "the completion of bash", () => {
  let script: string;
  before(() => (script = write("parbake", formatBash())));
  const ask = String.raw`
    source "$1"; compopt() { :; }
    COMP_LINE=$2 COMP_POINT=${"${#2}"}; read -ra COMP_WORDS <<<"$2"
    [[ $2 != *" " ]] || COMP_WORDS+=("")
    COMP_CWORD=$(( ${"${#COMP_WORDS[@]}"} - 1 )); _parbake
    printf '%s\n' "${"${COMPREPLY[@]}"}"`;
  for (const [line, offered] of LINES)
    it(`offers for "${line}" ${offered.join(", ") || "nothing"}`, () => {
      const stdout = execFileSync("bash", ["-c", ask, "bash", script, line], { encoding: "utf8" });
      assert.deepEqual(stdout.split("\n").filter(Boolean), offered);
    });
});

describeWhere({ programs: ["fish"] }, "the completion of fish", () => {
  let script: string;
  before(() => (script = write("parbake.fish", formatFish())));
  for (const [line, offered] of LINES)
    it(`offers for "${line}" ${offered.join(", ") || "nothing"}`, () => {
      const argv = ["--no-config", "-c", "source $argv[1]; complete -C $argv[2]", script, line];
      const stdout = execFileSync("fish", argv, { encoding: "utf8" });
      const words = stdout.split("\n").map((row) => row.split("\t")[0]!.replace(/\/$/, ""));
      assert.deepEqual(words.filter(Boolean), offered);
    });
});

describeWhere({ programs: ["zsh"] }, "the completion of zsh", () => {
  it("is a script that zsh reads, and finds by its first line", () => {
    const script = write("_parbake", formatZsh());
    execFileSync("zsh", ["-n", script]);
    const found = "fpath=($1 $fpath); autoload -U compinit; compinit -u -D; print $_comps[parbake]";
    const argv = ["-f", "-c", found, "zsh", join(script, "..")];
    assert.equal(execFileSync("zsh", argv, { encoding: "utf8" }).trim(), "_parbake");
  });
});
