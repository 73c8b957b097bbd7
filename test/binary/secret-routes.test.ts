import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import {
  makeCertificates,
  startProxy,
  startTlsFront,
  type Front,
  type Proxy,
  type TestCertificates,
} from "../unit/support/tls-front.ts";
import { BINARY, makeScratchImage, type ScratchImage } from "./support/scratch-image.ts";

const HOST = "secretsmanager.eu-west-1.amazonaws.com";

describe("parbake, the compiled binary, behind a proxy", () => {
  let emulator: Emulator;
  let certificates: TestCertificates;
  let front: Front;
  let proxy: Proxy;
  let image: ScratchImage;

  before(async function () {
    const made = makeCertificates([HOST]);
    if (made === null) {
      for (const test of this.test?.parent?.tests ?? []) test.title += " (skipped: there is no openssl)";
      return this.skip();
    }
    certificates = made;
    emulator = await startEmulator({
      world: { secrets: [{ name: "prod/db", versions: [{ string: '{"password":"one"}' }] }] },
    });
    front = await startTlsFront(emulator.endpoint, certificates);
    proxy = await startProxy(front.port);
    image = makeScratchImage();
  });
  after(async () => {
    image?.remove();
    certificates?.remove();
    await Promise.all([proxy?.close(), front?.close(), emulator?.close()]);
  });

  it("asks AWS's own host by TLS through the tunnel, and IMDS without it, whatever Node is told", async () => {
    image.write("home/.aws/config", "[default]\nendpoint_url = http://127.0.0.1:1\nregion = ap-south-1\n");
    const url = `http://127.0.0.1:${proxy.port}`;
    const child = spawn(BINARY, ["apply", "--root", image.root, "--deadline", "10s"], {
      env: {
        AWS_EC2_METADATA_SERVICE_ENDPOINT: emulator.endpoint,
        AWS_CA_BUNDLE: certificates.caFile,
        HTTPS_PROXY: url,
        HTTP_PROXY: url,
        NODE_USE_ENV_PROXY: "1",
        // A person's settings for the SDKs, as sudo brings them along.
        HOME: `${image.root}/home`,
        AWS_PROFILE: "default",
      },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const status = await new Promise((resolve) => child.once("close", resolve));
    assert.equal(status, 0, stderr);
    assert.equal(image.read("run/parbake/secrets/db/password"), "one");
    assert.deepEqual(proxy.asked, [`CONNECT ${HOST}:443`]);
    assert.ok(emulator.requests.some(({ path }) => path.endsWith("/placement/region")));
  });
});
