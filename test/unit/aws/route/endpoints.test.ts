import assert from "node:assert/strict";
import { symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readClientSettings } from "../../../../agent/aws/route/endpoints.ts";
import { proxyFor, readProxies } from "../../../../agent/aws/route/proxies.ts";
import { createRequestHandler } from "../../../../agent/aws/route/request-handler.ts";
import type { Environment } from "../../../../agent/process/environment.ts";
import { Refusal } from "../../../../agent/refusal.ts";
import { makeFolder } from "../../../support/folders.ts";

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
    folder = makeFolder(tmpdir(), "endpoints", "run");
  });

  it("leaves everything to AWS's own rules where nothing is set", () => {
    assert.deepEqual(read({}), { useFipsEndpoint: false, useDualstackEndpoint: false });
  });

  it("takes the service's own endpoint before the one for all", () => {
    const AWS_ENDPOINT_URL = "http://127.0.0.1:1";
    const forAll = read({ AWS_ENDPOINT_URL });
    assert.deepEqual([forAll.endpoint, forAll.endpointVariable], ["http://127.0.0.1:1", "AWS_ENDPOINT_URL"]);
    const AWS_ENDPOINT_URL_SECRETS_MANAGER = "https://vpce.example";
    const own = read({ AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SECRETS_MANAGER });
    assert.deepEqual(
      [own.endpoint, own.endpointVariable],
      ["https://vpce.example", "AWS_ENDPOINT_URL_SECRETS_MANAGER"],
    );
  });

  const refused: readonly (readonly [title: string, environment: Environment, message: RegExp])[] = [
    ["an endpoint that is no URL", { AWS_ENDPOINT_URL: "vpce.example" }, /not an http or https URL/],
    ["an endpoint with a password", { AWS_ENDPOINT_URL: "https://a:hunter2@b" }, /not an http or https URL/],
    [
      "an endpoint with a query",
      { AWS_ENDPOINT_URL: "https://b/?x=hunter2" },
      /^AWS_ENDPOINT_URL is not an http or https/,
    ],
    ["a switch that is neither", { AWS_USE_FIPS_ENDPOINT: "yes" }, /AWS_USE_FIPS_ENDPOINT is 'yes'/],
    [
      "FIPS beside an endpoint of one's own",
      { AWS_USE_FIPS_ENDPOINT: "true", AWS_ENDPOINT_URL: "https://vpce.example" },
      /^AWS_USE_FIPS_ENDPOINT and AWS_ENDPOINT_URL are both set/,
    ],
    [
      "dual stack beside an endpoint of one's own",
      { AWS_USE_DUALSTACK_ENDPOINT: "true", AWS_ENDPOINT_URL: "https://vpce.example" },
      /^AWS_USE_DUALSTACK_ENDPOINT and .* are both set/,
    ],
    ["a proxy that is no HTTP proxy", { HTTPS_PROXY: "socks5://hunter2@proxy" }, /^HTTPS_PROXY is not the URL/],
    ["a proxy without a host", { http_proxy: "http://" }, /^http_proxy is not the URL/],
    ["a proxy whose password has a bare percent sign", { HTTPS_PROXY: "http://u:hunter2%@p" }, /^HTTPS_PROXY is not/],
  ];
  for (const [title, environment, message] of refused) {
    it(`refuses ${title}, and shows no password`, () => {
      const { code, message: text } = refusal(environment);
      assert.equal(code, "usage");
      assert.match(text, message);
      assert.doesNotMatch(text, /hunter2/);
    });
  }

  it("refuses a bundle that is not there, no file, or without a certificate, where TLS needs it and no sooner", async () => {
    const bundle = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const link = (name: string, target: string) => {
      symlinkSync(target, join(folder, name));
      return join(folder, name);
    };
    const cases = [
      [
        join(folder, "none.pem"),
        /none\.pem: the file that AWS_CA_BUNDLE names does not exist\. Point it at a PEM file/,
      ],
      [
        join(bundle("file", ""), "x.pem"),
        /x\.pem: the file that AWS_CA_BUNDLE names does not exist: a part of its path is not a folder\. Point it at a PEM/,
      ],
      [link("dangling.pem", "none.pem"), /dangling\.pem: AWS_CA_BUNDLE is a dangling symlink: there is no none\.pem\./],
      [
        link("loop.pem", "loop.pem"),
        /loop\.pem: AWS_CA_BUNDLE is a symlink, .* or a loop of symlinks\. Name the real file\./,
      ],
      [folder, /: AWS_CA_BUNDLE is a folder, and a plain file was expected/],
      [bundle("key.pem", "-----BEGIN PRIVATE KEY-----\n"), /key\.pem: AWS_CA_BUNDLE holds no certificate/],
    ] as const;
    for (const [AWS_CA_BUNDLE, message] of cases) {
      const handler = createRequestHandler(read({ AWS_CA_BUNDLE }), { maxBodyBytes: () => 1 });
      const ask = (protocol: string) =>
        handler.handle({ protocol, hostname: "127.0.0.1", port: 1, method: "GET", path: "/", headers: {} });
      await assert.rejects(
        ask("https:"),
        (error) => error instanceof Refusal && error.code === "config" && message.test(error.message),
      );
      await assert.rejects(ask("http:"), { name: "HttpTrouble" });
      handler.destroy();
    }
  });

  it("lets a bug of ours through: it is no trouble of the network's", async () => {
    const bug = new TypeError("x is undefined");
    const settings = {
      ...read({}),
      certificateAuthority: () => {
        throw bug;
      },
    };
    const handler = createRequestHandler(settings, { maxBodyBytes: () => 1 });
    const request = { protocol: "https:", hostname: "127.0.0.1", port: 1, method: "GET", path: "/", headers: {} };
    await assert.rejects(handler.handle(request), (error) => error === bug);
    handler.destroy();
  });

  it("takes the proxies in small letters first, with or without a scheme", () => {
    const { proxies } = read({ https_proxy: "small:3128", HTTPS_PROXY: "http://large" });
    assert.equal(proxies?.https?.label, "http://small:3128 (https_proxy)");
    assert.equal(proxies?.http, null);
    assert.equal(read({ NO_PROXY: "a" }).proxies, undefined);
  });

  it("takes the proxy's user and password out of its URL, decoded, and out of every message", () => {
    const proxy = read({ HTTPS_PROXY: "http://user:p%40ss@proxy.example.com:3128" }).proxies!.https!;
    assert.equal(proxy.authorization, "Basic dXNlcjpwQHNz");
    assert.equal(proxy.label, "http://proxy.example.com:3128 (HTTPS_PROXY)");
  });
});

describe("proxyFor", () => {
  const HOST = "secretsmanager.eu-west-1.amazonaws.com";
  const cases: readonly (readonly [exempt: string, host: string, isPast: boolean])[] = [
    ["", HOST, false],
    ["*", HOST, true],
    ["amazonaws.com", HOST, true],
    [".amazonaws.com", HOST, true],
    ["*.amazonaws.com", HOST, true],
    ["AmazonAWS.com", HOST, true],
    ["zonaws.com", HOST, false],
    ["example.com, amazonaws.com", HOST, true],
    ["amazonaws.com:443", HOST, true],
    ["amazonaws.com:8443", HOST, false],
    ["127.0.0.1", "127.0.0.1", true],
    ["[::1]", "::1", true],
    ["::1", "::1", true],
    [".", HOST, false],
  ];
  for (const [exempt, host, isPast] of cases) {
    it(`goes ${isPast ? "past the proxy" : "by the proxy"} to ${host} where NO_PROXY is '${exempt}'`, () => {
      const proxies = readProxies({ HTTPS_PROXY: "http://proxy:3128", NO_PROXY: exempt });
      assert.equal(proxyFor(proxies, true, host, 443) === null, isPast);
    });
  }

  it("takes the proxy of the endpoint's own kind", () => {
    const proxies = readProxies({ HTTP_PROXY: "http://plain:3128" });
    assert.equal(proxyFor(proxies, true, HOST, 443), null);
    assert.equal(proxyFor(proxies, false, HOST, 80)?.label, "http://plain:3128 (HTTP_PROXY)");
    assert.equal(proxyFor(null, false, HOST, 80), null);
  });
});
