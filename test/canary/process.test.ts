import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { BINARY } from "../binary/support/scratch-image.ts";
import { describeWhere } from "../e2e/support/requirements.ts";
import { Lane } from "./support/lane.ts";
import { NEEDS } from "./support/needs.ts";

/** It holds the value, and waits for a validator that never ends. */
const HOLDING = { app: 'validate: [ /usr/local/sbin/hangs, "{}" ]' };
/** Where the kernel does not hand a dump to a program. */
const isDumpAFile = /^[\w.%]+$/.test(readFileSync("/proc/sys/kernel/core_pattern", "utf8").trim());
const NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

describeWhere(NEEDS, "a process that holds the value of a secret", function () {
  this.timeout(60_000);
  let lane: Lane;

  before(async function () {
    if (!existsSync(BINARY)) this.skip();
    lane = await Lane.open(BINARY);
  });
  after(async () => lane?.close());

  async function untilItHolds(): Promise<void> {
    const file = lane.machine.path("/var/log/children");
    for (let tries = 0; !existsSync(file) && tries < 500; tries++) await sleep(10);
    assert.ok(existsSync(file), "the validator was never started");
  }

  it("shows another user its command line and nothing else", async () => {
    await lane.prepare(HOLDING);
    const canRead = (pid: number, name: string): boolean =>
      spawnSync(NOBODY[0]!, [...NOBODY.slice(1), "cat", `/proc/${pid}/${name}`]).status === 0;
    await lane.parbake("parbake apply", {
      meanwhile: async (pid) => {
        await untilItHolds();
        assert.equal(canRead(pid, "cmdline"), true);
        for (const name of ["environ", "maps", "mem", "auxv", "stack", "fd/1", "syscall"])
          assert.equal(canRead(pid, name), false, name);
        process.kill(pid, "SIGKILL");
      },
    });
  });

  it("leaves no core dump, though its caller's limit lets it be dumped: registers hold what was copied last", async function () {
    if (!isDumpAFile) this.skip();
    await lane.prepare(HOLDING);
    const { signal } = await lane.parbake("cd /var/tmp; ulimit -c unlimited; exec parbake apply", {
      meanwhile: async (pid) => {
        await untilItHolds();
        assert.match(readFileSync(`/proc/${pid}/limits`, "utf8"), /^Max core file size +1 +1 +bytes/m);
        assert.equal(readFileSync(`/proc/${pid}/coredump_filter`, "utf8").trim(), "00000000");
        process.kill(pid, "SIGABRT");
      },
    });
    assert.equal(signal, "SIGABRT");
    assert.deepEqual(findInDumps(), []);
  });

  it("would be found in a dump that has its memory", async function () {
    if (!isDumpAFile) this.skip();
    await lane.prepare({});
    assert.equal((await lane.parbake("parbake apply")).status, 0);
    const read = "value=$(cat /run/parbake/secrets/db/password)";
    await lane.parbake(`cd /var/tmp; ulimit -c unlimited; sh -c '${read}; kill -ABRT $$' || true`);
    assert.deepEqual(findInDumps(), [true]);
    await lane.parbake("rm /var/tmp/core*");
  });

  /** Whether each dump holds the value. */
  function findInDumps(): boolean[] {
    const folder = lane.machine.path("/var/tmp");
    const dumps = readdirSync(folder).filter((name) => name.startsWith("core"));
    return dumps.map((name) => lane.canaries[0].findInDisk(readFileSync(`${folder}/${name}`)).length > 0);
  }

  it("gives none of its environment, its credentials and its open files to the programs that it starts", async () => {
    await lane.prepare({
      app: 'validate: [ /usr/local/sbin/echoes, "{}" ], healthCheck: [ /usr/local/sbin/echoes, /dev/null ], onChange: { reload: app.service }',
      before: "touch /run/ok",
    });
    const env = { AWS_ACCESS_KEY_ID: "AKIDOFCALLER", AWS_SECRET_ACCESS_KEY: "key-of-the-caller", HOME: "/home/caller" };
    lane.emulator.setWorld({
      secrets: [{ name: "prod/db", versions: [{ string: '{"password":"x"}' }] }],
      access: [{ accessKeyId: "AKIDOFCALLER", secretAccessKey: null, token: null, state: "valid" }],
    });
    const { status, stderr } = await lane.parbake("parbake apply", { env });
    assert.equal(status, 0, stderr);
    const children = readFileSync(lane.machine.path("/var/log/children"), "utf8");
    for (const word of ["echoes /dev/null", "systemctl show", "systemctl reload"])
      assert.ok(children.includes(word), word);
    const names = [...children.matchAll(/^([A-Za-z_]\w*)=/gm)].map(([, name]) => name!);
    assert.deepEqual(
      [...new Set(names)].toSorted(),
      ["LC_ALL", "PATH", "PWD"].filter((name) => names.includes(name)),
    );
    assert.doesNotMatch(children, /AKIDOFCALLER|key-of-the-caller|caller/);
    const files = listFiles(children);
    assert.ok(files.includes("0 -> /dev/null"));
    const ofCaller = listFiles((await lane.machine.shell("ls -l /proc/$$/fd")).stdout);
    // Of a shell, the script that it runs.
    const own = /^(?:0 -> \/dev\/null|[12] -> socket:\[\d+\]|10 -> \/usr\/(?:local\/)?sbin\/\w+)$/;
    assert.deepEqual(
      files.filter((file) => !own.test(file) && !ofCaller.includes(file)),
      [],
    );
  });
});

/** As `ls -l` shows a process's open files. */
function listFiles(text: string): string[] {
  return [...text.matchAll(/ (\d+ -> \S+)$/gm)].map(([, file]) => file!);
}
