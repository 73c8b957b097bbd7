// Answers that are well formed and wrong: to another question, or larger than anything that was asked for.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import { assertWithin } from "../support/slowness.ts";
import { startRawServer } from "../unit/support/raw-server.ts";
import { BINARY, CONFIG, makeScratchImage, type ScratchImage } from "./support/scratch-image.ts";

const CANARY = "hunter2-canary";
const ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-a1B2c3";
const VERSION = "00000000-0000-4000-8000-00000000000a";
const OTHER = "00000000-0000-4000-8000-00000000000b";
const GOOD = {
  ARN,
  Name: "prod/db",
  VersionId: VERSION,
  VersionStages: ["AWSCURRENT"],
  SecretString: `{"password":"${CANARY}"}`,
};

describe("parbake, the compiled binary, given an answer to another question", () => {
  let emulator: Emulator;
  let image: ScratchImage;

  before(async () => {
    const versions = [{ string: `{"password":"${CANARY}"}` }];
    emulator = await startEmulator({ world: { secrets: [{ name: "prod/db", versions }] } });
  });
  after(() => emulator.close());
  beforeEach(() => (image = makeScratchImage()));
  afterEach(() => {
    emulator.setFaults([]);
    image.remove();
  });

  function answer(operation: string, document: object): void {
    const body = JSON.stringify(document);
    emulator.setFaults([
      { match: { service: "secretsmanager", operation }, do: { kind: "status", status: 200, body } },
    ]);
  }

  // More than half of it is the network's, in which a busy machine must have asked once.
  const apply = () => image.run(emulator, "apply", "--log-level", "error", "--deadline", "1200ms");

  const wrong: readonly (readonly [title: string, change: object, what: RegExp])[] = [
    ["another name", { Name: "prod/other", ARN: ARN.replace("/db", "/other") }, /answers for another secret/],
    ["another region", { ARN: ARN.replace("eu-west-1", "us-east-1") }, /answers for another secret/],
    ["another stage", { VersionStages: ["AWSPREVIOUS"] }, /answers for another version/],
    ["a version id that is a path", { VersionId: "../".repeat(12) }, /gives a version id that is not 32 to 64/],
    ["a version id of escapes", { VersionId: "\u001B[2J".repeat(10) }, /gives a version id that is not 32 to 64/],
    ["no version id", { VersionId: undefined }, /gives a version id that is not 32 to 64/],
    ["a value of 65 KiB", { SecretString: "x".repeat(66_560) }, /more than 64 KiB/],
  ];
  for (const [title, change, what] of wrong) {
    it(`refuses a value with ${title}, and stores nothing`, async () => {
      answer("GetSecretValue", { ...GOOD, ...change });
      const { status, stderr } = await apply();
      assert.equal(status, 69, stderr);
      assert.match(stderr, what);
      assert.match(
        stderr,
        /^parbake: \S+parbake\.yaml:3:16: secret db \(prod\/db in eu-west-1\): 127\.0\.0\.1:\d+ \(AWS_ENDPOINT_URL\) /,
      );
      assert.doesNotMatch(stderr, /prod\/other|hunter2/);
      assert.ok(!stderr.includes("\u001B"));
      assert.ok(!existsSync(join(image.root, "run/parbake/secrets/db")));
    });
  }

  it("refuses another version than the one that is pinned", async () => {
    image.write("etc/parbake/parbake.yaml", CONFIG.replace("id: prod/db,", `id: prod/db, version: "${OTHER}",`));
    answer("GetSecretValue", GOOD);
    const { status, stderr } = await apply();
    assert.equal(status, 69, stderr);
    assert.match(stderr, /answers for another version/);
  });

  it("takes the right answer, and then no description of another secret for news of this one", async () => {
    answer("GetSecretValue", GOOD);
    assert.equal((await apply()).status, 0);
    answer("DescribeSecret", { ...GOOD, Name: "prod/other", VersionIdsToStages: { [OTHER]: ["AWSCURRENT"] } });
    const { status, stderr } = await apply();
    assert.equal(status, 69, stderr);
    assert.match(stderr, /answers for another secret/);
    assert.equal(image.read("run/parbake/secrets/db/password"), CANARY);
  });

  const instance: readonly (readonly [path: string, text: string, what: RegExp])[] = [
    [
      "instance-type",
      "m7g.large\nx: y",
      /IMDS gives "m7g\.large\\nx: y" for instance-type, which is not an instance type/,
    ],
    ["instance-type", "<html>", /for instance-type, which is not an instance type/],
    ["instance-id", "i-0123456789", /for instance-id, which is not an instance id/],
    ["placement/region", "eu-west-1.evil.example", /for placement\/region, which is not a region/],
    ["placement/availability-zone", "eu-west-1a\u001B[2J", /for placement\/availability-zone, which is not a zone/],
  ];
  for (const [path, text, what] of instance) {
    it(`refuses ${JSON.stringify(text)} for ${path}`, async () => {
      image.write(
        "etc/parbake/templates/web.txt.hbs",
        "{{facts.instanceType}} {{facts.instanceId}} {{facts.region}} {{facts.availabilityZone}}\n",
      );
      emulator.setFaults([
        {
          match: { service: "imds", path: `/latest/meta-data/${path}` },
          do: { kind: "status", status: 200, body: text },
        },
      ]);
      const { status, stderr } = await apply();
      assert.equal(status, 69, stderr);
      assert.match(stderr, what);
      assert.ok(!stderr.includes("\u001B"));
      assert.ok(!existsSync(join(image.root, "etc/web/web.txt")));
    });
  }

  for (const [title, head, bytes] of [
    ["in chunks", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", `10000\r\n${"x".repeat(65_536)}\r\n`],
    ["of a length beyond every cap", "HTTP/1.1 200 OK\r\ncontent-length: 9000000000\r\n\r\n", "x".repeat(65_536)],
  ] as const) {
    it(`holds no answer without end ${title} in memory, and ends at its deadline`, async () => {
      const server = await startRawServer(() => ({ head, bytes, after: "again" }));
      const startMs = performance.now();
      const { status, peakKiB } = await measure(image, emulator, server.endpoint);
      await server.close();
      assert.equal(status, 69);
      assertWithin(5_000, performance.now() - startMs);
      assert.ok(peakKiB > 10_000 && peakKiB < 400_000, `${peakKiB} KiB`);
    });
  }
});

/** Runs apply with Secrets Manager at `endpoint`, and watches how much memory it ever had. */
async function measure({ root }: ScratchImage, emulator: Emulator, endpoint: string) {
  const child = spawn(BINARY, ["apply", "--root", root, "--deadline", "1s"], {
    env: {
      AWS_EC2_METADATA_SERVICE_ENDPOINT: emulator.endpoint,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
    },
    stdio: "ignore",
  });
  let peakKiB = 0;
  const watch = setInterval(() => {
    try {
      const found = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"));
      peakKiB = Math.max(peakKiB, Number(found?.[1] ?? 0));
    } catch {
      // It has ended.
    }
  }, 20);
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  clearInterval(watch);
  return { status, peakKiB };
}
