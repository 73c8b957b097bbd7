import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { agentOptions, readClientSettings, type Environment } from "../../../agent/aws/endpoints.ts";
import { Refusal } from "../../../agent/refusal.ts";

const read = (environment: Environment) => readClientSettings("SECRETS_MANAGER", environment);

function refusal(environment: Environment): Refusal {
  try {
    read(environment);
  } catch (error) {
    assert.ok(error instanceof Refusal);
    return error;
  }
  return assert.fail("not refused");
}

describe("readClientSettings", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "parbake-endpoints-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("leaves everything to AWS's own rules where nothing is set, and makes no agent of its own", () => {
    const settings = read({});
    assert.deepEqual(settings, { useFipsEndpoint: false, useDualstackEndpoint: false });
    assert.deepEqual(agentOptions(settings), {});
  });

  it("takes the service's own endpoint before the one for all", () => {
    const AWS_ENDPOINT_URL = "http://127.0.0.1:1";
    assert.equal(read({ AWS_ENDPOINT_URL }).endpoint, "http://127.0.0.1:1");
    const AWS_ENDPOINT_URL_SECRETS_MANAGER = "https://vpce.example";
    assert.equal(read({ AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SECRETS_MANAGER }).endpoint, "https://vpce.example");
  });

  const refused: readonly (readonly [title: string, environment: Environment, message: RegExp])[] = [
    ["an endpoint that is no URL", { AWS_ENDPOINT_URL: "vpce.example" }, /not a http or https URL/],
    ["an endpoint with a password", { AWS_ENDPOINT_URL: "https://a:hunter2@b" }, /not a http or https URL/],
    ["a switch that is neither", { AWS_USE_FIPS_ENDPOINT: "yes" }, /AWS_USE_FIPS_ENDPOINT is 'yes'/],
    [
      "FIPS beside an endpoint of one's own",
      { AWS_USE_FIPS_ENDPOINT: "true", AWS_ENDPOINT_URL: "https://vpce.example" },
      /^AWS_USE_FIPS_ENDPOINT and AWS_ENDPOINT_URL_SECRETS_MANAGER .* are both set/,
    ],
    [
      "dual stack beside an endpoint of one's own",
      { AWS_USE_DUALSTACK_ENDPOINT: "true", AWS_ENDPOINT_URL: "https://vpce.example" },
      /^AWS_USE_DUALSTACK_ENDPOINT and .* are both set/,
    ],
    ["a proxy that is none", { HTTPS_PROXY: "socks5://hunter2@proxy" }, /^HTTPS_PROXY is not the URL/],
    ["a proxy without a host", { http_proxy: "http://" }, /^HTTP_PROXY is not the URL/],
  ];
  for (const [title, environment, message] of refused) {
    it(`refuses ${title}, and shows no password`, () => {
      const { code, message: text } = refusal(environment);
      assert.equal(code, "usage");
      assert.match(text, message);
      assert.doesNotMatch(text, /hunter2/);
    });
  }

  it("refuses a bundle that is not there, and one without a certificate, which would trust nobody", () => {
    const file = join(folder, "empty.pem");
    writeFileSync(file, "-----BEGIN PRIVATE KEY-----\n");
    assert.match(
      refusal({ AWS_CA_BUNDLE: join(folder, "none.pem") }).message,
      /none\.pem: AWS_CA_BUNDLE cannot be read/,
    );
    assert.match(refusal({ AWS_CA_BUNDLE: file }).message, /empty\.pem: AWS_CA_BUNDLE holds no certificate/);
  });

  it("takes the proxies in small letters first, with or without a scheme, and what goes past them", () => {
    const { proxies } = read({ https_proxy: "small:3128", HTTPS_PROXY: "http://large", NO_PROXY: "a,b" });
    assert.deepEqual(proxies, { https_proxy: "http://small:3128", no_proxy: "a,b" });
    assert.equal(read({ NO_PROXY: "a" }).proxies, undefined);
  });
});
