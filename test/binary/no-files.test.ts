import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { startEmulator } from "../../scripts/emulator/emulator.ts";
import {
  BINARY,
  CONFIG as CONFIG_WITH_SECRET,
  makeScratchImage,
  runProgram,
  type Outcome,
  type ScratchImage,
} from "./support/scratch-image.ts";

const CONFIG = `imds: optional
apps: { web: { profile: nginx } }
files: [ { template: web.txt.hbs, path: /etc/web/web.txt } ]
`;
const NO_IMDS = { AWS_EC2_METADATA_DISABLED: "true" };

let image: ScratchImage;

function makeImage(config = CONFIG): void {
  image = makeScratchImage(config);
  image.write("etc/parbake/templates/web.txt.hbs", "{{apps.web.worker_processes}}\n");
}

const at = (path: string) => join(image.root, path);

/** One that waits for the other end of a pipe would wait for ever: status 124. */
function run(parameters: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const argv = ["timeout", "-s", "KILL", "20", BINARY, ...parameters, "--root", image.root];
  return runProgram(null, argv, { ...NO_IMDS, ...environment });
}

function put(path: string, what: "fifo" | "device" | "folder" | "huge"): void {
  rmSync(at(path), { recursive: true, force: true });
  mkdirSync(dirname(at(path)), { recursive: true });
  if (what === "fifo") assert.equal(spawnSync("mkfifo", [at(path)]).status, 0);
  else if (what === "device") symlinkSync("/dev/zero", at(path));
  else if (what === "folder") mkdirSync(at(path));
  else {
    writeFileSync(at(path), "");
    truncateSync(at(path), 2 ** 40);
  }
}

describe("what is no plain file", () => {
  beforeEach(() => makeImage());
  afterEach(() => image.remove());

  const inputs = [
    ["etc/parbake/parbake.yaml", "the config", 78],
    ["etc/parbake/parbake.d/a.yaml", "the config", 78],
    ["etc/parbake/templates/web.txt.hbs", "the template", 65],
    ["plan.json", "the plan", 65],
  ] as const;
  for (const [path, name, status] of inputs) {
    it(`is refused at once as ${path}, and nothing is changed`, async () => {
      for (const [what, says] of [
        ["fifo", `${name} is a FIFO, and a plain file was expected`],
        ["folder", `${name} is a folder, and a plain file was expected`],
        ["huge", `${name} has 1 TiB, and `],
      ] as const) {
        // A folder of templates is listed, and has none of that name.
        if (what === "folder" && path.endsWith(".hbs")) continue;
        put(path, what);
        const outcome = await run(path === "plan.json" ? ["apply", "--plan", at(path)] : ["apply"]);
        assert.equal(outcome.status, status, outcome.stderr);
        assert.ok(outcome.stderr.includes(`parbake: ${at(path)}: ${says}`), outcome.stderr);
        assert.deepEqual(readdirSync(at("etc/web")), []);
      }
    });
  }

  it("is refused as a device that has no end, which is named from outside the image", async () => {
    put("zero", "device");
    for (const parameters of [
      ["check", "--config", "/dev/zero"],
      ["apply", "--plan", "/dev/zero"],
    ]) {
      const { status, stderr } = await run(parameters);
      assert.ok(status === 78 || status === 65, stderr);
      assert.match(stderr, /\/dev\/zero: the (config|plan) is a device, and a plain file was expected/);
    }
  });

  it("is refused as the accounts of the image", async () => {
    put("etc/passwd", "fifo");
    const { status, stderr } = await run(["apply"]);
    assert.equal(status, 78, stderr);
    assert.match(stderr, /etc\/passwd: the list of accounts is a FIFO/);
  });

  it("holds no run up as a record of parbake's own: status names it, and apply goes on or says what to remove", async () => {
    assert.equal((await run(["apply"])).status, 0);
    for (const path of [
      "run/parbake/report.json",
      "run/parbake/journal.json",
      "var/lib/parbake/journal.json",
      "var/lib/parbake/managed.json",
    ]) {
      put(path, "fifo");
      const asked = await run(["status"]);
      assert.equal(asked.status, 2, asked.stderr);
      assert.ok(asked.stdout.includes(`! ${at(path)} is `), asked.stdout);
      const applied = await run(["apply"]);
      assert.equal(applied.status, 0, applied.stderr);
      assert.ok(applied.stderr.includes(at(path)), applied.stderr);
      rmSync(at(path), { force: true });
    }
  });

  it("is no lock: an entry that parbake did not make ends the run at once", async () => {
    mkdirSync(at("run/parbake/lock"), { recursive: true });
    symlinkSync("free", at("run/parbake/lock/9007199254740993"));
    const { status, stderr } = await run(["apply"]);
    assert.equal(status, 73, stderr);
    assert.match(
      stderr,
      /run\/parbake\/lock\/9007199254740993 is in the folder of parbake's lock.*then remove it: rm -r /,
    );
    rmSync(at("run/parbake/lock/9007199254740993"));
    assert.equal((await run(["apply"])).status, 0);
  });
});

describe("a report that is cut short", () => {
  beforeEach(() => makeImage());
  afterEach(() => image.remove());

  it("ends neither status nor ready with a bug, at whatever byte", async () => {
    assert.equal((await run(["apply"])).status, 0);
    const whole = image.read("run/parbake/report.json");
    rmSync(at("run/parbake/ready"), { recursive: true });
    for (const text of [whole.slice(0, whole.length >> 1), "", '{"schema":1}', '{"schema":1,"problems":[1]}', "null"]) {
      writeFileSync(at("run/parbake/report.json"), text);
      const status = await run(["status"]);
      assert.equal(status.status, 2, status.stderr);
      assert.match(status.stdout, /report\.json is not a report of this version of parbake\. Remove it and run/);
      assert.match(status.stdout, /in sync {2}\/etc\/web\/web\.txt/);
      const ready = await run(["ready", "web.service"]);
      assert.equal(ready.status, 69, ready.stderr);
      assert.match(ready.stderr, /web\.service waits for parbake, whose last run is not known: /);
    }
  });
});

describe("AWS_CA_BUNDLE that cannot be read", () => {
  afterEach(() => image.remove());

  const https = { AWS_ENDPOINT_URL: "https://127.0.0.1:9", AWS_REGION: "eu-west-1" };

  it("stops no image without secrets", async () => {
    makeImage();
    const { status, stderr } = await run(["apply"], { ...https, AWS_CA_BUNDLE: "/none/at/all" });
    assert.equal(status, 0, stderr);
    assert.match(image.read("etc/web/web.txt"), /^\d+\n$/);
  });

  it("fails the secrets alone, at once and with its own status; plan --check-access says so, too", async () => {
    makeImage(`imds: optional\n${CONFIG_WITH_SECRET}`);
    put("ca.pem", "fifo");
    const environment = {
      ...https,
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "none",
      AWS_CA_BUNDLE: at("ca.pem"),
    };
    const says = `parbake: ${at("ca.pem")}: AWS_CA_BUNDLE is a FIFO, and a plain file was expected`;
    const applied = await run(["apply"], environment);
    assert.equal(applied.status, 78, applied.stderr);
    assert.ok(applied.stderr.includes(says), applied.stderr);
    assert.match(image.read("etc/web/web.txt"), /^\d+\n$/);
    const asked = await run(["plan", "--check-access"], environment);
    assert.equal(asked.status, 78, asked.stderr);
    assert.match(asked.stdout, /AWS_CA_BUNDLE is a FIFO/);
  });

  it("is not even looked for where AWS is called without TLS", async () => {
    makeImage(CONFIG_WITH_SECRET);
    const emulator = await startEmulator({
      world: { secrets: [{ name: "prod/db", versions: [{ string: '{"password":"x"}' }] }] },
    });
    try {
      const outcome = await runProgram(emulator, [BINARY, "apply", "--root", image.root], {
        AWS_CA_BUNDLE: "/none/at/all",
      });
      assert.equal(outcome.status, 0, outcome.stderr);
    } finally {
      await emulator.close();
    }
  });
});

describe("too few open files", () => {
  beforeEach(() => makeImage());
  afterEach(() => image.remove());

  it("are named as such wherever a run first lacks one, with a status that says a retry may help", async () => {
    const script = 'ulimit -n "$0"; exec "$@"';
    let isTooFew = false;
    for (let files = 32; files >= 21; files--) {
      const argv = ["sh", "-c", script, String(files), BINARY, "apply", "--root", image.root];
      const { status, stderr } = await runProgram(null, argv, NO_IMDS);
      if (status === 0 && !isTooFew) continue;
      isTooFew = true;
      assert.equal(status, 71, `${files}: ${stderr}`);
      assert.match(
        stderr,
        /^parbake: \/.* cannot be opened: too many open files \(EMFILE\)\. Raise LimitNOFILE=/m,
        `${files}`,
      );
    }
    assert.ok(isTooFew, "it needs fewer than 21 files");
  });
});
