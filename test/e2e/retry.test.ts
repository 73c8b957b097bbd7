import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { createSecret, startImds, startSecretsManager } from "./support/cloud.ts";
import { waitUntil } from "./support/command.ts";
import { bakeCredentialsImage, UNITS } from "./support/credentials-image.ts";
import { bootMachine, type Machine } from "./support/machine.ts";
import { describeWhere } from "./support/requirements.ts";
import { openSite, SITE_REQUIREMENTS, type Site } from "./support/site.ts";

const CONFIG = "/etc/parbake/parbake.yaml";
/** SD_MESSAGE_UNIT_STARTING of sd-messages.h. */
const UNIT_STARTING = "7d4958e842da4a758f6c1cdc7b36dcc5";
/** By when the timer's first try has come, had there been one. */
const FIRST_TRY_MS = 18_000;
const GIVEN_UP =
  "parbake does not try again by itself: only a change of the config mends this. Then: systemctl restart parbake";

describeWhere(SITE_REQUIREMENTS, "a boot that fails", function () {
  this.timeout(240_000);
  let site: Site;
  let machine: Machine;

  before(async function () {
    this.timeout(1_200_000);
    site = await openSite(this, (root) => bakeCredentialsImage(root, "12s"));
    await startImds(site.namespace, site.tools, site.folder);
    machine = await bootMachine(site.root, site.namespace);
  });
  after(async () => {
    await machine?.powerOff();
    await site?.remove();
  });

  const invocation = (): Promise<string> => machine.show("parbake.service", "InvocationID");
  const timerSinceUs = async (): Promise<number> =>
    Number(await machine.show("parbake-retry.timer", "ActiveEnterTimestampMonotonic"));
  const failures = async (): Promise<unknown> =>
    JSON.parse((await machine.attempt(["parbake", "status", "--json"])).stdout).failures;

  /** When each run began. However late a busy machine looks, none is missed. */
  async function startsUs(): Promise<number[]> {
    const starting = ["journalctl", "--unit=parbake.service", `MESSAGE_ID=${UNIT_STARTING}`, "--output=json"];
    const lines = (await machine.run([...starting, "--no-pager"])).split("\n");
    return lines.map((line) => Number(JSON.parse(line)["__MONOTONIC_TIMESTAMP"]));
  }

  it("is tried again where somebody else may mend it, later each time, by the timer that the first failure started", async () => {
    const sinceUs = await timerSinceUs();
    const thrice = { count: 3, bugs: 0, givenUp: null };
    await waitUntil("two more tries have failed", 180_000, async () => isDeepStrictEqual(await failures(), thrice));
    const [first, second, ...more] = (await startsUs()).slice(1).map((startUs) => (startUs - sinceUs) / 1e6);
    assert.ok(first! >= 10 && second! >= 30, `after ${first} s and ${second} s`);
    assert.deepEqual([await timerSinceUs(), more], [sinceUs, []]);
  });

  it("is not tried again once only a change of the config mends it, and says so once", async () => {
    await machine.run(["sh", "-c", `echo 'nonsense: 1' >>${CONFIG}`]);
    await machine.attempt(["systemctl", "restart", "parbake.service"]);
    const failed = await invocation();
    await waitUntil("the timer has ended", 10_000, async () => {
      return (await machine.show("parbake-retry.timer", "ActiveState")) === "inactive";
    });
    await sleep(FIRST_TRY_MS);
    assert.equal(await invocation(), failed);
    const journal = await machine.run(["journalctl", "--unit=parbake.service", "--no-pager", "--output=cat"]);
    assert.equal(journal.split(GIVEN_UP).length, 2, journal);
    assert.match(machine.console(), new RegExp(GIVEN_UP));
    assert.match((await machine.attempt(["parbake", "status"])).stdout, /is not tried again by itself: only a change/);
  });

  it("starts the held units by itself once a person has mended it, and started parbake alone", async () => {
    await startSecretsManager(site.namespace, site.tools);
    await createSecret(site.namespace, "prod/other", "one");
    await createSecret(site.namespace, "prod/app", JSON.stringify({ password: "one", token: "two" }));
    await machine.run(["sed", "-i", "/^nonsense/d", CONFIG]);
    await machine.attempt(["systemctl", "restart", "parbake.service"]);
    for (const unit of UNITS)
      await waitUntil(`${unit} is up`, 60_000, async () => (await machine.show(unit, "SubState")) === "running");
    assert.equal(await machine.run(["systemctl", "is-system-running", "--wait"]), "running");
    assert.equal(await machine.show("parbake-retry.timer", "ActiveState"), "inactive");
    await machine.run(["test", "!", "-e", "/run/parbake/failures.json"]);
  });
});
