import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { assertWithin } from "../support/slowness.ts";
import { startImds, startSecretsManagerWith } from "./support/cloud.ts";
import { run, waitUntil } from "./support/command.ts";
import { bakeImage } from "./support/image.ts";
import { bootMachine, type Machine } from "./support/machine.ts";
import { describeWhere } from "./support/requirements.ts";
import { openSite, SITE_REQUIREMENTS, type Site } from "./support/site.ts";

/** By the wave that releases each: its file needs the hardware alone, IMDS, all of the run. */
const [HARDWARE, INSTANCE, WHOLE] = ["nginx.service", "postgresql@15-main.service", "whole.service"];

/** Of drop-ins until the next boot. */
const FOLDER = "/run/systemd/system/parbake.service.d";

// However long the test's own programs take to come up on a busy machine.
const PATIENT = ["[Service]", "ExecStart=", "ExecStart=/usr/bin/parbake apply --deadline 5min", "TimeoutStartSec=6min"];

describeWhere(SITE_REQUIREMENTS, "a boot whose network comes late, and Secrets Manager later", function () {
  this.timeout(120_000);
  let site: Site;
  let machine: Machine;
  /** What was up when IMDS came, and when Secrets Manager did. */
  const states: string[][] = [];

  before(async function () {
    this.timeout(1_200_000);
    site = await openSite(this, bakePatient);
    machine = await bootMachine(site.root, site.namespace, async (booting) => {
      await untilActive(booting, HARDWARE);
      states.push(await look(booting));
      await startImds(site.namespace, site.tools, site.folder);
      await untilActive(booting, INSTANCE);
      states.push(await look(booting));
      const secret = JSON.stringify({ password: randomBytes(16).toString("hex") });
      await startSecretsManagerWith(site.namespace, site.tools, "prod/db", secret);
      await untilActive(booting, WHOLE);
    });
  });
  after(async () => {
    await machine?.powerOff();
    await site?.remove();
  });

  it("starts the unit that needs the hardware alone while IMDS is away, and no other that is held", () => {
    assert.deepEqual(states[0], ["active", "inactive", "inactive", "activating"]);
  });

  it("starts the unit that needs IMDS while Secrets Manager is away, and not what waits for the whole run", () => {
    assert.deepEqual(states[1], ["active", "active", "inactive", "activating"]);
  });

  it("starts the last of them when the run is over", async () => {
    assert.deepEqual(await look(machine), ["active", "active", "active", "active"]);
    assert.equal(await machine.run(["systemctl", "is-system-running"]), "running");
    // Nobody waits any more, so that nobody is told.
    assert.equal(await machine.show("parbake-over.service", "ConditionResult"), "no");
    assert.doesNotMatch(
      await machine.run(["journalctl", "--boot", "--output=cat"]),
      /wait for parbake that its run is over/,
    );
  });

  it("lets them go one after the other, by systemd's own clock, the first two before the run is over", async () => {
    const released = [HARDWARE, INSTANCE, WHOLE].map((unit) =>
      timeOf(`parbake-ready@${unit}`, "ActiveEnterTimestampMonotonic", "ExecMainExitTimestampMonotonic"),
    );
    const [first = 0, second = 0, last = 0] = await Promise.all(released);
    const endedUs = await timeOf("parbake.service", "ExecMainExitTimestampMonotonic");
    assert.ok(
      0 < first && first < second && second < last && second < endedUs,
      `${first} ${second} ${last} ${endedUs}`,
    );
  });

  it("reports each wave, and says in status when it was in place", async () => {
    const { waves } = JSON.parse(await machine.run(["cat", "/run/parbake/report.json"])) as {
      waves: { name: string; result: string; tookMs: number; units: string[] }[];
    };
    assert.deepEqual(
      waves.map(({ name, result, units }) => [name, result, ...units]),
      [
        ["hardware", "done", HARDWARE],
        ["instance", "done", INSTANCE],
        ["secrets", "done"],
      ],
    );
    const [hardware, instance, secrets] = waves.map(({ tookMs }) => tookMs);
    assert.ok(hardware! < instance! && instance! < secrets!, JSON.stringify(waves));
    assert.match(
      await machine.run(["parbake", "status"]),
      /hardware after \d+ ms, instance after \d+ ms, secrets after/,
    );
  });

  it("has a unit that is started by hand not wait for a run that is over", async () => {
    for (const mark of ["all", WHOLE]) await machine.run(["rm", "-f", `/run/parbake/ready/${mark}`]);
    await machine.run(["systemctl", "stop", WHOLE]);
    const { status, stderr } = await machine.attempt(["systemctl", "start", WHOLE]);
    assert.notEqual(status, 0, stderr);
    const journal = await machine.run(["journalctl", `--unit=parbake-ready@${WHOLE}`, "--output=cat"]);
    assert.match(journal, /whole\.service waits for a whole run of parbake/);
    await machine.run(["systemctl", "reload", "parbake.service"]);
    await machine.run(["systemctl", "start", WHOLE]);
  });

  it("wakes what waits where the run is killed, so that it fails with its reason", async () => {
    const away = "[Service]\nEnvironment=AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:9\n";
    await machine.run(["sh", "-c", `mkdir -p ${FOLDER} && printf %s "$1" >${FOLDER}/away.conf`, "sh", away]);
    await machine.run(["systemctl", "daemon-reload"]);
    await machine.run(["systemctl", "stop", WHOLE, "parbake.service"]);
    await machine.run(["rm", "-rf", "/run/parbake/ready", "/run/parbake/over"]);
    await machine.run(["systemctl", "start", "--no-block", WHOLE]);
    const ready = `parbake-ready@${WHOLE}`;
    // Its shell reads the FIFO by now, or is about to.
    await waitUntil("the run waits for IMDS", 60_000, async () => {
      const { status } = await machine.attempt(["test", "-e", `/run/parbake/ready/${HARDWARE}`]);
      return status === 0 && (await stateOf(machine, ready)) === "activating";
    });
    await machine.run(["systemctl", "kill", "--signal=KILL", "parbake.service"]);
    await waitUntil("it no longer waits", 60_000, async () => (await stateOf(machine, ready)) === "failed");
    assert.equal(await machine.show(ready, "Result"), "exit-code");
    await machine.run(["test", "-e", "/run/parbake/over"]);
  });

  it("says of a run that was killed by what, and what comes next, once and with fields", async () => {
    const words = ["journalctl", "--unit=parbake.service", "--priority=err", "--output=json", "PARBAKE_CODE=killed"];
    await waitUntil("the journal has it", 20_000, async () => (await machine.run(words)) !== "");
    const entries = (await machine.run(words)).split("\n").map((line) => JSON.parse(line) as Record<string, string>);
    assert.deepEqual(
      entries.map((each) => [each["PARBAKE_SIGNAL"], each["SYSLOG_IDENTIFIER"], each["PRIORITY"]]),
      [["SIGKILL", "parbake", "3"]],
    );
    assert.match(
      entries[0]!["MESSAGE"]!,
      /^the run was killed by SIGKILL \(signal\), before .* parbake-retry\.timer starts it by itself\.$/,
    );
  });

  it("has a unit that is started during a reload wait for its run", async () => {
    const reload = ["[Service]", "ExecReload=", "ExecReload=/bin/sh -c 'until test -e /run/go; do sleep 0.1; done'"];
    await machine.run(["systemctl", "stop", "parbake-retry.timer", "parbake-held.service"]);
    await machine.run([
      "sh",
      "-c",
      'rm "$1/away.conf"; printf %s "$2" >"$1/reload.conf"',
      "sh",
      FOLDER,
      [...reload, "ExecReload=/usr/bin/parbake apply", ""].join("\n"),
    ]);
    await machine.run(["systemctl", "daemon-reload"]);
    await machine.run(["systemctl", "restart", "parbake.service"]);
    await machine.run(["systemctl", "stop", WHOLE]);
    await machine.run(["rm", "-rf", "/run/parbake/ready"]);
    await machine.run(["touch", "/run/parbake/over"]);
    await machine.run(["systemctl", "reload", "--no-block", "parbake.service"]);
    await machine.run(["systemctl", "start", "--no-block", WHOLE]);
    const [ready, over] = [`parbake-ready@${WHOLE}`, "parbake-over.service"];
    await waitUntil("it waits", 20_000, async () => (await stateOf(machine, ready)) === "activating");
    // By which it would have failed, had it not found the reload.
    await waitUntil("systemd holds its question back", 20_000, async () => (await machine.show(over, "Job")) !== "0");
    assert.equal(await stateOf(machine, "parbake.service"), "reloading");
    await machine.run(["touch", "/run/go"]);
    await untilActive(machine, WHOLE);
  });

  async function timeOf(unit: string, ...properties: string[]): Promise<number> {
    const times = await Promise.all(properties.map(async (property) => Number(await machine.show(unit, property))));
    return Math.max(...times);
  }
});

describeWhere(SITE_REQUIREMENTS, "a boot of an image whose parbake.service is masked", function () {
  this.timeout(120_000);
  let site: Site;
  let machine: Machine;

  before(async function () {
    this.timeout(1_200_000);
    site = await openSite(this, async (root) => {
      await bakeImage(root);
      await run(["systemctl", `--root=${root}`, "mask", "parbake.service"]);
    });
    machine = await bootMachine(site.root, site.namespace);
  });
  after(async () => {
    await machine?.powerOff();
    await site?.remove();
  });

  it("lets go of nothing that needs parbake, and does not wait for it either", async () => {
    for (const unit of [HARDWARE, WHOLE]) {
      assert.equal(await stateOf(machine, unit), "inactive");
      const times = ["InactiveExitTimestampMonotonic", "InactiveEnterTimestampMonotonic"];
      const [began = 0, ended = 0] = await Promise.all(
        times.map(async (name) => Number(await machine.show(`parbake-ready@${unit}`, name))),
      );
      assert.ok(began > 0 && ended > began, `${began} ${ended}`);
      assertWithin(2_000, (ended - began) / 1_000, unit);
    }
  });

  it("says in one line of each held unit why, and what mends it, which it does", async () => {
    const journal = await machine.run([
      "journalctl",
      `--unit=parbake-ready@${HARDWARE}`,
      "--priority=err",
      "--output=cat",
    ]);
    const said = journal.split("\n").filter((line) => line.includes("nginx.service waits for"));
    assert.deepEqual(said, [
      "nginx.service waits for parbake, which has not run since the machine started: parbake.service is masked. " +
        "Unmask and start it: systemctl unmask parbake.service && systemctl start parbake.service",
    ]);
    await machine.run(["systemctl", "unmask", "parbake.service"]);
    await machine.run(["systemctl", "start", HARDWARE]);
  });
});

async function bakePatient(root: string): Promise<void> {
  await bakeImage(root);
  const folder = join(root, "etc/systemd/system/parbake.service.d");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "patient.conf"), `${PATIENT.join("\n")}\n`);
}

async function untilActive(machine: Machine, unit: string): Promise<void> {
  await waitUntil(`${unit} is up`, 90_000, async () => (await stateOf(machine, unit)) === "active");
}

async function look(machine: Machine): Promise<string[]> {
  return Promise.all([HARDWARE, INSTANCE, WHOLE, "parbake.service"].map((unit) => stateOf(machine, unit)));
}

/** Empty while systemd does not answer yet. */
async function stateOf(machine: Machine, unit: string): Promise<string> {
  const { stdout } = await machine.attempt(["systemctl", "show", "--value", "--property=ActiveState", unit]);
  return stdout.trim();
}
