// The document for Systems Manager: its form, as "Data elements and parameters" and "Command document plugin reference" of the
// Systems Manager User Guide have it; what can get into its script; and what the script does.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { parseArguments } from "../../agent/cli/parse-arguments.ts";
import { makeFolder } from "../support/folders.ts";

interface Parameter {
  readonly type: string;
  readonly description: string;
  readonly default: string;
  readonly allowedValues?: readonly string[];
  readonly allowedPattern?: string;
}

interface Step {
  readonly name: string;
  readonly action: string;
  readonly precondition: object;
  readonly inputs: { readonly timeoutSeconds: string; readonly runCommand: readonly string[] };
}

interface SsmDocument {
  readonly schemaVersion: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly mainSteps: readonly Step[];
}

const source = readFileSync(new URL("../../scripts/aws/ssm-document.yaml", import.meta.url), "utf8");
const document = parse(source) as SsmDocument;
const [step] = document.mainSteps as readonly [Step];

/** What Systems Manager accepts of a parameter's value. */
function accepts({ allowedValues, allowedPattern }: Parameter, value: string): boolean {
  return (allowedValues?.includes(value) ?? true) && new RegExp(allowedPattern ?? "").test(value);
}

/** As Systems Manager puts the parameters in. */
function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{\{ ?(\w+) ?\}\}/g, (_, name: string) => values[name] ?? document.parameters[name]!.default);
}

describe("the document for Systems Manager", () => {
  it("has the elements of a Command document of schema 2.2, and no others", () => {
    assert.equal(document.schemaVersion, "2.2");
    assert.deepEqual(Object.keys(document), ["schemaVersion", "description", "parameters", "mainSteps"]);
    for (const [name, parameter] of Object.entries(document.parameters)) {
      assert.match(name, /^[A-Za-z0-9_-]+$/);
      assert.equal(parameter.type, "String");
      const known = ["type", "description", "default", "allowedValues", "allowedPattern"];
      assert.deepEqual(
        Object.keys(parameter).filter((key) => !known.includes(key)),
        [],
      );
    }
    assert.equal(document.mainSteps.length, 1);
    assert.deepEqual(Object.keys(step), ["name", "action", "precondition", "inputs"]);
    assert.match(step.name, /^[a-zA-Z0-9_-]{1,128}$/);
    assert.equal(step.action, "aws:runShellScript");
    assert.deepEqual(step.precondition, { StringEquals: ["platformType", "Linux"] });
    assert.deepEqual(Object.keys(step.inputs), ["timeoutSeconds", "runCommand"]);
    assert.ok(Buffer.byteLength(source) < 64 * 1024);
  });

  it("uses every parameter that it declares, and declares each that it uses", () => {
    const used = [...JSON.stringify(step).matchAll(/\{\{ ?(\w+) ?\}\}/g)].map(([, name]) => name!);
    assert.deepEqual([...new Set(used)].toSorted(), Object.keys(document.parameters).toSorted());
  });

  it("accepts its own defaults, and in no parameter what could end a word of the script", () => {
    for (const [name, parameter] of Object.entries(document.parameters)) {
      assert.ok(accepts(parameter, parameter.default), name);
      const hostile = [
        "'",
        "' ; reboot ; '",
        "$(reboot)",
        "`reboot`",
        "plan\nreboot",
        "60\n",
        "60 ",
        "",
        "-1",
        "--root=/",
      ];
      for (const value of hostile) assert.ok(!accepts(parameter, value), `${name}: ${JSON.stringify(value)}`);
    }
    const { Deadline, TimeoutSeconds } = document.parameters;
    assert.ok(accepts(Deadline!, "999") && !accepts(Deadline!, "05") && accepts(TimeoutSeconds!, "3600"));
  });

  /** Runs the script with a systemd-run that says what it was asked for. */
  function runScript(values: Readonly<Record<string, string>>, status = 0): { words: string[]; status: number | null } {
    const folder = makeFolder(tmpdir(), "ssm", "test");
    writeFileSync(join(folder, "systemd-run"), `#!/bin/sh\nprintf '%s\\n' "$@"\nexit ${status}\n`);
    chmodSync(join(folder, "systemd-run"), 0o755);
    const script = fill(step.inputs.runCommand.join("\n"), values);
    const { stdout, ...ended } = spawnSync("/bin/sh", ["-c", script], {
      encoding: "utf8",
      env: { PATH: `${folder}:/usr/bin:/bin` },
    });
    return { words: stdout.trim().split("\n"), status: ended.status };
  }

  it("runs parbake as a unit of its own and waits for it, with words that parbake takes", () => {
    const rows = [
      [{}, ["plan", "--deadline", "60s"]],
      [{ Command: "apply" }, ["apply", "--deadline", "60s"]],
      [
        { Command: "apply", Only: "secrets", Force: "yes" },
        ["apply", "--deadline", "60s", "--only", "secrets", "--force"],
      ],
      [{ Command: "plan", Only: "files", Force: "yes" }, ["plan", "--deadline", "60s", "--only", "files"]],
      [{ Command: "apply", Deadline: "300" }, ["apply", "--deadline", "300s"]],
    ] as const;
    for (const [values, expected] of rows) {
      const { words, status } = runScript(values);
      assert.equal(status, 0);
      const at = words.indexOf("/usr/bin/parbake");
      assert.deepEqual(words.slice(at + 1), expected);
      assert.equal(parseArguments(words.slice(at + 1)).command.kind, expected[0]);
      const options = words.slice(0, at);
      for (const option of ["--wait", "--pipe", "--property=EnvironmentFile=-/etc/parbake/environment"])
        assert.ok(options.includes(option), option);
    }
  });

  it("ends with the exit status that parbake ends with", () => {
    for (const status of [2, 69, 77, 78]) assert.equal(runScript({ Command: "apply" }, status).status, status);
  });

  it("waits longer for parbake than parbake does, by its defaults", () => {
    const { Deadline, TimeoutSeconds } = document.parameters;
    assert.ok(Number(TimeoutSeconds!.default) > Number(Deadline!.default) + 3);
    assert.equal(fill(step.inputs.timeoutSeconds, {}), "120");
  });
});
