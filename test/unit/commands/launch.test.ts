import assert from "node:assert/strict";
import { run } from "../../../agent/run.ts";
import { startEmulator, type Emulator } from "../../../scripts/emulator/emulator.ts";
import { makeScratchImage } from "../../binary/support/scratch-image.ts";

describe("an apply on an instance", () => {
  let emulator: Emulator;
  before(async () => (emulator = await startEmulator({})));
  after(() => emulator.close());

  async function apply(launchOn: string): Promise<{ status: number; err: string }> {
    const image = makeScratchImage(`launchOn: ${launchOn}\napps: { web: { profile: nginx } }\n`);
    let err = "";
    const status = await run(["apply", "--root", image.root], {
      environment: { AWS_EC2_METADATA_SERVICE_ENDPOINT: emulator.endpoint },
      writeOut: () => {},
      writeError: (text) => (err += text),
      rewrite: () => assert.fail("no terminal"),
      isTerminalOut: false,
      isTerminalError: false,
    });
    image.remove();
    return { status, err };
  }

  it("warns where launchOn does not name the instance's type, and is done all the same", async () => {
    const { status, err } = await apply("[r99z.large, t1.*]");
    assert.equal(status, 0, err);
    assert.match(err, /parbake\.yaml:1:12: launchOn does not name m7g\.large, the type of this instance/);
  });
  it("says nothing where it does", async () => {
    const { status, err } = await apply('["m7g.{medium..xlarge}"]');
    assert.equal(status, 0, err);
    assert.doesNotMatch(err, /launchOn/);
  });
});
