// The ways to Secrets Manager, each gone for real: AWS's own host names by a proxy that ends at a TLS server of the test's.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { readClientSettings } from "../../../../agent/aws/route/endpoints.ts";
import type { Environment } from "../../../../agent/process/environment.ts";
import { startEmulator, type Emulator } from "../../../../scripts/emulator/emulator.ts";
import { assertWithin } from "../../../support/slowness.ts";
import { openSource, refusalOf, stepOf, valueOf, type OpenSource } from "../../support/open-source.ts";
import {
  makeCertificates,
  startProxy,
  startTlsFront,
  type Front,
  type Proxy,
  type TestCertificates,
} from "../../support/tls-front.ts";

/** Every partition's endpoint, as the AWS General Reference and the SDK's own rules have them. */
const ENDPOINTS: readonly (readonly [region: string, variant: "" | "fips" | "dualstack", host: string])[] = [
  ["eu-west-1", "", "secretsmanager.eu-west-1.amazonaws.com"],
  ["us-east-1", "fips", "secretsmanager-fips.us-east-1.amazonaws.com"],
  ["eu-west-1", "dualstack", "secretsmanager.eu-west-1.amazonaws.com"],
  ["us-gov-west-1", "", "secretsmanager.us-gov-west-1.amazonaws.com"],
  ["us-gov-west-1", "fips", "secretsmanager-fips.us-gov-west-1.amazonaws.com"],
  ["cn-north-1", "", "secretsmanager.cn-north-1.amazonaws.com.cn"],
  ["us-iso-east-1", "", "secretsmanager.us-iso-east-1.c2s.ic.gov"],
  ["us-iso-east-1", "fips", "secretsmanager-fips.us-iso-east-1.c2s.ic.gov"],
  ["us-isob-east-1", "", "secretsmanager.us-isob-east-1.sc2s.sgov.gov"],
  ["eu-isoe-west-1", "", "secretsmanager.eu-isoe-west-1.cloud.adc-e.uk"],
  ["us-isof-south-1", "", "secretsmanager.us-isof-south-1.csp.hci.ic.gov"],
  ["eusc-de-east-1", "", "secretsmanager.eusc-de-east-1.amazonaws.eu"],
];
const VPC_ENDPOINT = "vpce-0abc.secretsmanager.eu-west-1.vpce.amazonaws.com";
const HOSTS = [...ENDPOINTS.map(([, , host]) => host), VPC_ENDPOINT, "127.0.0.1"];

function secretIn(region: string) {
  const arn = `arn:aws:secretsmanager:${region}:123456789012:secret:prod/db-a1B2c3`;
  return { name: "prod/db", arn, versions: [{ string: `{"password":"of ${region}"}` }] };
}

describe("the way to Secrets Manager", () => {
  let emulator: Emulator;
  let certificates: TestCertificates;
  let front: Front;
  let proxy: Proxy;
  const opened: OpenSource[] = [];

  before(async function () {
    this.timeout(20_000);
    const made = makeCertificates(HOSTS);
    if (made === null) {
      for (const test of this.test?.parent?.tests ?? []) test.title += " (skipped: there is no openssl)";
      return this.skip();
    }
    certificates = made;
  });
  after(() => certificates?.remove());
  beforeEach(async () => {
    const regions = [...new Set(ENDPOINTS.map(([region]) => region))];
    emulator = await startEmulator({ world: { secrets: regions.map(secretIn) } });
    front = await startTlsFront(emulator.endpoint, certificates);
    proxy = await startProxy(front.port);
  });
  afterEach(async () => {
    for (const { source } of opened.splice(0)) source.close();
    assert.deepEqual(emulator?.surprises, []);
    await Promise.all([proxy.close(), front.close(), emulator.close()]);
  });

  function open(region: string, environment: Environment, deadlineMs = 10_000) {
    const settings = readClientSettings("SECRETS_MANAGER", environment);
    const one = openSource(null, { settings, region, deadlineMs, random: () => 0.001 });
    opened.push(one);
    return one.source;
  }

  const throughProxy = (): Environment => ({
    HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
    AWS_CA_BUNDLE: certificates.caFile,
  });
  const direct = (): Environment => ({
    AWS_ENDPOINT_URL_SECRETS_MANAGER: `https://127.0.0.1:${front.port}`,
    AWS_CA_BUNDLE: certificates.caFile,
  });

  for (const [region, variant, host] of ENDPOINTS) {
    it(`leads to ${host} in ${region}${variant && ` with ${variant}`}, signed for that region`, async () => {
      const source = open(region, {
        ...throughProxy(),
        AWS_USE_FIPS_ENDPOINT: String(variant === "fips"),
        AWS_USE_DUALSTACK_ENDPOINT: String(variant === "dualstack"),
      });
      assert.equal(await valueOf(source, stepOf("prod/db")), `of ${region}`);
      assert.deepEqual(proxy.asked, [`CONNECT ${host}:443`]);
    });
  }

  it("leads to a VPC endpoint that is named", async () => {
    const source = open("eu-west-1", {
      ...throughProxy(),
      AWS_ENDPOINT_URL_SECRETS_MANAGER: `https://${VPC_ENDPOINT}`,
    });
    assert.equal(await valueOf(source, stepOf("prod/db")), "of eu-west-1");
    assert.deepEqual(proxy.asked, [`CONNECT ${VPC_ENDPOINT}:443`]);
  });

  it("keeps one tunnel for all the secrets that come one after another", async () => {
    const source = open("eu-west-1", throughProxy());
    for (let time = 0; time < 5; time++) await source.fetchSecret(stepOf("prod/db"));
    assert.equal(proxy.asked.length, 1);
    assert.equal(new Set(emulator.requests.map(({ connection }) => connection)).size, 1);
  });

  it("goes through a proxy that speaks TLS itself, with a tunnel and without", async () => {
    const proxyFront = await startTlsFront(`http://127.0.0.1:${proxy.port}`, certificates);
    const url = `https://127.0.0.1:${proxyFront.port}`;
    const trust = { AWS_CA_BUNDLE: certificates.caFile };
    const tunnelled = open("eu-west-1", { ...trust, HTTPS_PROXY: url });
    assert.equal(await valueOf(tunnelled, stepOf("prod/db")), "of eu-west-1");
    const plain = open("eu-west-1", { ...trust, HTTP_PROXY: url, AWS_ENDPOINT_URL: emulator.endpoint });
    assert.equal(await valueOf(plain, stepOf("prod/db")), "of eu-west-1");
    assert.deepEqual(proxy.asked, ["CONNECT secretsmanager.eu-west-1.amazonaws.com:443", `POST ${emulator.endpoint}/`]);
    const distrusted = open("eu-west-1", { HTTPS_PROXY: url });
    const refusal = await refusalOf(distrusted.fetchSecret(stepOf("prod/db")));
    await proxyFront.close();
    assert.match(refusal.message, /the certificate of the proxy https:\/\/127\.0\.0\.1:\d+ \(HTTPS_PROXY\) is not one/);
  });

  it("asks a proxy that speaks TLS itself for a certificate of the proxy's own name", async () => {
    const own = makeCertificates(["localhost"]);
    if (own === null) return assert.fail("there was openssl a moment ago");
    const proxyFront = await startTlsFront(`http://127.0.0.1:${proxy.port}`, own);
    // A bundle of both, for what is behind it has another authority.
    const bundle = own.caFile.replace(/ca\.pem$/, "both.pem");
    writeFileSync(bundle, own.ca + certificates.ca);
    const environment = { HTTPS_PROXY: `https://localhost:${proxyFront.port}`, AWS_CA_BUNDLE: bundle };
    assert.equal(await valueOf(open("eu-west-1", environment), stepOf("prod/db")), "of eu-west-1");
    await proxyFront.close();
    own.remove();
  });

  it("shows the proxy who asks, where its URL says so", async () => {
    const source = open("eu-west-1", { ...throughProxy(), HTTPS_PROXY: `http://user:p%40ss@127.0.0.1:${proxy.port}` });
    await source.fetchSecret(stepOf("prod/db"));
    assert.deepEqual(proxy.authorizations, [`Basic ${Buffer.from("user:p@ss").toString("base64")}`]);
  });

  it("goes past the proxy to what NO_PROXY names", async () => {
    for (const NO_PROXY of ["127.0.0.1", "*", "example.com,127.0.0.1"]) {
      const source = open("eu-west-1", { ...throughProxy(), ...direct(), NO_PROXY });
      assert.equal(await valueOf(source, stepOf("prod/db")), "of eu-west-1");
    }
    assert.deepEqual(proxy.asked, []);
  });

  it("takes HTTP_PROXY for an endpoint without TLS", async () => {
    const source = open("eu-west-1", { AWS_ENDPOINT_URL: emulator.endpoint, HTTP_PROXY: `127.0.0.1:${proxy.port}` });
    assert.equal(await valueOf(source, stepOf("prod/db")), "of eu-west-1");
    assert.deepEqual(proxy.asked, [`POST ${emulator.endpoint}/`]);
  });

  it("says that the proxy opens no tunnel, where to and with which status, without its password", async () => {
    const closed = await startProxy(null);
    const environment = { ...throughProxy(), HTTPS_PROXY: `http://user:hunter2@127.0.0.1:${closed.port}` };
    const refusal = await refusalOf(open("eu-west-1", environment, 1_000).fetchSecret(stepOf("prod/db")));
    await closed.close();
    assert.equal(refusal.code, "unavailable");
    assert.match(
      refusal.message,
      /: the proxy http:\/\/127\.0\.0\.1:\d+ \(HTTPS_PROXY\) refuses to connect to secretsmanager\.eu-west-1\.amazonaws\.com:443 \(HTTP 403\), after \d+ tries until the deadline/,
    );
    assert.doesNotMatch(refusal.message, /hunter2/);
  });

  it("trusts the CA of AWS_CA_BUNDLE, and without it gives up at once and names the variable", async () => {
    assert.equal(await valueOf(open("eu-west-1", direct()), stepOf("prod/db")), "of eu-west-1");
    const environment = { ...direct(), AWS_CA_BUNDLE: "" };
    const startMs = performance.now();
    const refusal = await refusalOf(open("eu-west-1", environment).fetchSecret(stepOf("prod/db")));
    assert.match(refusal.message, /no authority that parbake trusts \(\w+\)\. .*AWS_CA_BUNDLE/);
    assertWithin(5_000, performance.now() - startMs);
  });

  it("refuses a certificate for another name", async () => {
    const environment = { ...direct(), AWS_ENDPOINT_URL_SECRETS_MANAGER: `https://localhost:${front.port}` };
    const refusal = await refusalOf(open("eu-west-1", environment).fetchSecret(stepOf("prod/db")));
    assert.match(refusal.message, /for another name \(ERR_TLS_CERT_ALTNAME_INVALID\)/);
  });

  for (const [dates, code] of [
    [["200101000000Z", "200102000000Z"], "CERT_HAS_EXPIRED"],
    [["490101000000Z", "490102000000Z"], "CERT_NOT_YET_VALID"],
  ] as const) {
    it(`waits for the clock where the certificate is not valid now (${code})`, async function () {
      const other = makeCertificates(["127.0.0.1"], dates);
      if (other === null) return this.skip();
      const otherFront = await startTlsFront(emulator.endpoint, other);
      const environment = {
        AWS_ENDPOINT_URL: `https://127.0.0.1:${otherFront.port}`,
        AWS_CA_BUNDLE: other.caFile,
      };
      const refusal = await refusalOf(open("eu-west-1", environment, 300).fetchSecret(stepOf("prod/db")));
      await otherFront.close();
      other.remove();
      assert.equal(refusal.code, "unavailable");
      assert.match(refusal.message, new RegExp(`by the instance's clock \\(${code}\\), after \\d+ tries`));
    });
  }
});
