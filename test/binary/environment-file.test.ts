import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import { BINARY, makeScratchImage, runProgram, type Outcome, type ScratchImage } from "./support/scratch-image.ts";

const describeAsRoot = process.geteuid!() === 0 ? describe : describe.skip;

/** The image's /etc, /run and /var/lib become the machine's own, in a namespace of the run's. */
const SCRIPT = `cd "$0"; mkdir -p var/lib; mount --bind run /run; mount --bind var/lib /var/lib; mount --bind etc /etc; exec "$@"`;

/** The tests' own, which no person has. */
const WITHOUT = ["env", "-u", "AWS_EC2_METADATA_SERVICE_ENDPOINT", "-u", "AWS_ENDPOINT_URL"];

describeAsRoot("the environment file, at a prompt and below systemd (as root)", () => {
  let emulator: Emulator;
  let image: ScratchImage;

  before(async () => (emulator = await startEmulator({})));
  beforeEach(() => (image = makeScratchImage("imds: optional\napps: { web: { profile: nginx } }\n")));
  afterEach(() => image.remove());
  after(() => emulator.close());

  const write = (text: string) => image.write("etc/parbake/environment", text);
  const run = (words: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Outcome> => {
    const namespace = ["unshare", "--mount", "--propagation", "private", "sh", "-ec", SCRIPT, image.root, ...WITHOUT];
    return runProgram(null, [...namespace, ...words], variables);
  };
  const typeOf = ({ stdout }: Outcome) => (JSON.parse(stdout) as { instanceType: string | null }).instanceType;

  for (const words of [["facts"], ["plan"], ["apply"]])
    it(`says to ${words.join(" ")} where IMDS is`, async () => {
      write(`AWS_EC2_METADATA_SERVICE_ENDPOINT="${emulator.endpoint}"\n`);
      const outcome = await run([BINARY, ...words, "--json", "--log-level", "info"]);
      assert.equal(outcome.status, 0, outcome.stderr);
      assert.match(outcome.stderr, /AWS_EC2_METADATA_SERVICE_ENDPOINT: from \/etc\/parbake\/environment/);
      if (words[0] === "facts") assert.equal(typeOf(outcome), "m7g.large");
    });

  it("gives way to the person's own", async () => {
    write(`AWS_EC2_METADATA_SERVICE_ENDPOINT=${emulator.endpoint}\n`);
    assert.equal(typeOf(await run([BINARY, "facts", "--json"], { AWS_EC2_METADATA_DISABLED: "true" })), null);
  });

  it("is refused with its line where systemd would skip a part of it, and where others may write it", async () => {
    write("AWS_EC2_METADATA_DISABLED=true\nHTTPS_PROXY\n");
    const broken = await run([BINARY, "facts"]);
    assert.equal(broken.status, 78);
    assert.match(broken.stderr, /^parbake: \/etc\/parbake\/environment:2: the line is not NAME=value\. /m);
    write("AWS_EC2_METADATA_DISABLED=true\n");
    chmodSync(join(image.root, "etc/parbake/environment"), 0o646);
    const open = await run([BINARY, "facts"]);
    assert.equal(open.status, 77);
    assert.match(open.stderr, /environment may be written to by every user, .*`chmod o-w \/etc\/parbake\/environment`/);
  });

  it("is not read below systemd, which has read it, nor by what asks nobody, nor for an image", async () => {
    write("HTTPS_PROXY\n");
    const asUnit = ["sh", "-c", 'SYSTEMD_EXEC_PID=$$ exec "$0" apply', BINARY];
    assert.equal((await run(asUnit, { AWS_EC2_METADATA_DISABLED: "true" })).status, 0);
    assert.equal((await run([BINARY, "status"])).status, 0);
    const ofImage = await runProgram(null, [BINARY, "plan", "--root", image.root], {
      AWS_EC2_METADATA_DISABLED: "true",
    });
    assert.equal(ofImage.status, 0, ofImage.stderr);
  });
});
