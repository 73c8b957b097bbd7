// The binary on the root itself, whose instance is resized, or turns out to be a copy of another. All in a mount namespace, in which
// memory lies over every folder that is written to.

import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import type { WorldInput } from "../../scripts/emulator/world.ts";
import { end } from "../../scripts/simulation/child.ts";
import { describeWhere } from "../e2e/support/requirements.ts";
import { BINARY, runProgram, type Outcome } from "./support/scratch-image.ts";

const CONFIG = `apps: { web: { profile: nginx } }
secretsGuarantee: swappable
secrets: { db: { id: prod/db, onUnavailable: keep, keys: { password: { file: db/password } } } }
files: [ { template: web.txt.hbs, path: /var/lib/web.txt } ]
`;

const ONE = "i-0123456789abcdef0";
const TWO = "i-0123456789abcdef1";
const THREE = "i-0123456789abcdef2";

const SET_UP = `
for folder in /run /var/lib /sys/devices/virtual; do mount -t tmpfs -o mode=0755 tmpfs "$folder"; done
cp -a /etc /run/etc
mount --bind /run/etc /etc
rm -rf /etc/parbake
mkdir -p /etc/parbake/templates /sys/devices/virtual/dmi/id
printf '%s' "$1" >/etc/parbake/parbake.yaml
echo 'workers={{apps.web.worker_processes}}' >/etc/parbake/templates/web.txt.hbs
echo ready
exec sleep 1000
`;

const NEEDED = { root: true, programs: ["unshare", "nsenter", "setpriv"] } as const;

describeWhere(NEEDED, "the compiled binary on a machine that is not what it was", function () {
  this.timeout(60_000);
  let emulator: Emulator;
  let holder: ChildProcess;

  before(async () => {
    emulator = await startEmulator({ world: worldOf(ONE, "m7g.large") });
    const alone = ["setpriv", "--pdeathsig=KILL", "--", "unshare", "--mount", "--propagation", "private"];
    const [program, ...rest] = [...alone, "sh", "-ec", SET_UP, "sh", CONFIG];
    holder = spawn(program, rest, { stdio: ["ignore", "pipe", "inherit"] });
    await once(holder.stdout!, "data");
  });
  after(async () => {
    if (holder) await end(holder);
    await emulator?.close();
  });

  function worldOf(instanceId: string, instanceType: string, faults: WorldInput["faults"] = []): WorldInput {
    const values = { "meta-data/instance-id": instanceId, "meta-data/instance-type": instanceType };
    return { imds: { values }, secrets: [{ name: "prod/db", versions: [{ string: '{"password":"one"}' }] }], faults };
  }

  function inside(...argv: string[]): Promise<Outcome> {
    return runProgram(emulator, ["nsenter", "-t", String(holder.pid), "--mount", "--", ...argv]);
  }

  interface Seen {
    readonly change: string;
    readonly instanceId: string;
    readonly said: string;
    readonly asked: readonly string[];
  }

  async function apply(): Promise<Seen> {
    const before = emulator.requests.length;
    const { status, stdout, stderr } = await inside(
      BINARY,
      "apply",
      "--json",
      "--log-level",
      "info",
      "--deadline",
      "5s",
    );
    assert.equal(status, 0, stderr);
    const { change, instanceId } = JSON.parse(stdout).machine;
    const asked = emulator.requests.slice(before).map(({ path, operation }) => operation ?? path);
    return { change, instanceId, said: stderr, asked };
  }

  it("says nothing of it in its first run, nor in the next", async () => {
    for (const run of [await apply(), await apply()]) {
      assert.deepEqual([run.change, run.instanceId], ["same", ONE]);
      assert.doesNotMatch(run.said, /this machine was|another instance/);
    }
  });

  it("says once that the instance has another type, and keeps its secrets", async () => {
    emulator.setWorld(worldOf(ONE, "m7g.xlarge"));
    const resized = await apply();
    assert.equal(resized.change, "resized");
    assert.match(
      resized.said,
      /this machine was m7g\.large \(.+ GiB, \d+ vCPUs?\) at its last run, and is m7g\.xlarge \(.+\) now$/m,
    );
    assert.ok(!resized.asked.includes("GetSecretValue"), resized.asked.join());
    assert.match((await inside(BINARY, "status")).stdout, /this machine was m7g\.large .* and is m7g\.xlarge/);
    const next = await apply();
    assert.equal(next.change, "same");
    assert.doesNotMatch(next.said, /this machine was/);
  });

  it("warns once that it is a copy of another instance, and fetches again what that one had stored", async () => {
    emulator.setWorld(worldOf(TWO, "m7g.xlarge"));
    const copied = await apply();
    assert.deepEqual([copied.change, copied.instanceId], ["another", TWO]);
    assert.match(
      copied.said,
      new RegExp(`the last run here was on another instance \\(${ONE}, m7g\\.xlarge .*\\) than`),
    );
    assert.ok(copied.asked.includes("GetSecretValue"), copied.asked.join());
    const next = await apply();
    assert.deepEqual([next.change, next.asked.includes("GetSecretValue")], ["same", false]);
  });

  it("does not keep another instance's secrets while AWS is away, as its own", async () => {
    const away = [{ match: { service: "secretsmanager" }, do: { kind: "status", status: 503 } }] as const;
    emulator.setWorld(worldOf(TWO, "m7g.xlarge", away));
    const own = await inside(BINARY, "apply", "--deadline", "3s");
    assert.equal(own.status, 0, own.stderr);
    emulator.setWorld(worldOf(ONE, "m7g.xlarge", away));
    const others = await inside(BINARY, "apply", "--deadline", "3s");
    assert.equal(others.status, 69, others.stderr);
    assert.equal((await inside("cat", "/run/parbake/secrets/db/password")).status, 1);
    emulator.setWorld(worldOf(ONE, "m7g.xlarge"));
    assert.equal((await apply()).change, "same");
  });

  it("takes the firmware's word for the instance's id, and does not ask IMDS for it then", async () => {
    const id = "meta-data/instance-id";
    assert.ok((await apply()).asked.some((path) => path.endsWith(id)));
    await inside("sh", "-c", `echo ${THREE} >/sys/devices/virtual/dmi/id/board_asset_tag`);
    const tagged = await apply();
    assert.deepEqual([tagged.change, tagged.instanceId], ["another", THREE]);
    assert.ok(!tagged.asked.some((path) => path.endsWith(id)), tagged.asked.join());
  });
});
