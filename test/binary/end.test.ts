import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  openSync,
  constants,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import { assertWithin } from "../support/slowness.ts";
import { BINARY, makeScratchImage, runProgram, type ScratchImage } from "./support/scratch-image.ts";

/** A server that takes a request and never answers. */
interface Silent {
  readonly url: string;
  readonly server: Server;
  asked: number;
}

async function startSilent(): Promise<Silent> {
  const server = createServer(() => silent.asked++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const silent: Silent = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, asked: 0 };
  return silent;
}

describe("the end of a run, in the compiled binary", () => {
  let emulator: Emulator;
  let silent: Silent;
  let image: ScratchImage;

  before(async () => {
    const versions = [{ string: '{"password":"one"}' }];
    emulator = await startEmulator({ world: { secrets: [{ name: "prod/db", versions }] } });
  });
  beforeEach(async () => {
    silent = await startSilent();
    image = makeScratchImage();
  });
  afterEach(() => {
    image.remove();
    silent.server.closeAllConnections();
    silent.server.close();
  });
  after(() => emulator.close());

  function start(
    variables: Readonly<Record<string, string>>,
    parameters: readonly string[],
    stdout: "pipe" | number = "pipe",
  ) {
    const endpoints = { AWS_EC2_METADATA_SERVICE_ENDPOINT: emulator.endpoint, AWS_ENDPOINT_URL: emulator.endpoint };
    const child = spawn(BINARY, [...parameters, "--root", image.root], {
      env: { ...endpoints, ...variables },
      stdio: ["ignore", stdout, "pipe"],
    });
    const startMs = performance.now();
    let stderr = "";
    child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const ended = new Promise<{ status: number | null; stderr: string; tookMs: number }>((resolve) =>
      child.once("exit", (status) =>
        setImmediate(() => resolve({ status, stderr, tookMs: performance.now() - startMs })),
      ),
    );
    return { child, ended };
  }

  async function whenAsked(): Promise<void> {
    while (silent.asked === 0) await sleep(5);
  }

  for (const [what, variable] of [
    ["IMDS", "AWS_EC2_METADATA_SERVICE_ENDPOINT"],
    ["Secrets Manager", "AWS_ENDPOINT_URL"],
  ] as const)
    it(`comes at once by a signal while ${what} does not answer, with nothing changed and a report of it`, async () => {
      const before = image.snapshot();
      const { child, ended } = start({ [variable]: silent.url }, ["apply", "--deadline", "20s"]);
      await whenAsked();
      child.kill("SIGTERM");
      const { status, stderr, tookMs } = await ended;
      assert.equal(status, 143, stderr);
      assert.equal(stderr.split("\n").at(-2), "parbake: stopped by SIGTERM: nothing was changed. Run parbake again.");
      assertWithin(5_000, tookMs);
      assert.deepEqual(image.snapshot(), before);
      const report = JSON.parse(image.read("run/parbake/report.json"));
      assert.deepEqual(
        [report.result, report.changed, report.problems],
        ["failed", false, [{ what: "stopped by SIGTERM: nothing was changed", fix: "Run parbake again." }]],
      );
    });

  for (const [command, signal, status] of [
    ["plan", "SIGINT", 130],
    ["facts", "SIGHUP", 129],
  ] as const)
    it(`of ${command} comes at once by ${signal}`, async () => {
      const { child, ended } = start({ AWS_EC2_METADATA_SERVICE_ENDPOINT: silent.url }, [command]);
      await whenAsked();
      child.kill(signal);
      const ending = await ended;
      assert.deepEqual([ending.status, ending.stderr.includes(`stopped by ${signal}`)], [status, true]);
      assertWithin(5_000, ending.tookMs);
    });

  it("by a signal while it waits for another run leaves that run's report alone", async () => {
    const first = start({ AWS_ENDPOINT_URL: silent.url }, ["apply", "--deadline", "20s"]);
    await whenAsked();
    const second = start({}, ["apply"]);
    while (!isListening(second.child.pid!)) await sleep(5);
    await sleep(300);
    second.child.kill("SIGTERM");
    const { status, stderr } = await second.ended;
    assert.deepEqual([status, stderr.includes("stopped by SIGTERM: nothing was changed")], [143, true], stderr);
    assert.ok(!existsSync(join(image.root, "run/parbake/report.json")));
    first.child.kill("SIGKILL");
    await first.ended;
  });

  it("leaves time to do without the secrets that Secrets Manager does not give, within the deadline", async () => {
    const { ended } = start({ AWS_ENDPOINT_URL: silent.url }, ["apply", "--deadline", "1500ms"]);
    const { status, stderr, tookMs } = await ended;
    assert.equal(status, 69, stderr);
    assertWithin(2_000, tookMs);
    const report = JSON.parse(image.read("run/parbake/report.json"));
    assert.deepEqual(report.held.map(({ what }: { what: string }) => what)[0], "secret db");
  });

  // Node gives a child sockets; a shell gives pipes.
  for (const kind of ["socket", "pipe"] as const)
    it(`is not held up by a ${kind} that nobody reads: the rest is dropped, and the status says so`, async () => {
      const all = ["tune", "--all-types", "--json", "--deadline", "1s"];
      image.write("etc/parbake/parbake.yaml", "apps: { web: { profile: nginx } }\n");
      const fifo = kind === "pipe" ? openFifo(join(image.root, "fifo")) : null;
      const { child, ended } = start({}, all, fifo ?? "pipe");
      child.stdout?.pause();
      const { status, tookMs } = await ended;
      if (fifo !== null) closeSync(fifo);
      assert.equal(status, 73);
      assertWithin(4_000, tookMs);
    });

  it("does its work and releases the lock though nobody reads its output", async () => {
    const fifo = openFifo(join(image.root, "fifo"));
    fill(join(image.root, "fifo"));
    const { ended } = start({}, ["apply", "--deadline", "2s"], fifo);
    const startMs = performance.now();
    while (!existsSync(join(image.root, "run/parbake/report.json")) && performance.now() - startMs < 10_000)
      await sleep(10);
    assert.equal(JSON.parse(image.read("run/parbake/report.json")).result, "done");
    assert.equal(image.read("run/parbake/secrets/db/password"), "one");
    await sleep(50);
    const lock = join(image.root, "run/parbake/lock");
    assert.deepEqual(
      readdirSync(lock).map((name) => readlinkSync(join(lock, name))),
      ["free"],
    );
    const { status, tookMs } = await ended;
    closeSync(fifo);
    assert.equal(status, 73);
    assertWithin(4_000, tookMs);
  });

  it("is a good one with as few file handles and as little address space as cli/README.md asks for", async () => {
    const script = 'ulimit -n 32; ulimit -v 1572864; exec "$0" apply --root "$1"';
    const { status, stderr } = await runProgram(emulator, ["/bin/bash", "-c", script, BINARY, image.root]);
    assert.equal(status, 0, stderr);
    assert.equal(image.read("run/parbake/secrets/db/password"), "one");
  });

  it("comes at once by a signal though its words are not all read", async () => {
    image.write("etc/parbake/parbake.yaml", "apps: { web: { profile: nginx } }\n");
    const { child, ended } = start({}, ["tune", "--all-types", "--json"]);
    child.stdout?.once("readable", () => child.kill("SIGINT"));
    const { status, tookMs } = await ended;
    assert.equal(status, 130);
    assertWithin(5_000, tookMs);
  });

  it("gives a slow reader every byte, and leaves pipe and socket to others as they were", () => {
    image.write("etc/parbake/parbake.yaml", "apps: { web: { profile: nginx } }\n");
    const tune = `"$0" tune --all-types --json --root "$1"`;
    const flags = "grep flags /proc/self/fdinfo/3 3>&1 >&2";
    const run = (script: string) =>
      spawnSync("/bin/sh", ["-c", script, BINARY, image.root], {
        encoding: "utf8",
        env: { PATH: process.env["PATH"] },
      });
    const whole = run(`${tune} >"$1/whole"; wc -c <"$1/whole"`).stdout.trim();
    const slow = run(`(${tune}; ${flags}) | { sleep 0.3; wc -c; }`);
    assert.ok(Number(whole) > 200_000, whole);
    assert.equal(slow.stdout.trim(), whole);
    // Both block, as they did: O_WRONLY of a pipe, O_RDWR of a socket.
    assert.equal(slow.stderr, "flags:\t01\n");
    assert.equal(run(`"$0" --version; ${flags}`).stderr, "flags:\t02\n");
  });
});

/** Whether it is listening for signals by now: of these three, SIGHUP is one that Node itself leaves alone. */
function isListening(pid: number): boolean {
  const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
  return (BigInt(`0x${caught}`) & 1n) === 1n;
}

/** Its writer's end; it has a reader who never reads, this process. */
function openFifo(path: string): number {
  assert.equal(spawnSync("mkfifo", [path]).status, 0);
  return openSync(path, constants.O_RDWR);
}

function fill(path: string): void {
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    for (;;) writeSync(fd, Buffer.alloc(4096));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "EAGAIN");
  } finally {
    closeSync(fd);
  }
}
