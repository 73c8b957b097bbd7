import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatBash } from "../../../../agent/cli/completion/complete-bash.ts";
import { formatFish } from "../../../../agent/cli/completion/complete-fish.ts";
import { formatZsh } from "../../../../agent/cli/completion/complete-zsh.ts";
import { OPTIONS } from "../../../../agent/cli/options.ts";
import { parseArguments } from "../../../../agent/cli/parse-arguments.ts";
import { formatTold } from "../../../../agent/cli/print/print-told.ts";
import { choosePaint } from "../../../../agent/cli/text.ts";
import type { ToldEntry } from "../../../../agent/config/read/tell-config.ts";
import { describeWhere } from "../../../e2e/support/requirements.ts";
import { makeFolder } from "../../../support/folders.ts";

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
  ["parbake config ", ["show"]],
  ["parbake completion z", ["zsh"]],
  ["parbake help uninst", ["uninstall"]],
  ["parbake help postgr", ["postgresql"]],
  ["parbake templates php", ["php-fpm.ini.hbs"]],
  ["parbake explain-error AccessDeniedE", ["AccessDeniedException"]],
  ["parbake fmt /etc/hostn", ["/etc/hostname"]],
  ["parbake ready ng", ["nginx.service"]],
  ["parbake install --unit postgr", ["postgresql@.service"]],
  ["parbake explain ", ["db", "web-1"]],
];

/** What the completions ask of the machine: its units, and the apps of its config as `config show` prints them. */
const MACHINE = {
  systemctl: "nginx.service enabled enabled\npostgresql@.service disabled enabled",
  parbake: formatTold({ sources: ["parbake.yaml"], entries: tellApps("db", "web-1") }, choosePaint(false)),
};

function tellApps(...names: readonly string[]): readonly ToldEntry[] {
  const at = { file: "parbake.yaml", line: 1, column: 1 };
  const profile = { kind: "scalar", scalar: "nginx", spelling: null, at } as const;
  const apps = names.map((name) => [name, { kind: "mapping", entries: [["profile", profile]], at }] as const);
  return [
    ["apps", { kind: "mapping", entries: apps, at }],
    ["vars", { kind: "mapping", entries: [["port", profile]], at }],
  ];
}

let environment: NodeJS.ProcessEnv;
before(() => {
  const folder = makeFolder(tmpdir(), "completion-machine", "run");
  for (const [name, said] of Object.entries(MACHINE))
    writeFileSync(join(folder, name), `#!/bin/sh\ncat <<'END'\n${said}\nEND\n`, { mode: 0o755 });
  environment = { ...process.env, PATH: `${folder}:${process.env["PATH"]}` };
});

function write(name: string, text: string): string {
  const path = join(makeFolder(tmpdir(), "completion", "run"), name);
  writeFileSync(path, text);
  return path;
}

const FIXED = {
  only: ["files", "secrets", "tuning"],
  "log-level": ["error", "warn", "info", "debug"],
  "log-format": ["text", "json", "journal"],
  sort: ["name", "memory", "vcpus", "fits"],
} as const;

describe("the fixed values that are offered", () => {
  for (const name of Object.keys(FIXED) as (keyof typeof FIXED)[])
    it(`are those that --${name} takes`, () => {
      const line = name === "sort" ? ["tune", "--all-types"] : ["apply"];
      assert.deepEqual(OPTIONS[name].choices, FIXED[name]);
      for (const word of FIXED[name]) assert.equal(parseArguments([...line, `--${name}`, word]).command.kind, line[0]);
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
      const stdout = execFileSync("bash", ["-c", ask, "bash", script, line], { encoding: "utf8", env: environment });
      assert.deepEqual(stdout.split("\n").filter(Boolean), offered);
    });
});

describeWhere({ programs: ["fish"] }, "the completion of fish", () => {
  let script: string;
  before(() => (script = write("parbake.fish", formatFish())));
  for (const [line, offered] of LINES)
    it(`offers for "${line}" ${offered.join(", ") || "nothing"}`, () => {
      const argv = ["--no-config", "-c", "source $argv[1]; complete -C $argv[2]", script, line];
      const stdout = execFileSync("fish", argv, { encoding: "utf8", env: environment });
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

  let folder: string;
  before(() => (folder = join(write("_parbake", formatZsh()), "..")));
  const support = join(import.meta.dirname, "support");
  for (const [line, offered] of LINES)
    it(`offers for "${line}" ${offered.join(", ") || "nothing"}`, () => {
      const argv = ["-f", join(support, "ask.zsh"), folder, line, join(support, "setup.zsh")];
      const stdout = execFileSync("zsh", argv, { encoding: "utf8", env: environment, timeout: 20_000 });
      // It offers what follows the last comma or slash.
      assert.deepEqual(
        stdout.split("\n").filter(Boolean),
        offered.map((word) => word.replace(/^.*[,/](?=.)/, "")),
      );
    });
});
