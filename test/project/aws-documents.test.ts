// What scripts/aws has for other tools. The document for Systems Manager: its form, as "Data elements and parameters" and "Command
// document plugin reference" of its User Guide have it; what can get into its script; and what the script does. The component for
// EC2 Image Builder, as "Use the component document framework" of its User Guide has it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { parseArguments } from "../../agent/cli/parse-arguments.ts";
import { makeFolder } from "../support/folders.ts";
import { fillParameters, fillScript, SSM_DOCUMENT, SSM_SOURCE, type Parameter } from "../support/ssm-document.ts";

interface ImageComponent {
  readonly name: string;
  readonly schemaVersion: number;
  readonly parameters: readonly Readonly<Record<string, { readonly type: string }>>[];
  readonly phases: readonly {
    readonly name: string;
    readonly steps: readonly {
      readonly name: string;
      readonly action: string;
      readonly inputs: readonly object[] | { readonly commands: readonly string[] };
    }[];
  }[];
}

const [step] = SSM_DOCUMENT.mainSteps as readonly [(typeof SSM_DOCUMENT.mainSteps)[number]];

/** What Systems Manager accepts of a parameter's value. */
function accepts({ allowedValues, allowedPattern }: Parameter, value: string): boolean {
  return (allowedValues?.includes(value) ?? true) && new RegExp(allowedPattern ?? "").test(value);
}

describe("the document for Systems Manager", () => {
  it("has the elements of a Command document of schema 2.2, and no others", () => {
    assert.equal(SSM_DOCUMENT.schemaVersion, "2.2");
    assert.deepEqual(Object.keys(SSM_DOCUMENT), ["schemaVersion", "description", "parameters", "mainSteps"]);
    for (const [name, parameter] of Object.entries(SSM_DOCUMENT.parameters)) {
      assert.match(name, /^[A-Za-z0-9_-]+$/);
      assert.equal(parameter.type, "String");
      const known = ["type", "description", "default", "allowedValues", "allowedPattern"];
      assert.deepEqual(
        Object.keys(parameter).filter((key) => !known.includes(key)),
        [],
      );
    }
    assert.equal(SSM_DOCUMENT.mainSteps.length, 1);
    assert.deepEqual(Object.keys(step), ["name", "action", "precondition", "inputs"]);
    assert.match(step.name, /^[a-zA-Z0-9_-]{1,128}$/);
    assert.equal(step.action, "aws:runShellScript");
    assert.deepEqual(step.precondition, { StringEquals: ["platformType", "Linux"] });
    assert.deepEqual(Object.keys(step.inputs), ["timeoutSeconds", "runCommand"]);
    assert.ok(Buffer.byteLength(SSM_SOURCE) < 64 * 1024);
  });

  it("uses every parameter that it declares, and declares each that it uses", () => {
    const used = [...JSON.stringify(step).matchAll(/\{\{ ?(\w+) ?\}\}/g)].map(([, name]) => name!);
    assert.deepEqual([...new Set(used)].toSorted(), Object.keys(SSM_DOCUMENT.parameters).toSorted());
  });

  it("accepts its own defaults, and in no parameter what could end a word of the script", () => {
    for (const [name, parameter] of Object.entries(SSM_DOCUMENT.parameters)) {
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
    const { Deadline, TimeoutSeconds } = SSM_DOCUMENT.parameters;
    assert.ok(accepts(Deadline!, "999") && !accepts(Deadline!, "05") && accepts(TimeoutSeconds!, "3600"));
  });

  /** Runs the script with a systemd-run that says what it was asked for. */
  function runScript(values: Readonly<Record<string, string>>, status = 0): { words: string[]; status: number | null } {
    const folder = makeFolder(tmpdir(), "ssm", "test");
    writeFileSync(join(folder, "systemd-run"), `#!/bin/sh\nprintf '%s\\n' "$@"\nexit ${status}\n`);
    chmodSync(join(folder, "systemd-run"), 0o755);
    const script = fillScript(values);
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
    const { Deadline, TimeoutSeconds } = SSM_DOCUMENT.parameters;
    assert.ok(Number(TimeoutSeconds!.default) > Number(Deadline!.default) + 3);
    assert.equal(fillParameters(step.inputs.timeoutSeconds, {}), "120");
  });
});

describe("the component for EC2 Image Builder", () => {
  const text = readFileSync(new URL("../../scripts/aws/image-builder.yaml", import.meta.url), "utf8");
  const component = parse(text) as ImageComponent;
  const actions = component.phases.flatMap(({ steps }) => steps.map(({ action }) => action));

  it("has the elements of a component document, with each phase and each step named once", () => {
    assert.deepEqual(Object.keys(component), ["name", "description", "schemaVersion", "parameters", "phases"]);
    assert.equal(component.schemaVersion, 1);
    assert.match(text, /^schemaVersion: 1\.0$/m);
    assert.deepEqual(
      component.phases.map(({ name }) => name),
      ["build", "validate", "test"],
    );
    for (const { steps } of component.phases) {
      assert.equal(new Set(steps.map(({ name }) => name)).size, steps.length);
      for (const each of steps) assert.deepEqual(Object.keys(each), ["name", "action", "inputs"]);
    }
    assert.deepEqual([...new Set(actions)], ["S3Download", "ExecuteBash"]);
  });

  it("uses every parameter that it declares, and declares each that it uses", () => {
    const used = [...text.matchAll(/\{\{ (\w+) \}\}/g)].map(([, name]) => name!);
    const declared = component.parameters.flatMap((parameter) => Object.keys(parameter));
    assert.deepEqual([...new Set(used)].toSorted(), declared.toSorted());
    for (const { type } of component.parameters.flatMap((parameter) => Object.values(parameter)))
      assert.equal(type, "string");
  });

  it("seals the image as the last thing that changes it", () => {
    const [build, validate] = component.phases;
    assert.equal(build!.name, "build");
    assert.deepEqual(validate!.steps.at(-1)!.inputs, { commands: ["parbake seal --clean --family '{{ Family }}'"] });
  });

  it("has commands that bash takes", () => {
    for (const { steps } of component.phases)
      for (const { inputs } of steps) {
        if (!("commands" in inputs)) continue;
        for (const command of inputs.commands)
          assert.equal(spawnSync("bash", ["-n", "-c", command]).status, 0, command);
      }
  });
});

describe("the Terraform configuration", () => {
  const text = readFileSync(new URL("../../scripts/aws/terraform/main.tf", import.meta.url), "utf8");
  const variables = readFileSync(new URL("../../scripts/aws/terraform/variables.tf", import.meta.url), "utf8");

  it("requires IMDSv2, with one hop", () => {
    const [, options] = /metadata_options \{\n([^}]*)\}/.exec(text)!;
    assert.match(options!, /http_tokens += "required"/);
    assert.match(options!, /http_put_response_hop_limit += 1\n/);
    assert.doesNotMatch(text, /user_data/);
  });

  it("declares each variable that it uses, and uses each", () => {
    const used = [...text.matchAll(/\bvar\.(\w+)/g)].map(([, name]) => name!);
    const declared = [...variables.matchAll(/^variable "(\w+)"/gm)].map(([, name]) => name!);
    assert.deepEqual([...new Set(used)].toSorted(), declared.toSorted());
  });

  it("replaces in the policy what is there to be replaced, and wants its statements by their names", () => {
    const policy = readFileSync(new URL("../../scripts/aws/boot-policy.json", import.meta.url), "utf8");
    for (const place of ["eu-west-1", "123456789012", "secret:prod/"]) {
      assert.ok(policy.includes(place) && text.includes(`"${place}"`), place);
    }
    const names = (JSON.parse(policy) as { Statement: { Sid: string }[] }).Statement.map(({ Sid }) => Sid);
    for (const name of names) assert.ok(text.includes(`"${name}"`), name);
  });
});

describe("the tasks for Ansible", () => {
  const text = readFileSync(new URL("../../scripts/aws/ansible-tasks.yaml", import.meta.url), "utf8");
  const tasks = parse(text) as readonly Readonly<Record<string, unknown>>[];

  it("are named, call modules by their whole names, and say when they change something", () => {
    for (const task of tasks) {
      const [name, module] = Object.keys(task);
      assert.equal(name, "name");
      assert.match(module!, /^ansible\.builtin\.(?:copy|command)$/);
      assert.equal(module === "ansible.builtin.command", "changed_when" in task, String(task["name"]));
    }
  });

  it("seal last of all, and only where they are told to", () => {
    const last = tasks.at(-1)!;
    assert.deepEqual(last["ansible.builtin.command"], { argv: ["/usr/bin/parbake", "seal", "--clean"] });
    assert.equal(last["when"], "parbake_seal | default(false)");
  });

  it("have each variable that they use in the comment before them", () => {
    const used = new Set([...text.matchAll(/(?:\{\{.*?\b|when: )(parbake_(?!copied)\w+)/g)].map(([, name]) => name!));
    const [head] = text.split(/^- /m);
    assert.equal(used.size, 4);
    for (const name of used) assert.ok(head!.includes(name), name);
  });
});
