import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { startEmulator } from "../../scripts/emulator/emulator.ts";
import { bakeImage, describeWorld, secretId } from "../../scripts/measuring/bench-jobs.ts";
import { type Program, runOnce } from "../../scripts/measuring/bench-measure.ts";
import { installCurl, installGo } from "../../scripts/measuring/bench-peers.ts";
import { BINARY, type ScratchImage } from "./support/scratch-image.ts";

const JOB = { files: 2, secrets: 3, lines: 8 };
// Go compiles the SDK, and pip fetches the AWS CLI.
const INSTALL_MS = 600_000;

interface Done {
  readonly files: readonly string[];
  readonly secrets: readonly string[];
  readonly asked: readonly string[];
}

// A rival that does less would make a good figure of a bad boot.
describe("what scripts/bench measures parbake against", function () {
  this.timeout(INSTALL_MS);
  let own: Done;

  before(async () => {
    const program = (environment: NodeJS.ProcessEnv): Program => ({
      argv: [BINARY, "apply"],
      environment,
      bakeImage: () => bakeImage(JOB),
    });
    own = await runJob(program, (index) => `run/parbake/secrets/db${index}/password`);
  });

  for (const [name, install] of [
    ["the Go rival", installGo],
    ["curl, the AWS CLI and envsubst", installCurl],
  ] as const)
    it(`${name}: does the same job`, async function () {
      const peer = install();
      if (typeof peer === "string") {
        this.test!.title += ` (skipped: ${peer})`;
        this.skip();
      }
      const done = await runJob(
        (environment) => peer(JOB, environment),
        (index) => `run/secrets/current/${secretId(index)}`,
      );
      assert.deepEqual(done.secrets, own.secrets);
      assert.deepEqual(done.files.map(withoutValues), own.files.map(withoutValues));
      assert.deepEqual(done.asked, own.asked);
    });
});

async function runJob(
  program: (environment: NodeJS.ProcessEnv) => Program,
  secretPath: (index: number) => string,
): Promise<Done> {
  const emulator = await startEmulator({ world: describeWorld(JOB.secrets) });
  const environment = { AWS_EC2_METADATA_SERVICE_ENDPOINT: emulator.endpoint, AWS_ENDPOINT_URL: emulator.endpoint };
  const given = program(environment);
  const image: ScratchImage = given.bakeImage!();
  try {
    await runOnce({ ...given, bakeImage: () => ({ ...image, remove: () => undefined }) });
    assert.deepEqual(emulator.surprises, []);
    const folder = join(image.root, "etc/web");
    return {
      files: readdirSync(folder)
        .toSorted()
        .map((name) => readFileSync(join(folder, name), "utf8")),
      secrets: Array.from({ length: JOB.secrets }, (_, index) => image.read(secretPath(index))),
      asked: emulator.requests.flatMap(({ secret }) => secret ?? []).toSorted(),
    };
  } finally {
    image.remove();
    await emulator.close();
  }
}

/** Each has a tuning of its own. */
function withoutValues(text: string): string {
  return text.replace(/^(HEAP|THREADS|WORKERS|PASSWORD)(\w*)=.*$/gm, "$1$2=…");
}
