// Which authorities a host of AWS's is trusted by: a TLS server of the test's, reached by a proxy under AWS's own host names.

import assert from "node:assert/strict";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { isAwsHost } from "../../../../agent/aws/route/aws-roots.ts";
import { readClientSettings } from "../../../../agent/aws/route/endpoints.ts";
import { createRequestHandler } from "../../../../agent/aws/route/request-handler.ts";
import { httpReply, startRawServer, type RawServer } from "../../support/raw-server.ts";
import {
  makeCertificates,
  startProxy,
  startTlsFront,
  type Front,
  type Proxy,
  type TestCertificates,
} from "../../support/tls-front.ts";

const AWS_HOST = "secretsmanager.eu-west-1.amazonaws.com";
const OTHER_HOST = "secrets.example";

describe("the authorities of AWS's own hosts", () => {
  const trusted = getCACertificates("default");
  let made: TestCertificates;
  let others: TestCertificates;
  let server: RawServer;
  let front: Front;
  let proxy: Proxy;

  before(async function () {
    const [one, other] = [makeCertificates([AWS_HOST, OTHER_HOST]), makeCertificates([AWS_HOST])];
    if (one === null || other === null) {
      for (const test of this.test?.parent?.tests ?? []) test.title += " (skipped: there is no openssl)";
      return this.skip();
    }
    [made, others] = [one, other];
    server = await startRawServer(() => ({ bytes: httpReply(200, "{}") }));
    front = await startTlsFront(server.endpoint, made);
  });
  beforeEach(async () => {
    proxy = await startProxy(front.port);
  });
  afterEach(async () => {
    setDefaultCACertificates(trusted);
    await proxy.close();
  });
  after(async () => {
    await front?.close();
    await server?.close();
  });

  async function ask(host: string, awsRoots: readonly string[], times = 1): Promise<string> {
    const settings = readClientSettings("SECRETS_MANAGER", { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` });
    const handler = createRequestHandler(settings, { maxBodyBytes: () => 1000 }, awsRoots);
    const request = { protocol: "https:", hostname: host, method: "POST", path: "/", headers: { host }, body: "{}" };
    try {
      const all = await Promise.allSettled(Array.from({ length: times }, () => handler.handle(request)));
      const [failed] = all.filter((one) => one.status === "rejected");
      return failed === undefined ? "answered" : (failed.reason as { code: string }).code;
    } finally {
      handler.destroy();
    }
  }

  it("are enough where one of them has signed, whatever else Node trusts", async () => {
    assert.equal(await ask(AWS_HOST, [made.ca]), "answered");
    assert.equal(proxy.asked.length, 1);
  });

  it("are followed by all that Node trusts where another has signed, for each request that is under way", async () => {
    setDefaultCACertificates([made.ca]);
    assert.equal(await ask(AWS_HOST, [others.ca], 3), "answered");
    assert.equal(proxy.asked.length, 6);
  });

  it("are asked for no other host", async () => {
    assert.equal(await ask(OTHER_HOST, [made.ca]), "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    setDefaultCACertificates([made.ca]);
    assert.equal(await ask(OTHER_HOST, [others.ca]), "answered");
    assert.deepEqual(
      [AWS_HOST, "x.amazonaws.com.cn", "amazonaws.com", "evilamazonaws.com", OTHER_HOST].filter(isAwsHost),
      [AWS_HOST],
    );
  });

  it("do not make a certificate good that no trusted authority has signed", async () => {
    assert.equal(await ask(AWS_HOST, [others.ca]), "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    assert.equal(proxy.asked.length, 2);
  });
});
