// What the caller's environment may say about AWS: where to call it and whose key to use. Never what the instance is.

import assert from "node:assert/strict";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import { ROLE_CREDENTIALS, type WorldInput } from "../../scripts/emulator/world.ts";
import {
  BINARY,
  CONFIG,
  makeScratchImage,
  runProgram,
  type Outcome,
  type ScratchImage,
} from "./support/scratch-image.ts";

const KEY = {
  AWS_ACCESS_KEY_ID: ROLE_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: ROLE_CREDENTIALS.secretAccessKey,
  AWS_SESSION_TOKEN: ROLE_CREDENTIALS.token,
};

function secretIn(region: string): NonNullable<WorldInput["secrets"]>[number] {
  const arn = `arn:aws:secretsmanager:${region}:123456789012:secret:prod/db-a1B2c3`;
  return { name: "prod/db", arn, versions: [{ string: `{"password":"of ${region}"}` }] };
}

describe("parbake, the compiled binary, and AWS's variables", () => {
  let emulator: Emulator;
  let image: ScratchImage;

  before(async () => {
    emulator = await startEmulator({ world: { secrets: ["eu-west-1", "us-east-1"].map(secretIn) } });
  });
  after(() => emulator.close());
  beforeEach(() => {
    image = makeScratchImage();
    image.write("etc/parbake/templates/web.txt.hbs", "region={{facts.region}}\n");
  });
  afterEach(() => {
    image.remove();
    assert.deepEqual(emulator.surprises, []);
  });

  const run = (environment: Readonly<Record<string, string>>, ...parameters: string[]): Promise<Outcome> =>
    runProgram(emulator, [BINARY, ...parameters, "--root", image.root, "--deadline", "10s"], environment);
  const password = (): string => image.read("run/parbake/secrets/db/password");

  for (const variable of ["AWS_REGION", "AWS_DEFAULT_REGION"]) {
    it(`asks where ${variable} says, prints the region that IMDS says, and warns once that they differ`, async () => {
      const { status, stderr } = await run({ [variable]: "us-east-1" }, "apply");
      assert.equal(status, 0, stderr);
      assert.equal(image.read("etc/web/web.txt"), "region=eu-west-1\n");
      assert.equal(password(), "of us-east-1");
      const warning = `${variable} is "us-east-1", and IMDS says that the instance is in eu-west-1`;
      assert.equal(stderr.split(warning).length, 2, stderr);
      assert.match(stderr, new RegExp(`asked for in us-east-1, as ${variable} says`));
    });
  }

  it("says nothing where they are the same", async () => {
    const { status, stderr } = await run({ AWS_REGION: "eu-west-1" }, "apply");
    assert.equal(status, 0, stderr);
    assert.equal(password(), "of eu-west-1");
    assert.doesNotMatch(stderr, /IMDS says/);
  });

  it("tells facts by IMDS alone, and names the variable in a secret's error", async () => {
    const { stdout } = await run({ AWS_REGION: "us-east-1" }, "facts", "--json");
    const facts = JSON.parse(stdout) as { region: string; origins: { region: { source: string } } };
    assert.deepEqual([facts.region, facts.origins.region.source], ["eu-west-1", "imds"]);
    const { status, stderr } = await run({ AWS_REGION: "ap-south-1" }, "apply");
    assert.equal(status, 65);
    assert.match(stderr, /secret db \(prod\/db in ap-south-1, by AWS_REGION\): there is no such secret/);
  });

  it("calls AWS without IMDS where the environment says all, and has no region to print", async () => {
    const environment = { ...KEY, AWS_EC2_METADATA_DISABLED: "true", AWS_REGION: "us-east-1" };
    image.write("etc/parbake/parbake.yaml", `imds: optional\n${CONFIG}`);
    const refused = await run(environment, "apply");
    assert.equal(refused.status, 65);
    assert.match(refused.stderr, /web\.txt\.hbs:1:\d+: .*facts\.region/);
    image.write("etc/parbake/templates/web.txt.hbs", "plain\n");
    const { status, stderr } = await run(environment, "apply");
    assert.equal(status, 0, stderr);
    assert.equal(password(), "of us-east-1");
    assert.doesNotMatch(stderr, /access key from the environment/);
  });

  it("warns where a key of the environment is used on an instance", async () => {
    const { status, stderr } = await run(KEY, "apply");
    assert.equal(status, 0, stderr);
    assert.equal(
      stderr.split("asks for secrets with the access key from the environment (AWS_ACCESS_KEY_ID)").length,
      2,
    );
    const { warnings } = JSON.parse(image.read("run/parbake/report.json")) as { warnings: { what: string }[] };
    assert.match(warnings.map(({ what }) => what).join(), /access key from the environment/);
  });

  it("names a stray key in the error that it leads to", async () => {
    const stray = { AWS_ACCESS_KEY_ID: "AKIASTRAY", AWS_SECRET_ACCESS_KEY: "stray" };
    const { status, stderr } = await run(stray, "apply", "--log-level", "error");
    assert.equal(status, 77);
    assert.match(
      stderr,
      /^parbake: \S+:3:16: secret db .*does not know the credentials; it used the access key from the environment \(AWS_ACCESS_KEY_ID\), not the role of the instance\. Unset AWS_ACCESS_KEY_ID/,
    );
    assert.doesNotMatch(stderr, /AKIASTRAY/);
  });

  it("lets nothing else of AWS's variables and files change what it does", async () => {
    image.write(
      "home/.aws/config",
      "[default]\nregion = ap-south-1\nendpoint_url = http://127.0.0.1:1\nretry_mode = adaptive\nmax_attempts = 9\n" +
        "defaults_mode = mobile\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true\nsdk_ua_app_id = x\n",
    );
    image.write("home/.aws/credentials", "[default]\naws_access_key_id = AKIASTRAY\naws_secret_access_key = stray\n");
    const { status, stderr } = await run(
      {
        HOME: `${image.root}/home`,
        AWS_CONFIG_FILE: `${image.root}/home/.aws/config`,
        AWS_SHARED_CREDENTIALS_FILE: `${image.root}/home/.aws/credentials`,
        AWS_PROFILE: "default",
        AWS_SDK_LOAD_CONFIG: "1",
        AWS_RETRY_MODE: "nonsense",
        AWS_MAX_ATTEMPTS: "nonsense",
        AWS_DEFAULTS_MODE: "nonsense",
        AWS_AUTH_SCHEME_PREFERENCE: "sigv4a",
        AWS_WEB_IDENTITY_TOKEN_FILE: "/nowhere",
        AWS_ROLE_ARN: "arn:aws:iam::1:role/x",
        AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://127.0.0.1:1",
        AWS_ENDPOINT_URL_EC2: "nonsense",
        AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "false",
      },
      "apply",
    );
    assert.equal(status, 0, stderr);
    assert.equal(password(), "of eu-west-1");
    assert.equal(image.read("etc/web/web.txt"), "region=eu-west-1\n");
    assert.doesNotMatch(stderr, /AWS|AKIASTRAY|trying again/);
  });
});
