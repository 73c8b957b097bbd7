import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, it } from "mocha";

const START = new URL("../../../agent/process/start.ts", import.meta.url).href;

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `body` as main. `read` takes its stdout; the default reads all of it. */
async function runMain(
  body: string,
  options: { readonly stdout?: number; readonly slowMs?: number } = {},
): Promise<Ended> {
  const program = `import { startMain } from "${START}"; startMain(async (argv, out, err, surroundings) => { ${body} }, async () => {});`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program, "--", "a", "b"], {
    env: { ...process.env, TERM: "dumb" },
    stdio: ["ignore", options.stdout ?? "pipe", "pipe"],
  });
  let err = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (err += chunk));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  let out = "";
  if (child.stdout) {
    if (options.slowMs) await sleep(options.slowMs);
    for await (const chunk of child.stdout.setEncoding("utf8")) out += chunk as string;
  }
  return { status: await ended, out, err };
}

describe("startMain", () => {
  it("ends with the status that main gives", async () => {
    assert.deepEqual(await runMain("return 78;"), { status: 78, out: "", err: "" });
  });

  it("gives a slow reader of a pipe all of a megabyte, though a server still listens", async () => {
    const body = `(await import("node:net")).createServer().listen(0); out.write("x".repeat(1 << 20)); return 0;`;
    const { status, out } = await runMain(body, { slowMs: 300 });
    assert.equal(status, 0);
    assert.equal(out.length, 1_048_576);
  });

  it("finishes main and says nothing when the reader has closed the pipe", async () => {
    const body = `
      for (let line = 0; line < 20; line++) {
        out.write("x".repeat(1 << 17));
        await new Promise((resume) => setTimeout(resume, 5));
      }
      err.write("done");
      return 3;`;
    const program = `import { startMain } from "${START}"; startMain(async (argv, out, err) => { ${body} }, async () => {});`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let err = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (err += chunk));
    child.stdout.once("data", () => child.stdout.destroy());
    const status = await new Promise((resolve) => child.on("close", resolve));
    assert.deepEqual([status, err], [3, "done"]);
  });

  it("ends with 70 and says so when nothing is left that main could wait for", async () => {
    assert.deepEqual(await runMain("await new Promise(() => {});"), {
      status: 70,
      out: "",
      err: "parbake: a bug in parbake: it was waiting for something that can never happen\n",
    });
  });

  it("gives main what parbake knows of the environment, and leaves nothing else to anybody", async () => {
    const body = `
      const { environment } = surroundings;
      out.write(JSON.stringify([environment.TERM, "PATH" in environment, process.env.TERM, "PATH" in process.env]));
      return 0;`;
    assert.equal((await runMain(body)).out, '["dumb",false,"dumb",false]');
  });

  it("tells main of the first signal, and ends at the second with 128 + its number and a word on what it leaves", async () => {
    const body = `
      surroundings.stop.addEventListener("abort", () => {
        err.write(surroundings.stop.reason.message + ". ");
        process.kill(process.pid, "SIGINT");
      });
      process.kill(process.pid, "SIGTERM");
      await new Promise(() => setInterval(() => {}, 1e3));`;
    const left = "the next run finishes or undoes what this one left. Run parbake again.";
    const err = `stopped by SIGTERM. parbake: stopped by SIGINT at once, as it was the second signal: ${left}\n`;
    assert.deepEqual(await runMain(body), { status: 130, out: "", err });
  });

  it("ends with 73 when its output is lost to a full disk", async function () {
    if (!existsSync("/dev/full")) this.skip();
    const full = openSync("/dev/full", "w");
    const { status } = await runMain(`out.write("x"); return 0;`, { stdout: full });
    closeSync(full);
    assert.equal(status, 73);
  });

  for (const [how, body] of [
    ["main throws", `throw new SyntaxError("hunter2 is no JSON");`],
    [
      "main throws a message with lines like those of a stack",
      `throw new SyntaxError("hunter2\\n    at hunter2\\n    at f (/hunter2:1:1)\\n");`,
    ],
    [
      "a callback throws",
      `setTimeout(() => { throw new SyntaxError("hunter2"); }); await new Promise(() => setInterval(() => {}, 1e3));`,
    ],
    [
      "nobody awaits a rejection",
      `void Promise.reject(new SyntaxError("hunter2")); await new Promise(() => setInterval(() => {}, 1e3));`,
    ],
  ] as const) {
    it(`ends with 70 and where it happened, not the message, when ${how}`, async () => {
      const { status, err } = await runMain(body);
      assert.equal(status, 70);
      assert.match(err, /^parbake: a bug in parbake: SyntaxError\n\s+at /);
      assert.doesNotMatch(err, /hunter2/);
    });
  }
});
