import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { makeFolder } from "../../support/folders.ts";

const MAIN = join(import.meta.dirname, "../../../scripts/emulator/main.ts");

function describeType(name: string): string {
  return JSON.stringify({ imds: { tokens: "optional", values: { "meta-data/instance-type": name } } });
}

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

  it("refuses a world with a key that no world has", async () => {
    const running = spawn(process.execPath, [MAIN, "--world", writeWorld('{"secret": []}')]);
    child = running;
    const [said, [status]] = await Promise.all([text(running.stderr), once(running, "exit")]);
    assert.match(said, /world\.json: a world has no secret$/m);
    assert.equal(status, 1);
  });
});
