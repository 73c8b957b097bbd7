// `analyze` of a run that was made in this process, against an emulator: which steps it tells, and of which run.

import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { SaxesParser } from "saxes";
import { startEmulator, type Emulator } from "../../../scripts/emulator/emulator.ts";
import { makeScratchImage, type ScratchImage } from "../../binary/support/scratch-image.ts";
import { runHere } from "../support/run-command.ts";

const CONFIG = `apps: { web: { profile: nginx } }
secretsGuarantee: swappable
secrets: { db: { id: prod/db, keys: { password: { file: db/password } } } }
files:
  - { template: a.txt.hbs, path: /etc/web/a.txt, validate: [/bin/judge, "{}"], onChange: { reload: web.service } }
`;

const VALUE = "c4n4ry-value";

describe("analyze", () => {
  let emulator: Emulator;
  let image: ScratchImage;

  beforeEach(async () => {
    emulator = await startEmulator({
      world: {
        secrets: [{ name: "prod/db", versions: [{ string: JSON.stringify({ password: VALUE }) }] }],
        faults: [
          {
            match: { service: "secretsmanager", operation: "GetSecretValue" },
            times: 2,
            do: { kind: "status", status: 500, body: "third party" },
          },
        ],
      },
    });
    image = makeScratchImage(CONFIG);
    image.write("etc/parbake/templates/a.txt.hbs", "{{apps.web.worker_processes}} {{facts.instanceId}}\n");
    image.write("bin/judge", "");
    chmodSync(join(image.root, "bin/judge"), 0o755);
    image.write("etc/systemd/system/web.service", "");
  });
  afterEach(async () => {
    image.remove();
    await emulator.close();
  });

  const call = (...words: string[]) =>
    runHere([...words, "--root", image.root], {
      environment: { AWS_EC2_METADATA_SERVICE_ENDPOINT: emulator.endpoint, AWS_ENDPOINT_URL: emulator.endpoint },
    });

  const apply = () => call("apply", "--no-validators");

  it("names what a run asked and did, below its stages, with its tries, and never what was answered", async () => {
    assert.equal((await apply()).status, 0);
    const { run: analyzed, boot } = JSON.parse((await call("analyze", "--json")).out);
    assert.equal(boot, null);
    const steps: { name: string; depth: number; tries: number }[] = analyzed.steps;
    const told = steps.map(({ name, depth, tries }) => `${depth} ${name}${tries > 1 ? ` ×${tries}` : ""}`);
    for (const step of [
      "0 IMDS token",
      "1 IMDS instance-id",
      "0 fetch",
      "1 GetSecretValue secret db (prod/db in eu-west-1) ×3",
      "0 swap",
    ])
      assert.ok(told.includes(step), `${step} in ${told.join("\n")}`);
    assert.ok(told.some((step) => /^[01] IMDS iam\/security-credentials\/…$/.test(step)));
    const text = JSON.stringify(steps);
    for (const foreign of [VALUE, "third party", "/web", emulator.endpoint])
      assert.ok(!text.includes(foreign), foreign);
  });

  it("is of the last run, or of the boot's", async () => {
    await apply();
    const first = JSON.parse((await call("analyze", "--json")).out).run.runId;
    await new Promise((resume) => setTimeout(resume, 2));
    await apply();
    const last = JSON.parse((await call("analyze", "--json")).out).run.runId;
    assert.ok(last > first, `${last} is later than ${first}`);
    assert.equal(JSON.parse((await call("analyze", "--boot", "--json")).out).run.runId, first);
  });

  it("is a table of 80 columns, or one SVG", async () => {
    await apply();
    const { status, out } = await call("analyze");
    assert.equal(status, 0);
    assert.match(out, /^run {2}\S+: done, took \d/);
    const wide = out.split("\n").filter((line) => Array.from(line).length > 80);
    assert.deepEqual(wide, []);
    const svg = (await call("analyze", "--svg")).out;
    const elements: string[] = [];
    const parser = new SaxesParser();
    parser.on("error", (error) => assert.fail(error));
    parser.on("opentag", ({ name }) => elements.push(name));
    parser.write(svg).close();
    assert.equal(elements[0], "svg");
    assert.ok(elements.filter((name) => name === "rect").length > 8);
    assert.doesNotMatch(svg, /href|<script|<image|url\(/);
  });

  it("without a run is no answer: status 71, and where to look", async () => {
    const { status, err } = await call("analyze");
    assert.equal(status, 71);
    assert.match(err, /^parbake: no run of parbake has left a report since the machine started\. Start one: /);
  });
});
