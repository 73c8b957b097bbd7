import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir, hostname, release, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, it } from "mocha";
import { nodePath, TOP } from "../../scripts/building/build-pinned-node.ts";
import { makeFolder, removeFolder } from "../support/folders.ts";

// Shorter words, such as C.UTF-8, stand in any program of this size.
const SHORTEST = 8;

/** What a binary may know of this machine only by having been built on it, by what it is. */
function needles(environment: NodeJS.ProcessEnv): [what: string, text: string][] {
  const found: [string, string][] = [
    ["the repository's path", TOP],
    ["the home folder", `${homedir()}/`],
    ["the host name", hostname()],
    ["the kernel's release", release()],
    ["the user's name", userInfo().username],
    ...Object.entries(environment).map(([name, value]): [string, string] => [`$${name}`, value ?? ""]),
  ];
  return found.filter(([, text]) => text.length >= SHORTEST);
}

/** The snapshot keeps a string in one byte a character or in two. */
function holds(binary: Buffer, text: string): boolean {
  return binary.includes(text, 0, "utf8") || binary.includes(text, 0, "utf16le");
}

describe("a build", function () {
  this.timeout(300_000);
  const canary = `canary-${randomBytes(12).toString("hex")}`;
  const environment = { ...process.env, PARBAKE_BUILD_CANARY: canary, AWS_SECRET_ACCESS_KEY: canary };
  let folder = "";

  before(async () => {
    folder = makeFolder(tmpdir(), "leak", "run");
    await promisify(execFile)(join(TOP, "scripts/build"), [folder], { env: environment });
  });
  after(() => removeFolder(folder));

  for (const [architecture, name] of [
    ["x64", "parbake"],
    ["arm64", "parbake-linux-arm64"],
  ] as const) {
    it(`leaves nothing of the machine in ${name}: no path, no name, no variable's value that Node itself hasn't`, () => {
      const [binary, node] = [readFileSync(join(folder, name)), readFileSync(nodePath(architecture))];
      const leaks = needles(environment).filter(([, text]) => holds(binary, text) && !holds(node, text));
      assert.deepEqual(leaks, []);
    });

    it(`would find a text that ${name} holds`, () => {
      assert.equal(holds(readFileSync(join(folder, name)), "a bug in parbake"), true);
    });
  }
});
