import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { judgeError, type JudgedCall } from "../../../../agent/aws/calls/error-policy.ts";
import { NETWORK_POLICY } from "../../../../agent/aws/calls/network-rules.ts";
import { readProxies } from "../../../../agent/aws/route/proxies.ts";
import type { Route } from "../../../../agent/aws/route/route.ts";
import { API_POLICY, SECRETS_MANAGER } from "../../../../agent/aws/secrets-manager/error-rules.ts";
import { HttpTrouble } from "../../../../agent/http/http-trouble.ts";
import { startEmulator, type Emulator } from "../../../../scripts/emulator/emulator.ts";
import type { FaultAction } from "../../../../scripts/emulator/faults.ts";
import { CANARY, openSource, refusalOf, stepOf, valueOf, type OpenSource } from "../../support/open-source.ts";
import { startRawServer } from "../../support/raw-server.ts";

/** Each name of the policy, with the status that it comes with, and how the run ends if it stays. */
const ROWS: readonly (readonly [name: string, status: number, kind: string, code: string])[] = [
  ["ResourceNotFoundException", 400, "fatal", "data"],
  ["AccessDeniedException", 400, "fatal", "permission"],
  ["AccessDenied", 403, "fatal", "permission"],
  ["NotAuthorized", 400, "fatal", "permission"],
  ["DecryptionFailure", 400, "fatal", "permission"],
  ["InvalidRequestException", 400, "fatal", "data"],
  ["InvalidParameterException", 400, "fatal", "config"],
  ["ValidationException", 400, "fatal", "config"],
  ["ValidationError", 400, "fatal", "config"],
  ["SerializationException", 400, "fatal", "config"],
  ["ExpiredTokenException", 400, "refresh", "permission"],
  ["ExpiredToken", 403, "refresh", "permission"],
  ["UnrecognizedClientException", 400, "refresh", "permission"],
  ["InvalidClientTokenId", 403, "refresh", "permission"],
  ["InvalidSignatureException", 400, "fatal", "permission"],
  ["SignatureDoesNotMatch", 403, "fatal", "permission"],
  ["IncompleteSignature", 400, "fatal", "permission"],
  ["MissingAuthenticationTokenException", 400, "fatal", "unavailable"],
  ["MissingAuthenticationToken", 403, "fatal", "unavailable"],
  ["OptInRequired", 403, "fatal", "permission"],
  ["SubscriptionRequiredException", 400, "fatal", "permission"],
  ["UnknownOperationException", 400, "fatal", "unavailable"],
  ["InvalidAction", 400, "fatal", "unavailable"],
  ["MalformedHttpRequestException", 400, "fatal", "unavailable"],
  ["InvalidNextTokenException", 400, "fatal", "unavailable"],
  ["RequestExpired", 400, "retry", "unavailable"],
  ["RequestTimeTooSkewed", 403, "retry", "unavailable"],
  ["RequestInTheFuture", 400, "retry", "unavailable"],
  ["ThrottlingException", 400, "retry", "unavailable"],
  ["Throttling", 400, "retry", "unavailable"],
  ["ThrottledException", 400, "retry", "unavailable"],
  ["TooManyRequestsException", 429, "retry", "unavailable"],
  ["RequestLimitExceeded", 400, "retry", "unavailable"],
  ["SlowDown", 503, "retry", "unavailable"],
  ["KMSThrottlingException", 400, "retry", "unavailable"],
  ["InternalServiceError", 400, "retry", "unavailable"],
  ["InternalServiceErrorException", 500, "retry", "unavailable"],
  ["InternalFailure", 500, "retry", "unavailable"],
  ["InternalServerError", 500, "retry", "unavailable"],
  ["ServiceUnavailable", 503, "retry", "unavailable"],
  ["ServiceUnavailableException", 503, "retry", "unavailable"],
  ["RequestTimeout", 400, "retry", "unavailable"],
  ["RequestTimeoutException", 408, "retry", "unavailable"],
  ["RequestAbortedException", 400, "retry", "unavailable"],
];

/** What the SDK throws before it asks, where a partition has no such endpoint: as of 2026 each has all. */
const NOT_FROM_THE_WIRE = ["EndpointError"];

describe("the error policy", () => {
  let emulator: Emulator;
  let opened: OpenSource;

  beforeEach(async () => {
    const versions = [{ string: `{"password":"${CANARY}"}` }];
    emulator = await startEmulator({ world: { secrets: [{ name: "prod/db", versions }] } });
    opened = openSource(emulator.endpoint, { random: () => 0 });
  });
  afterEach(async () => {
    opened.source.close();
    assert.deepEqual(emulator.surprises, []);
    await emulator.close();
  });

  function script(times: number, action: FaultAction): void {
    emulator.setFaults([{ match: { service: "secretsmanager" }, times, do: action }]);
  }

  it("has a test for each of its names", () => {
    const names = API_POLICY.flatMap((rule) => rule.names);
    assert.deepEqual(names.toSorted(), [...ROWS.map(([name]) => name), ...NOT_FROM_THE_WIRE].toSorted());
  });

  for (const [errorCode, status, kind, code] of ROWS) {
    it(`takes ${errorCode} (${status}) for ${kind}`, async () => {
      script(1, { kind: "status", status, errorCode });
      if (kind === "fatal") {
        assert.equal((await refusalOf(opened.source.fetchSecret(stepOf("prod/db")))).code, code);
        assert.equal(emulator.requests.length, 1);
        return;
      }
      assert.equal(await valueOf(opened.source, stepOf("prod/db")), CANARY);
      assert.equal(emulator.requests.length, 2);
      assert.equal(opened.credentialFetches(), kind === "refresh" ? 2 : 1);
      assert.equal(opened.said.length, 1);
    });
  }

  const silences: readonly (readonly [title: string, action: FaultAction])[] = [
    ["a page of a captive portal", { kind: "garbage", as: "body" }],
    ["an answer that is no HTTP", { kind: "garbage", as: "http" }],
    ["an answer that breaks off", { kind: "garbage", as: "truncated" }],
    ["a reset connection", { kind: "reset" }],
    ["a status of 502 with a page", { kind: "status", status: 502, body: "<html>" }],
    ["a status of 429 with a page", { kind: "status", status: 429, body: "<html>", errorCode: "Whatever" }],
    ["a redirect", { kind: "status", status: 302, body: "", errorCode: "Whatever" }],
    ["an answer without a value", { kind: "status", status: 200, body: "{}" }],
    ["an answer of null", { kind: "status", status: 200, body: "null" }],
  ];
  for (const [title, action] of silences) {
    it(`tries again after ${title}, and says so`, async () => {
      script(2, action);
      assert.equal(await valueOf(opened.source, stepOf("prod/db")), CANARY);
      assert.equal(emulator.requests.length, 3);
      assert.equal(opened.said.length, 2);
    });
  }

  it("does not decompress an answer, for parbake never asks for compression", async () => {
    const body = gzipSync(`{"SecretString":"${CANARY}"}`);
    const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`;
    const server = await startRawServer(() => ({ bytes: Buffer.concat([Buffer.from(head), body]) }));
    const { source } = openSource(server.endpoint, { deadlineMs: 200 });
    const refusal = await refusalOf(source.fetchSecret(stepOf("prod/db")));
    source.close();
    await server.close();
    assert.match(refusal.message, /127\.0\.0\.1:\d+ gives an answer that is not Secrets Manager's, after \d+ tr/);
  });

  it("gives up at once on a status that no retry fixes", async () => {
    script(9, { kind: "status", status: 418, errorCode: "Whatever" });
    const refusal = await refusalOf(opened.source.fetchSecret(stepOf("prod/db")));
    assert.equal(refusal.code, "unavailable");
    assert.match(refusal.message, /answers 418 \(Whatever\)/);
    assert.equal(emulator.requests.length, 1);
  });

  it("goes on with what the deadline's last whole try has shown", async () => {
    emulator.setFaults([
      { match: { service: "secretsmanager" }, times: 1, do: { kind: "status", status: 503, errorCode: "SlowDown" } },
      { match: { service: "secretsmanager" }, do: { kind: "hang" } },
    ]);
    const { source } = openSource(emulator.endpoint, { random: () => 0, deadlineMs: 300 });
    const refusal = await refusalOf(source.fetchSecret(stepOf("prod/db")));
    assert.equal(refusal.code, "unavailable");
    assert.match(refusal.message, /throttling this account, after 2 tries until the deadline\. Spread the starts/);
    source.close();
  });
});

const ROUTE: Route = {
  isTls: true,
  host: "secretsmanager.eu-west-1.amazonaws.com",
  port: 443,
  proxy: null,
  variable: null,
};

function callOf(
  operation: JudgedCall["operation"],
  circumstances: Partial<JudgedCall["circumstances"]> = {},
): JudgedCall {
  return {
    operation,
    resource: "arn:aws:secretsmanager:eu-west-1:*:secret:prod/db-??????",
    circumstances: {
      service: SECRETS_MANAGER,
      region: "eu-west-1",
      route: ROUTE,
      credentials: "role",
      role: null,
      ...circumstances,
    },
  };
}

describe("judgeError, of what never reached AWS", () => {
  const rows: readonly (readonly [code: string, kind: string, what: RegExp])[] = [
    [
      "ECONNREFUSED",
      "retry",
      /^secretsmanager\.eu-west-1\.amazonaws\.com:443 refuses the connection \(ECONNREFUSED\)$/,
    ],
    ["ETIMEDOUT", "retry", /^no answer from secretsmanager\S+:443 \(ETIMEDOUT\)$/],
    ["EHOSTUNREACH", "retry", /^there is no route to secretsmanager\S+:443 \(EHOSTUNREACH\)$/],
    ["ENOTFOUND", "retry", /^the name secretsmanager\.eu-west-1\.amazonaws\.com does not resolve \(ENOTFOUND\)$/],
    ["EAI_AGAIN", "retry", /^no DNS server answers for secretsmanager\.eu-west-1\.amazonaws\.com \(EAI_AGAIN\)$/],
    [
      "CERT_NOT_YET_VALID",
      "retry",
      /^the certificate of secretsmanager\S+:443 is not valid .* by the instance's clock/,
    ],
    ["CERT_HAS_EXPIRED", "retry", /by the instance's clock/],
    [
      "SELF_SIGNED_CERT_IN_CHAIN",
      "fatal",
      /^the certificate of secretsmanager\S+:443 is from no authority that parbake/,
    ],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "fatal", /^the certificate of secretsmanager\S+:443 is for another name/],
    [
      "ERR_SSL_WRONG_VERSION_NUMBER",
      "retry",
      /^secretsmanager\S+:443 refuses TLS, or does not speak it \(ERR_SSL_WRONG/,
    ],
    ["EPROTO", "retry", /^secretsmanager\S+:443 refuses TLS, or does not speak it \(EPROTO\)/],
    ["HPE_INVALID_CONSTANT", "retry", /^secretsmanager\S+:443 does not speak HTTP \(HPE_INVALID_CONSTANT\)/],
    ["EWHATEVER", "retry", /^no answer from secretsmanager\S+:443 \(EWHATEVER\)/],
  ];
  for (const [code, kind, what] of rows) {
    it(`takes ${code} for ${kind}`, () => {
      const verdict = judgeError({ name: "Error", code, message: "x" }, callOf("GetSecretValue"));
      assert.equal(verdict.kind, kind);
      assert.match(verdict.what, what);
    });
  }

  const viaProxy = callOf("GetSecretValue", {
    route: { ...ROUTE, proxy: readProxies({ HTTPS_PROXY: "http://user:hunter2@proxy.example.com:3128" })!.https },
  });
  const proxyRows: readonly (readonly [code: string, what: RegExp])[] = [
    [
      "ENOTFOUND",
      /^the name of the proxy http:\/\/proxy\.example\.com:3128 \(HTTPS_PROXY\) on the way to .* does not resolve/,
    ],
    [
      "ECONNREFUSED",
      /^no answer from the proxy http:\/\/proxy\.example\.com:3128 \(HTTPS_PROXY\) on the way to .*amazonaws\.com:443 \(/,
    ],
    [
      "PROXY_REFUSED",
      /^the proxy http:\/\/proxy\.example\.com:3128 \(HTTPS_PROXY\) refuses to connect to secretsmanager\S+:443/,
    ],
    ["EPROTO", /^the proxy http:.* does not answer as a proxy \(EPROTO\)/],
    ["HPE_INVALID_CONSTANT", /^the proxy http:.* does not answer as a proxy \(HPE_INVALID_CONSTANT\)/],
    ["SELF_SIGNED_CERT_IN_CHAIN", /^the certificate of the proxy http:/],
  ];
  for (const [code, what] of proxyRows) {
    it(`names the proxy, without its password, for ${code} on the way to it`, () => {
      const verdict = judgeError(HttpTrouble.from({ code }, true), viaProxy);
      assert.match(verdict.what, what);
      assert.doesNotMatch(`${verdict.what} ${verdict.fix}`, /hunter2|user:/);
    });
  }

  for (const code of ["ECONNRESET", "TIMEOUT", "CUT_SHORT"]) {
    it(`names the proxy for ${code} behind it`, () => {
      const { what, fix } = judgeError(HttpTrouble.from({ code }), viaProxy);
      assert.match(
        what,
        /^no answer from secretsmanager\S+:443 through the proxy http:\/\/proxy\.example\.com:3128 \(HTTPS_PROXY\) \(/,
      );
      assert.match(fix, /may reach that host, or name the host in NO_PROXY/);
      assert.doesNotMatch(`${what} ${fix}`, /hunter2|user:/);
    });
  }

  it("names the variable that the endpoint comes from", () => {
    const call = callOf("GetSecretValue", {
      route: { ...ROUTE, host: "::1", port: 8443, variable: "AWS_ENDPOINT_URL" },
    });
    const what = (code: string): string => judgeError({ code }, call).what;
    assert.equal(what("ECONNREFUSED"), "[::1]:8443 (AWS_ENDPOINT_URL) refuses the connection (ECONNREFUSED)");
  });

  const offsets = [
    [0, "off by minutes, by AWS's word"],
    [-400, "off by minutes, by AWS's word"],
    [360_000, "6 min behind AWS's"],
  ] as const;
  for (const [clockOffsetMs, words] of offsets) {
    it(`says of a clock that answers have told to be ${clockOffsetMs} ms behind: ${words}`, () => {
      const call = { ...callOf("GetSecretValue"), clockOffsetMs };
      assert.equal(judgeError({ name: "RequestTimeTooSkewed" }, call).what, `the instance's clock is ${words}`);
    });
  }

  const aboutCredentials = [
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "AccessDeniedException",
    "SignatureDoesNotMatch",
    "ExpiredTokenException",
    "ResourceNotFoundException",
    "DecryptionFailure",
    "OptInRequired",
  ];
  for (const name of aboutCredentials) {
    it(`says of ${name} that a key of the environment was used, and only then`, () => {
      const words = "the access key from the environment (AWS_ACCESS_KEY_ID)";
      const withKey = judgeError({ name }, callOf("GetSecretValue", { credentials: "environment" }));
      assert.ok(withKey.what.includes(words), withKey.what);
      assert.match(withKey.fix, /^Unset AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.* Where the key is meant, [a-z]/);
      assert.doesNotMatch(withKey.fix, /its role|the role,|allow the role/);
      assert.equal(withKey.kind, "fatal");
      assert.doesNotMatch(judgeError({ name }, callOf("GetSecretValue")).what, /access key/);
    });
  }

  it("says what a key of the environment may not, and not what the role may not", () => {
    const call = callOf("GetSecretValue", { credentials: "environment" });
    assert.equal(
      judgeError({ name: "AccessDeniedException" }, call).what,
      "the access key from the environment (AWS_ACCESS_KEY_ID) may not call secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-west-1:*:secret:prod/db-??????",
    );
    assert.equal(
      judgeError({ name: "ExpiredTokenException" }, call).fix,
      "Unset AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, here or in /etc/parbake/environment, to use the instance's role. " +
        "Where the key is meant, put a new one there, with its AWS_SESSION_TOKEN, and check the instance's clock.",
    );
    assert.equal(
      judgeError({ name: "AccessDeniedException" }, callOf("GetSecretValue", { role: "web" })).what,
      "the instance's role web may not call secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-west-1:*:secret:prod/db-??????",
    );
  });

  it("takes an endpoint that a partition does not have for fatal", () => {
    const verdict = judgeError({ name: "EndpointError", message: "x" }, callOf("GetSecretValue"));
    assert.deepEqual([verdict.kind, verdict.code], ["fatal", "usage"]);
  });

  it("names no cause in two rows", () => {
    const names = [...API_POLICY, ...NETWORK_POLICY].flatMap((rule) => rule.names);
    assert.equal(new Set(names).size, names.length);
  });

  it("shows neither the message nor a name that is no plain word", () => {
    const error = { name: "pass word=hunter2", message: "hunter2", $metadata: { httpStatusCode: 418 } };
    assert.equal(
      judgeError(error, callOf("GetSecretValue")).what,
      "secretsmanager.eu-west-1.amazonaws.com:443 answers 418 (unknown error)",
    );
    assert.equal(
      judgeError({ code: "hunter2 !", message: "hunter2" }, callOf("GetSecretValue")).what,
      "no answer from secretsmanager.eu-west-1.amazonaws.com:443 (unknown error)",
    );
  });

  it("asks for the right that the call needs", () => {
    const verdict = judgeError({ name: "AccessDeniedException" }, callOf("DescribeSecret"));
    assert.match(`${verdict.what} ${verdict.fix}`, /may not call secretsmanager:DescribeSecret on arn:aws:/);
  });
});
