import assert from "node:assert/strict";
import { chmodSync, chownSync } from "node:fs";
import { withEnvironmentFile } from "../../../agent/commands/environment-file.ts";
import type { Session } from "../../../agent/commands/session.ts";
import { Refusal } from "../../../agent/refusal.ts";
import { IS_ROOT, makeScratch, type Scratch } from "../support/scratch.ts";

const NOBODY = 65534;

describe("the environment file of a command that a person runs", () => {
  let scratch: Scratch;
  let told: string[];
  beforeEach(() => {
    scratch = makeScratch();
    told = [];
  });

  function read(text: string, own: Readonly<Record<string, string>> = {}, mode = 0o644) {
    scratch.write("environment", text);
    chmodSync(scratch.path("environment"), mode);
    const log = (level: string, message: string) => void told.push(`${level}: ${message}`);
    const session = { environment: own, log } as unknown as Session;
    return withEnvironmentFile(session, scratch.path("environment")).environment;
  }

  const refusal = (work: () => unknown): Refusal => {
    let caught: unknown;
    assert.throws(work, (error) => {
      caught = error;
      return error instanceof Refusal;
    });
    return caught as Refusal;
  };

  it("is read as systemd reads it: comments, quotes, continued lines, nothing expanded", () => {
    const text = [
      "# a proxy",
      "; another comment",
      'HTTPS_PROXY = "http://proxy.example:3128"',
      "NO_PROXY=a.example,\\",
      "b.example",
      "AWS_REGION='eu-west-1'",
      "AWS_CA_BUNDLE=/etc/$HOME/ca.pem   ",
      "",
    ].join("\n");
    assert.deepEqual(read(text), {
      HTTPS_PROXY: "http://proxy.example:3128",
      NO_PROXY: "a.example,b.example",
      AWS_REGION: "eu-west-1",
      AWS_CA_BUNDLE: "/etc/$HOME/ca.pem",
    });
    assert.deepEqual(told, [
      `info: HTTPS_PROXY, NO_PROXY, AWS_REGION, AWS_CA_BUNDLE: from ${scratch.path("environment")}`,
    ]);
  });

  it("gives nothing but where IMDS and AWS are, how they are reached and by whom", () =>
    assert.deepEqual(
      read("LD_PRELOAD=/tmp/evil.so\nNODE_OPTIONS=--inspect\nPATH=/tmp\nPACKER_BUILD_NAME=x\nJOURNAL_STREAM=8:1\n"),
      {},
    ));

  for (const [what, file, own, wanted] of [
    ["the same name", "AWS_REGION=a", { AWS_REGION: "b" }, { AWS_REGION: "b" }],
    ["the same name, empty", "HTTPS_PROXY=http://a", { HTTPS_PROXY: "" }, { HTTPS_PROXY: "" }],
    ["a proxy in small letters", "HTTPS_PROXY=http://a", { https_proxy: "http://b" }, { https_proxy: "http://b" }],
    ["a region by its other name", "AWS_REGION=a", { AWS_DEFAULT_REGION: "b" }, { AWS_DEFAULT_REGION: "b" }],
    [
      "the endpoint of all services",
      "AWS_ENDPOINT_URL_EC2=http://a\nAWS_USE_FIPS_ENDPOINT=true",
      { AWS_ENDPOINT_URL: "http://b" },
      { AWS_ENDPOINT_URL: "http://b" },
    ],
    [
      "an access key without a token",
      "AWS_ACCESS_KEY_ID=a\nAWS_SECRET_ACCESS_KEY=a\nAWS_SESSION_TOKEN=a",
      { AWS_ACCESS_KEY_ID: "b", AWS_SECRET_ACCESS_KEY: "b" },
      { AWS_ACCESS_KEY_ID: "b", AWS_SECRET_ACCESS_KEY: "b" },
    ],
    [
      "the endpoint of one service, which leaves the others",
      "AWS_ENDPOINT_URL=http://a",
      { AWS_ENDPOINT_URL_EC2: "http://b" },
      { AWS_ENDPOINT_URL_EC2: "http://b", AWS_ENDPOINT_URL: "http://a" },
    ],
  ] as const)
    it(`gives way to what the person's own environment sets: ${what}`, () =>
      assert.deepEqual(read(`${file}\n`, own), wanted));

  for (const [what, text, line] of [
    ["a line without a value", "AWS_REGION=a\nHTTPS_PROXY\n", 2],
    ["a quote that is never closed", '\nHTTPS_PROXY="http://a\n', 2],
    ["a last line without a value", "AWS_REGION=a\n\nnonsense", 3],
    ["a byte order mark", "\uFEFFAWS_REGION=a\n", 1],
    ["a NUL", "HTTPS_PROXY=http://a\nAWS_REGION=a\0b\n", 2],
    ["a comment that ends in a backslash", "# a \\\nAWS_REGION=a\n", 1],
  ] as const)
    it(`is refused with its line where systemd would skip a part of it: ${what}`, () => {
      const { code, problems } = refusal(() => read(text));
      assert.deepEqual([code, problems[0]?.at], ["config", { file: scratch.path("environment"), line }]);
    });

  it("is refused where it is not UTF-8", () => {
    scratch.write("environment", "");
    assert.equal(refusal(() => read(Buffer.from([0x41, 0x3d, 0xff, 0x0a]) as unknown as string)).code, "config");
  });

  it("is refused by root where others may write it, whatever the command", function () {
    if (!IS_ROOT) return this.skip();
    const { code, message } = refusal(() => read("AWS_REGION=a\n", {}, 0o666));
    assert.equal(code, "permission");
    assert.match(message, /environment may be written to by every user, .*`chmod o-w /);
    chmodSync(scratch.path("environment"), 0o644);
    chownSync(scratch.path("environment"), NOBODY, NOBODY);
    assert.match(refusal(() => read("AWS_REGION=a\n")).message, /belongs to the user 65534/);
  });
});
