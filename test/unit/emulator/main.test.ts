import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { startEmulator } from "../../../scripts/emulator/emulator.ts";
import type { FaultAction } from "../../../scripts/emulator/faults.ts";
import { completeWorld, type WorldInput } from "../../../scripts/emulator/world.ts";
import { makeFolder } from "../../support/folders.ts";
import { openSource, stepOf, valueOf } from "../support/open-source.ts";

const MAIN = join(import.meta.dirname, "../../../scripts/emulator/main.ts");

function describeType(name: string): string {
  return JSON.stringify({ imds: { tokens: "optional", values: { "meta-data/instance-type": name } } });
}

const README = readFileSync(join(import.meta.dirname, "../../../scripts/emulator/README.md"), "utf8");

// By type: the compiler asks for a new one here, and the test below for it in the README.
const FAULTS: Readonly<Record<FaultAction["kind"], true>> = {
  status: true,
  delay: true,
  hang: true,
  reset: true,
  garbage: true,
  oversized: true,
  slow: true,
  throttle: true,
  "token-bucket": true,
  "not-yet": true,
  "switched-off": true,
  "v1-only": true,
};

describe("the emulator's README", () => {
  it("names every field of a world and every kind of fault", () => {
    const world = completeWorld({ secrets: [{ name: "a", versions: [{ string: "" }] }] });
    const parts = [world, world.imds, world.imds.credentials, ...world.secrets, ...world.secrets[0]!.versions];
    const names = [...parts.flatMap((part) => Object.keys(part)), ...Object.keys(FAULTS)];
    assert.deepEqual(
      names.filter((name) => !README.includes(`\`${name}\``)),
      [],
    );
  });

  it("shows a world that is served as it says", async () => {
    const [, shown] = /```json\n([^]*?)```/.exec(README)!;
    const emulator = await startEmulator({ world: JSON.parse(shown!) as WorldInput });
    const { endpoint } = emulator;
    const headers = { "x-aws-ec2-metadata-token-ttl-seconds": "60" };
    const token = await (await fetch(`${endpoint}/latest/api/token`, { method: "PUT", headers })).text();
    const read = async (path: string): Promise<string> =>
      (await fetch(`${endpoint}/latest/${path}`, { headers: { "x-aws-ec2-metadata-token": token } })).text();
    assert.equal(await read("meta-data/instance-type"), "r7i.4xlarge");
    assert.equal(await read("meta-data/tags/instance/Name"), "api-1");
    const { source } = openSource(endpoint, { random: () => 0 });
    assert.equal(await valueOf(source, stepOf("prod/db")), "hunter2");
    source.close();
    await emulator.close();
    assert.deepEqual(
      emulator.requests.flatMap(({ faults }) => faults),
      ["throttle"],
    );
  });
});

describe("the emulator as a program", () => {
  let folder: string;
  let child: ChildProcess | undefined;

  beforeEach(() => {
    folder = makeFolder(tmpdir(), "emulator", "test");
  });
  afterEach(() => void child?.kill("SIGKILL"));

  function writeWorld(content: string): string {
    const file = join(folder, "world.json");
    writeFileSync(file, content);
    return file;
  }

  it("says where it listens, serves the world of its file, reads it again on SIGHUP, and ends with 0 on SIGTERM", async () => {
    const running = spawn(process.execPath, [MAIN, "--world", writeWorld(describeType("c7g.medium"))]);
    child = running;
    const [line]: string[] = await once(createInterface(running.stdout), "line");
    const endpoint = /^listening on (http:\/\/127\.0\.0\.1:\d+)$/.exec(line ?? "")?.[1] ?? "";
    const read = async (): Promise<string> => (await fetch(`${endpoint}/latest/meta-data/instance-type`)).text();
    assert.equal(await read(), "c7g.medium");
    writeWorld(describeType("t3.micro"));
    running.kill("SIGHUP");
    while ((await read()) !== "t3.micro");
    running.kill("SIGTERM");
    const [status]: unknown[] = await once(running, "exit");
    assert.equal(status, 0);
  });

  for (const [world, what] of [
    ['{"secret": []}', "a world has no secret"],
    ['{"imds": {"value": {}}}', "its imds has no value"],
  ] as const)
    it(`refuses a key that no world has: ${what}`, async () => {
      const running = spawn(process.execPath, [MAIN, "--world", writeWorld(world)]);
      child = running;
      const [said, [status]] = await Promise.all([text(running.stderr), once(running, "exit")]);
      assert.ok(said.includes(`world.json: ${what}. See --help.`), said);
      assert.equal(status, 1);
    });

  it("has its README for help", async () => {
    const running = spawn(process.execPath, [MAIN, "--help"]);
    child = running;
    const [said, [status]] = await Promise.all([text(running.stdout), once(running, "exit")]);
    assert.deepEqual([said, status], [`${README}\n`, 0]);
  });
});
