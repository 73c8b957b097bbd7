import assert from "node:assert/strict";
import { fillScript } from "../support/ssm-document.ts";
import { bootWithSecrets } from "./support/boot-with-secrets.ts";
import type { Outcome } from "./support/command.ts";
import { bakeCredentialsImage } from "./support/credentials-image.ts";
import type { Machine } from "./support/machine.ts";
import { describeWhere } from "./support/requirements.ts";
import { openSite, SITE_REQUIREMENTS, type Site } from "./support/site.ts";

describeWhere(SITE_REQUIREMENTS, "the script that Systems Manager runs", function () {
  this.timeout(120_000);
  let site: Site;
  let machine: Machine;

  before(async function () {
    this.timeout(1_200_000);
    site = await openSite(this, (root) => bakeCredentialsImage(root, "30s"));
    machine = await bootWithSecrets(site, {
      "prod/other": "value",
      "prod/app": JSON.stringify({ password: "value", token: "value" }),
    });
  });
  after(async () => {
    await machine?.powerOff();
    await site?.remove();
  });

  const script = (values: Readonly<Record<string, string>>): Promise<Outcome> =>
    machine.attempt(["sh", "-c", fillScript(values)]);

  it("prints a plan, and ends with 0", async () => {
    const { status, stdout } = await script({});
    assert.equal(status, 0);
    assert.match(stdout, /^ {2}= +unchanged +6 files$/m);
  });

  it("fetches secrets from where the image's environment says, and ends with 0", async () => {
    const { status, stdout, stderr } = await script({ Command: "apply", Only: "secrets", Force: "yes" });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /3 files, 2 secrets/);
  });

  it("ends with the status of a run that is refused, and says why", async () => {
    const file = "/etc/parbake/parbake.d/broken.yaml";
    await machine.run(["sh", "-c", `mkdir -p /etc/parbake/parbake.d && echo 'vars: {' >${file}`]);
    const { status, stderr } = await script({ Command: "apply" });
    assert.equal(status, 78);
    assert.match(stderr, /broken\.yaml/);
  });

  it("leaves no unit behind", async () => {
    const units = await machine.run(["systemctl", "list-units", "--all", "--plain", "--no-legend", "run-*.service"]);
    assert.equal(units.trim(), "");
  });
});
