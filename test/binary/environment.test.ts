import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listEarly, SET_BY_UNITS, VARIABLES } from "../../agent/process/environment.ts";
import { nodePath, TOP } from "../../scripts/building/build-pinned-node.ts";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import { makeFolder } from "../support/folders.ts";
import { makeCertificates, startTlsFront, type Front, type TestCertificates } from "../unit/support/tls-front.ts";
import { BINARY, makeScratchImage, runProgram, type ScratchImage } from "./support/scratch-image.ts";

const VERSION = /^parbake \d/;

/** What Node reads only when a script of ours is at work, and by then it is gone; a person judges a new one. */
const FORGOTTEN_IN_TIME = [
  "CI_NAME",
  "COLORTERM",
  "FORCE_COLOR",
  "HOME",
  "JEST_WORKER_ID",
  "LOCALAPPDATA",
  "PATH",
  "SHELL",
  "TEAMCITY_VERSION",
  "TEMP",
  "TERM_PROGRAM",
  "TERM_PROGRAM_VERSION",
  "TMP",
  "TMPDIR",
  "TMUX",
  // No time is ever shown but in UTC.
  "TZ",
  "USERPROFILE",
];

describe("the caller's environment, in the compiled binary", () => {
  let folder: string;
  before(() => (folder = makeFolder(tmpdir(), "environment", "run")));

  it("is known to the last variable that the embedded Node reads", () => {
    const node = readFileSync(nodePath(process.arch === "arm64" ? "arm64" : "x64"), "latin1");
    const inScripts = [...node.matchAll(/\benv\.([A-Z][A-Z0-9_]{2,})\b/g)].map(([, name]) => name!);
    const help = execFileSync(join(TOP, "scripts/node"), ["--help"], { encoding: "utf8" });
    const [, listed = ""] = help.split("\nEnvironment variables:\n");
    const inHelp = [...listed.matchAll(/^ {0,2}([A-Z][A-Z0-9_]+)/gm)].map(([, name]) => name!);
    assert.ok(inScripts.includes("NODE_DEBUG") && inHelp.includes("UV_THREADPOOL_SIZE"));
    const names = [...new Set([...inScripts, ...inHelp])].filter((name) => !VARIABLES.includes(name));
    const unknown = names.filter((name) => listEarly({ [name]: "x" }).length === 0);
    assert.deepEqual(unknown.filter((name) => !FORGOTTEN_IN_TIME.includes(name)).toSorted(), []);
    assert.deepEqual(listEarly(Object.fromEntries(VARIABLES.map((name) => [name, "x"]))), []);
  });

  it("is what the units set, and nothing that is early besides", () => {
    const set = readFileSync(join(TOP, "systemd/run.conf"), "utf8").matchAll(/^Environment=([A-Z_]+)=(.*)$/gm);
    assert.deepEqual(Object.fromEntries([...set].map(([, name, value]) => [name, value])), SET_BY_UNITS);
    assert.deepEqual(listEarly(SET_BY_UNITS), []);
    assert.deepEqual(listEarly({ GLIBC_TUNABLES: "glibc.malloc.check=1" }), ["GLIBC_TUNABLES"]);
  });

  for (const variable of ["NODE_V8_COVERAGE", "NODE_COMPILE_CACHE", "NODE_REDIRECT_WARNINGS", "NODE_ICU_DATA"])
    it(`has no ${variable}: nothing is written where it points`, async () => {
      const place = join(folder, variable);
      const { status, stdout, stderr } = await runProgram(null, [BINARY, "--version"], { [variable]: place });
      assert.deepEqual([status, VERSION.test(stdout), stderr, existsSync(place)], [0, true, "", false]);
    });

  it("has no OPENSSL_CONF, which names libraries to load", async () => {
    const file = join(folder, "openssl.cnf");
    const module = join(folder, "absent.so");
    const sections = ["[c]", "providers = p", "[p]", "evil = e", "[e]", `module = ${module}`, "activate = 1"];
    writeFileSync(file, ["nodejs_conf = c", "openssl_conf = c", ...sections, ""].join("\n"));
    const { status, stdout, stderr } = await runProgram(null, [BINARY, "--version"], { OPENSSL_CONF: file });
    assert.deepEqual([status, VERSION.test(stdout), stderr], [0, true, ""]);
  });

  // Node ends with OpenSSL's reason for it, 101, before any script.
  it("has no OPENSSL_CONF that cannot be read as one", async () => {
    const file = join(folder, "malformed.cnf");
    writeFileSync(file, "a line without an equal sign\n");
    const { status, stdout, stderr } = await runProgram(null, [BINARY, "--version"], { OPENSSL_CONF: file });
    assert.deepEqual([status, VERSION.test(stdout), stderr], [0, true, ""]);
  });

  it("is left behind by the same process, which systemd knows by its number", async () => {
    const image = makeScratchImage();
    try {
      const script = 'echo $$; exec "$0" apply --deadline 300ms --root "$1"';
      const variables = { NODE_DEBUG: "net", UV_THREADPOOL_SIZE: "1" };
      const { status, stdout } = await runProgram(null, ["/bin/sh", "-c", script, BINARY, image.root], variables);
      const { runId } = JSON.parse(image.read("run/parbake/report.json")) as { runId: string };
      assert.deepEqual([status, runId.split("-").at(-1)], [69, stdout.trim()]);
    } finally {
      image.remove();
    }
  });

  describe("in a run that fetches a secret by TLS", () => {
    let emulator: Emulator;
    let certificates: TestCertificates;
    let front: Front;
    let image: ScratchImage;

    before(async function () {
      const made = makeCertificates(["127.0.0.1"]);
      if (made === null) {
        for (const test of this.test?.parent?.tests ?? []) test.title += " (skipped: there is no openssl)";
        return this.skip();
      }
      certificates = made;
      emulator = await startEmulator({
        world: { secrets: [{ name: "prod/db", versions: [{ string: '{"password":"one"}' }] }] },
      });
      front = await startTlsFront(emulator.endpoint, certificates);
    });
    beforeEach(() => (image = makeScratchImage()));
    afterEach(() => image?.remove());
    after(async () => {
      certificates?.remove();
      await Promise.all([front?.close(), emulator?.close()]);
    });

    const apply = (variables: Readonly<Record<string, string>>) =>
      runProgram(emulator, [BINARY, "apply", "--root", image.root, "--deadline", "3s"], {
        AWS_ENDPOINT_URL: `https://127.0.0.1:${front.port}`,
        ...variables,
      });

    it("has no NODE_DEBUG: not a word of a request", async () => {
      const { status, stderr } = await apply({
        AWS_CA_BUNDLE: certificates.caFile,
        NODE_DEBUG: "http,https,net,tls,child_process,timer",
        NODE_DEBUG_NATIVE: "all",
      });
      assert.equal(status, 0, stderr);
      assert.equal(image.read("run/parbake/secrets/db/password"), "one");
      assert.doesNotMatch(stderr, /^(HTTP|HTTPS|NET|TLS|TIMER|CHILD_PROCESS) \d+:/m);
      assert.doesNotMatch(stderr, /TLSWrap|x-aws-ec2-metadata-token/i);
    });

    for (const [what, variables] of [
      ["NODE_TLS_REJECT_UNAUTHORIZED=0", () => ({ NODE_TLS_REJECT_UNAUTHORIZED: "0" })],
      ["NODE_EXTRA_CA_CERTS", () => ({ NODE_EXTRA_CA_CERTS: certificates.caFile })],
      ["SSL_CERT_FILE", () => ({ SSL_CERT_FILE: certificates.caFile, NODE_OPTIONS: "--use-openssl-ca" })],
    ] as const)
      it(`trusts no certificate for ${what}`, async () => {
        const { status, stderr } = await apply(variables());
        assert.equal(status, 69, stderr);
        assert.ok(!existsSync(join(image.root, "run/parbake/secrets/db/password")));
      });
  });
});
