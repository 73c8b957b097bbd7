import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, it } from "mocha";
import { findRunner } from "../../scripts/building/build-emulated.ts";
import { parseBlob, parseSnapshot } from "../../scripts/building/build-parse-blob.ts";
import { TOP } from "../../scripts/building/build-pinned-node.ts";
import { startEmulator } from "../../scripts/emulator/emulator.ts";
import { describeWhere } from "../e2e/support/requirements.ts";
import { BINARY, makeScratchImage, runProgram } from "./support/scratch-image.ts";

const VERSION = /^parbake \d+\.\d+\.\d+ \(commit [0-9a-f]{7,}(\+dirty)?, Node 24\.\d+\.\d+\)\n$/;
const ARM64_BINARY = join(TOP, "dist/parbake-linux-arm64");
// Where Debian's cross packages (libc6-arm64-cross, libstdc++6-arm64-cross) put the libraries.
const ARM64_LIBRARIES = process.env["QEMU_LD_PREFIX"] ?? "/usr/aarch64-linux-gnu";

describe("dist/parbake", () => {
  it("says version, commit and Node version", () => {
    assert.match(execFileSync(BINARY, ["--version"], { encoding: "utf8" }), VERSION);
  });

  it("takes no option of Node's from NODE_OPTIONS", () => {
    const env = { NODE_OPTIONS: "--require /does/not/exist" };
    assert.match(execFileSync(BINARY, ["--version"], { encoding: "utf8", env }), VERSION);
  });

  it("has compiled what commands load of Node after the start, and nothing else of Node", () => {
    const { modules, inHeap } = parseSnapshot(parseBlob(findBlob(readFileSync(BINARY))).snapshot);
    const ids = modules.map(({ id }) => id);
    for (const id of ["os", "internal/tls/wrap", "internal/child_process", "dns", "vm"])
      assert.ok(ids.includes(id), id);
    assert.deepEqual(
      ids.filter(
        (id) => inHeap.has(id) || /^(?:repl$|_http_|internal\/(?:bootstrap|deps|main|test_runner)\/)/.test(id),
      ),
      [],
    );
  });

  it("has the catalogue in it", () => {
    const { status, stdout } = spawnSync(BINARY, ["tune", "jvm", "--instance-type", "m7g.large"], { encoding: "utf8" });
    assert.deepEqual([status, stdout.includes("heap")], [0, true]);
  });

  it("gives each run's requests ids of their own", async () => {
    const ids: unknown[] = [];
    for (let run = 0; run < 2; run++) ids.push(await readInvocationId());
    assert.match(String(ids[0]), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.notEqual(ids[0], ids[1]);
  });
});

/** The id that the SDK gives to a run's first request, taken by a Secrets Manager that answers nothing else. */
async function readInvocationId(): Promise<unknown> {
  const emulator = await startEmulator();
  const ids: unknown[] = [];
  const server = createServer((request, response) => {
    ids.push(request.headers["amz-sdk-invocation-id"]);
    response.writeHead(400, { "x-amzn-errortype": "ResourceNotFoundException" }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const image = makeScratchImage();
  try {
    const env = {
      AWS_EC2_METADATA_SERVICE_ENDPOINT: emulator.endpoint,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    };
    const child = spawn(BINARY, ["apply", "--root", image.root], { env, stdio: "ignore" });
    await once(child, "close");
  } finally {
    image.remove();
    server.close();
    await emulator.close();
  }
  return ids[0];
}

// The snapshot is made on one CPU and must start on any other: these have neither AVX nor BMI.
const isX64 = process.arch === "x64";
describeWhere({ programs: ["qemu-x86_64-static"] }, "dist/parbake on another CPU", function () {
  this.timeout(120_000);
  for (const cpu of ["Nehalem", "qemu64"]) {
    it(`starts on ${cpu}`, () => {
      const output = execFileSync("qemu-x86_64-static", ["-cpu", cpu, BINARY, "--version"], { encoding: "utf8" });
      assert.match(output, VERSION);
    });
  }
});

const hasLibraries = existsSync(join(ARM64_LIBRARIES, "lib/ld-linux-aarch64.so.1"));
const arm64Title = hasLibraries || !isX64 ? "" : ` (skipped: no arm64 libraries in ${ARM64_LIBRARIES})`;
describeWhere({ programs: isX64 ? ["qemu-aarch64-static"] : [] }, `dist/parbake-linux-arm64${arm64Title}`, function () {
  this.timeout(120_000);
  const command = isX64 ? ["qemu-aarch64-static", "-L", ARM64_LIBRARIES, ARM64_BINARY] : [ARM64_BINARY];
  const itWhere = arm64Title === "" ? it : it.skip;
  // With a variable of Node's it starts anew, which an emulated process can't.
  const env = { PATH: process.env["PATH"] };
  const run = (...parameters: string[]) =>
    spawnSync(command[0]!, [...command.slice(1), ...parameters], { encoding: "utf8", env });

  itWhere("says version, commit and Node version", () => {
    assert.match(run("--version").stdout, VERSION);
  });

  itWhere("tunes for an instance type", () => {
    const { status, stdout } = run("tune", "jvm", "--instance-type", "m7g.large");
    assert.deepEqual([status, stdout.includes("heap")], [0, true]);
  });

  // Its snapshot is made on one CPU: the oldest of EC2's must run it, and those that know more instructions.
  for (const cpu of isX64 ? ["cortex-a53", "cortex-a72", "neoverse-n1", "max"] : [null])
    itWhere(cpu === null ? "does the whole job" : `does the whole job on ${cpu}`, async () => {
      const secrets = [{ name: "prod/db", versions: [{ string: '{"password":"arm"}' }] }];
      const emulator = await startEmulator({ world: { secrets } });
      const image = makeScratchImage();
      try {
        const [program, ...rest] = command;
        const argv = [program!, ...(cpu === null ? [] : ["-cpu", cpu]), ...rest, "apply", "--root", image.root];
        const { status, stderr } = await runProgram(emulator, argv);
        assert.equal(status, 0, stderr);
        assert.equal(image.read("run/parbake/secrets/db/password"), "arm");
        assert.match(image.read("etc/web/web.txt"), /^workers=\d+\npassword file=/);
      } finally {
        image.remove();
        await emulator.close();
      }
    });

  itWhere("has a snapshot exactly where the build can run arm64", () => {
    assert.equal(hasSnapshot(readFileSync(ARM64_BINARY)), "command" in findRunner("arm64"));
  });
});

/** As Node's SEA blob says it: its flags. */
function hasSnapshot(elf: Buffer): boolean {
  const USE_SNAPSHOT = 2;
  return (findBlob(elf).readUInt32LE(4) & USE_SNAPSHOT) !== 0;
}

/** A note: the lengths of its name and of the blob, its kind, the name, the blob. */
function findBlob(elf: Buffer): Buffer {
  const name = Buffer.from("NODE_SEA_BLOB\0\0\0");
  // Node itself has the name among its strings.
  const at = elf.lastIndexOf(name) + name.length;
  return elf.subarray(at, at + elf.readUInt32LE(at - name.length - 8));
}
