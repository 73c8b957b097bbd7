import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { WorldInput } from "../../scripts/emulator/world.ts";
import { run, waitUntil } from "./support/command.ts";
import { bakeCredentialsImage } from "./support/credentials-image.ts";
import { serveEmulator } from "./support/emulated-cloud.ts";
import { bootMachine, type Machine } from "./support/machine.ts";
import { describeWhere } from "./support/requirements.ts";
import { openSite, SITE_REQUIREMENTS, type Site } from "./support/site.ts";

/** The role's credentials come late, one of two secrets never. */
const WORLD: WorldInput = {
  secrets: [{ name: "prod/other", versions: [{ string: "canary" }] }],
  faults: [{ match: { service: "imds" }, do: { kind: "not-yet", forMs: 9_000 } }],
};

/** What a person asks while the boot waits. In the unit's own mounts: in a container, only there /proc has the boot id that it knows. */
const SPY = `[Unit]
Description=Ask while parbake waits
[Service]
ExecStart=/bin/sh -c 'until [ -n "$$(systemctl show --property=StatusText --value parbake.service)" ]; do sleep .1; done; \
  { systemctl status parbake.service; nsenter --mount --target=$$(systemctl show --property=MainPID --value parbake.service) parbake status; nsenter --mount --target=$$(systemctl show --property=MainPID --value parbake.service) parbake ready api.service; } >/spied 2>&1'
[Install]
WantedBy=basic.target
`;

const CAUSE = "no such secret";

describeWhere(SITE_REQUIREMENTS, "what is told of a boot that waits, then fails", function () {
  this.timeout(120_000);
  let site: Site;
  let machine: Machine;

  before(async function () {
    this.timeout(1_200_000);
    site = await openSite(this, async (root) => {
      await bakeCredentialsImage(root, "24s");
      await writeFile(join(root, "etc/parbake/environment"), "AWS_ENDPOINT_URL=http://169.254.169.254\n");
      await writeFile(join(root, "etc/systemd/system/spy.service"), SPY);
      await run(["systemctl", `--root=${root}`, "enable", "spy.service"]);
    });
    await serveEmulator(site.namespace, "169.254.169.254", WORLD, site.folder);
    machine = await bootMachine(site.root, site.namespace);
  });
  after(async () => {
    await machine?.powerOff();
    await site?.remove();
  });

  const journal = (...words: string[]): Promise<string> =>
    machine.run(["journalctl", "--boot", "--no-pager", ...words]);

  /** Entries that parbake itself made. */
  async function entries(...words: string[]): Promise<Record<string, string | string[]>[]> {
    const lines = (await journal("--output=json", ...words)).split("\n").filter((line) => line !== "");
    const all = lines.map((line) => JSON.parse(line) as Record<string, string | string[]>);
    return all.filter((entry) => entry["SYSLOG_IDENTIFIER"] === "parbake");
  }

  it("is a line in the journal, and the same on the console, for a wait of five seconds", async () => {
    const line = /waiting for the credentials of the instance's role: 5 s of 1\d/;
    assert.match(await journal("-u", "parbake.service"), line);
    assert.match(machine.console(), line);
  });

  it("is, while it waits, systemd's status line, and what status and ready say", async () => {
    const spied = await machine.run(["cat", "/spied"]);
    const wait = String.raw`for \d+ s so far: waiting for the credentials of the instance's role`;
    assert.match(spied, /^ +Status: "waiting for the credentials of the instance's role: \d s of 1\d"$/m);
    assert.match(
      spied,
      new RegExp(String.raw`^not in sync: a run is going on \(process \d+, since \S+\), ${wait}$`, "m"),
    );
    assert.match(
      spied,
      new RegExp(String.raw`^parbake: api\.service waits for parbake: a run is going on .*, ${wait}\. `, "m"),
    );
  });

  it("leaves no line that says it waits when it is over", async () => {
    assert.doesNotMatch(await machine.show("parbake.service", "StatusText"), /waiting/);
    assert.equal((await machine.attempt(["test", "-e", "/run/parbake/waits.json"])).status, 1);
  });

  it("is one error with the cause and the remedy, and fields for both", async () => {
    const [error, ...others] = await entries("-u", "parbake.service", "-p", "err");
    assert.deepEqual(others, []);
    assert.match(
      String(error!["MESSAGE"]),
      /^\/etc\/parbake\/parbake\.yaml:9:5: secret app \(prod\/app in eu-west-1\): there is no such secret.* Check the id/,
    );
    const { PARBAKE_FILE, PARBAKE_LINE, PARBAKE_STAGE, PARBAKE_UNIT } = error!;
    assert.deepEqual([PARBAKE_FILE, PARBAKE_LINE, PARBAKE_STAGE], ["/etc/parbake/parbake.yaml", "9", "fetch"]);
    assert.deepEqual(PARBAKE_UNIT, ["api.service", "legacy.service"]);
    assert.match(String(error!["PARBAKE_FIX"]), /^Check the id/);
  });

  it("names parbake once in each line, and the held units without the cause", async () => {
    const said = await entries("-u", "parbake.service");
    for (const { MESSAGE } of said) assert.doesNotMatch(String(MESSAGE), /^<\d>|^parbake: /);
    assert.equal(said.filter(({ MESSAGE }) => String(MESSAGE).includes(CAUSE)).length, 1);
    assert.ok(said.some(({ MESSAGE }) => MESSAGE === "api.service is held back: it needs secret app"));
  });

  it("is explained by journalctl -x, with the remedy", async () => {
    const shown = await machine.show("parbake-console.service", "ActiveState");
    assert.equal(shown, "inactive");
    const explained = await journal("-x", "-u", "parbake.service", "-p", "err");
    assert.match(explained, /Subject: parbake refuses bad data in a template or a secret/);
    assert.match(explained, /What to do: Check the id/);
    assert.match(await journal("-x", "-u", "api.service"), /Subject: api\.service is held back by parbake/);
  });

  it("is the cause in the journal and the status of each unit that is held back", async () => {
    const { stdout: status } = await machine.attempt(["systemctl", "status", "--full", "api.service"]);
    const cause = /api\.service waits for secret app: .*no such secret.* Check the id/;
    for (const said of [status, await journal("-u", "api.service")]) assert.match(said, cause);
    // It is in no way declared, and waits for the whole.
    assert.match(
      await journal("-u", "store.service"),
      /store\.service waits for a run of parbake that ends well: .*no such/,
    );
  });

  it("is on the console once, and no second error, however often parbake tries again", async () => {
    const first = await machine.show("parbake.service", "InvocationID");
    await waitUntil("another try has failed", 60_000, async () => {
      const again = (await machine.show("parbake.service", "InvocationID")) !== first;
      return again && (await machine.show("parbake.service", "ActiveState")) === "failed";
    });
    const errors = (await entries("-u", "parbake.service", "-p", "err")).length;
    const tries = (await entries("-u", "parbake.service")).filter(({ MESSAGE }) => String(MESSAGE).includes(CAUSE));
    assert.deepEqual([errors, tries.length >= 2], [1, true]);
    assert.equal(machine.console().split(CAUSE).length, 2, machine.console());
  });

  it("has the same fields of a refresh that fails, each time, and leaves the console alone", async () => {
    const shown = machine.console().split(CAUSE).length;
    for (let time = 1; time <= 2; time++) {
      assert.notEqual((await machine.attempt(["systemctl", "start", "parbake-refresh.service"])).status, 0);
      const errors = await entries("-u", "parbake-refresh.service", "-p", "err");
      assert.deepEqual(
        errors.map(({ PARBAKE_FILE, PARBAKE_LINE }) => [PARBAKE_FILE, PARBAKE_LINE]),
        Array.from({ length: time }, () => ["/etc/parbake/parbake.yaml", "9"]),
      );
    }
    assert.equal(machine.console().split(CAUSE).length, shown);
  });
});
