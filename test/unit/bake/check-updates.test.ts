import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { checkUpdates } from "../../../agent/bake/check-updates.ts";
import { startDeadline } from "../../../agent/deadline.ts";
import { runCommand, type CommandResult, type RunCommand } from "../../../agent/host/run-command.ts";
import { describeWhere } from "../../e2e/support/requirements.ts";
import { makeScratch, type Scratch } from "../support/scratch.ts";

function check({ root }: Scratch, run: RunCommand = runCommand) {
  return checkUpdates({ updates: "fail" }, { root, deadline: startDeadline(60_000), run });
}

const ARCHITECTURE = { x64: "amd64", arm64: "arm64" }[process.arch as string] ?? "amd64";

function stanza(name: string, version: string, more = ""): string {
  return `Package: ${name}\nVersion: ${version}\nArchitecture: ${ARCHITECTURE}\nMaintainer: A <a@example.org>\nDescription: a test\n${more}`;
}

/** A Debian that has `tool` and `other`, and two repositories of it on disk: security has a newer tool, main a newer other. */
function debian(): Scratch {
  const scratch = makeScratch("disk");
  const installed = "Status: install ok installed\n";
  scratch.write(
    "var/lib/dpkg/status",
    ["dpkg", "tool", "other"].map((name) => stanza(name, "1.0", installed)).join("\n"),
  );
  for (const [folder, label, suite, name] of [
    ["security", "Debian-Security", "stable-security", "tool"],
    ["main", "Debian", "stable", "other"],
  ] as const) {
    const file = `Filename: ./${name}.deb\nSize: 1\nSHA256: ${"0".repeat(64)}\n`;
    scratch.write(`repositories/${folder}/Packages`, stanza(name, "1.1", file));
    scratch.write(`repositories/${folder}/Release`, `Origin: Debian\nLabel: ${label}\nSuite: ${suite}\nVersion: 12\n`);
  }
  const lines = ["security", "main"].map(
    (name) => `deb [trusted=yes] file:${scratch.path("repositories")}/${name} ./\n`,
  );
  scratch.write("etc/apt/sources.list", lines.join(""));
  return scratch;
}

describeWhere({ programs: ["apt-get"] }, "checkUpdates of a Debian, by this machine's apt", () => {
  it("tells the security update, and not the other one; the image and the temporary folder are as before", async () => {
    const image = debian();
    const before = listAll(image);
    const used: string[] = [];
    const watching: RunCommand = (argv, ...rest) => {
      used.push(...argv.filter((word) => word.endsWith("/apt.conf")));
      assert.ok(used.every(existsSync));
      return runCommand(argv, ...rest);
    };
    assert.deepEqual(await check(image, watching), [
      {
        kind: "pending-updates",
        severity: "fail",
        what: "the image lacks a security update: tool 1.0 → 1.1",
        fix: "Run `apt-get update && apt-get dist-upgrade` in the bake, before parbake seals it.",
      },
    ]);
    assert.deepEqual(listAll(image), before);
    assert.equal(used.length, 2);
    assert.deepEqual(used.filter(existsSync), []);
  });

  it("has nothing to tell where all is installed", async () => {
    const image = debian();
    image.write(
      "var/lib/dpkg/status",
      ["dpkg", "tool"].map((name) => stanza(name, "1.1", "Status: install ok installed\n")).join("\n"),
    );
    assert.deepEqual(await check(image), []);
  });

  it("says that it could not know where the image's sources name no repository of security updates", async () => {
    const image = debian();
    for (const sources of ["", `deb [trusted=yes] file:${image.path("repositories")}/main ./\n`]) {
      image.write("etc/apt/sources.list", sources);
      const [finding, ...others] = await check(image);
      assert.deepEqual(others, []);
      assert.match(finding?.what ?? "", /: its apt sources name no repository of security updates$/);
    }
  });

  it("says that it could not know where a repository cannot be reached, whatever the image's own lists say", async () => {
    const image = debian();
    image.write("etc/apt/sources.list", `deb [trusted=yes] file:${image.path("nowhere")} ./\n`);
    const [finding, ...others] = await check(image);
    assert.deepEqual(others, []);
    assert.equal(finding?.kind, "unknown-updates");
    assert.equal(finding?.severity, "warn");
    assert.match(finding?.what ?? "", /: `apt-get update` failed: exit status 100: .*nowhere/);
  });
});

function listAll({ root }: Scratch): string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" }).toSorted();
}

describe("checkUpdates of an Amazon Linux", () => {
  // As dnf 4.14 prints it.
  const SAID = "Unable to detect release version (use '--releasever' to specify release version)\n";

  function askDnf(result: CommandResult): { readonly asked: string[][]; readonly findings: Promise<unknown[]> } {
    const image = makeScratch();
    image.write("etc/os-release", 'ID="amzn"\nVERSION_ID="2023"\n');
    mkdirSync(image.path("var/lib/rpm"), { recursive: true });
    const database = new DatabaseSync(image.path("var/lib/rpm/rpmdb.sqlite"));
    database.exec("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)");
    database.close();
    const asked: string[][] = [];
    const findings = check(image, async (argv) => {
      asked.push([...argv]);
      return result;
    });
    return { asked, findings };
  }

  it("tells what dnf has for it, of the latest release and not of the one that the image was made from", async () => {
    const output = `${SAID}\nhello.noarch                        1.1-1.amzn2023                         local\n`;
    const { asked, findings } = askDnf({ kind: "exited", status: 100, output });
    assert.deepEqual(await findings, [
      {
        kind: "pending-updates",
        severity: "fail",
        what: "the image lacks a security update: hello 1.1-1.amzn2023",
        fix: "Run `dnf upgrade --security --releasever=latest` in the bake, before parbake seals it.",
      },
    ]);
    assert.ok(asked[0]?.includes("--releasever=latest"));
  });

  it("has nothing to tell where dnf has nothing", async () => {
    assert.deepEqual(await askDnf({ kind: "exited", status: 0, output: SAID }).findings, []);
  });

  it("says that it could not know where a repository cannot be reached, which dnf must not pass over", async () => {
    const error = "Failed to download metadata for repo 'local': Cannot download repomd.xml: All mirrors were tried";
    const { asked, findings } = askDnf({ kind: "exited", status: 1, output: `${SAID}Error: ${error}\n` });
    const [finding] = (await findings) as { what: string; severity: string }[];
    assert.equal(finding?.severity, "warn");
    assert.ok(finding?.what.endsWith(`: \`dnf check-update\` failed: exit status 1: ${error}`), finding?.what);
    assert.ok(asked[0]?.includes("--setopt=*.skip_if_unavailable=0"));
  });

  it("says so where this machine has no dnf", async () => {
    const [finding] = (await askDnf({ kind: "absent" }).findings) as { what: string }[];
    assert.ok(finding?.what.endsWith(": this machine has no dnf to ask"));
  });
});

describe("checkUpdates", () => {
  it("asks nobody where the config does not care", async () => {
    const image = makeScratch();
    image.write("var/lib/dpkg/status", stanza("dpkg", "1.0"));
    const asked: RunCommand = () => assert.fail("asked");
    assert.deepEqual(
      await checkUpdates({ updates: "ignore" }, { root: image.root, deadline: startDeadline(1_000), run: asked }),
      [],
    );
  });

  it("says so where there is no package manager's record", async () => {
    const [finding] = await check(makeScratch(), () => assert.fail("asked"));
    assert.match(finding?.what ?? "", /: the image has no record of dpkg or rpm$/);
  });

  for (const [title, result, what] of [
    [
      "no apt",
      { kind: "exited", status: 127, output: "sh: 1: exec: apt-get: not found" },
      "this machine has no apt-get to ask",
    ],
    ["an apt that hangs", { kind: "timed-out", output: "" }, "`apt-get update` failed: no answer within 30000 ms"],
  ] as const satisfies readonly (readonly [string, CommandResult, string])[])
    it(`says so where this machine has ${title}`, async () => {
      const image = makeScratch();
      image.write("var/lib/dpkg/status", stanza("dpkg", "1.0"));
      const [finding] = await check(image, async (_, timeoutMs) => {
        assert.ok(timeoutMs <= 30_000, "half of what is left at the most");
        return result;
      });
      assert.ok(finding?.what.replace(/within \d+ ms/, "within 30000 ms").endsWith(what), finding?.what);
    });
});
