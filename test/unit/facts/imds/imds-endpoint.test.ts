import assert from "node:assert/strict";
import { resolveImdsEndpoints } from "../../../../agent/facts/imds/imds-endpoint.ts";
import { Refusal } from "../../../../agent/refusal.ts";

const MODE = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";
const ENDPOINT = "AWS_EC2_METADATA_SERVICE_ENDPOINT";

describe("the IMDS endpoint", () => {
  const BOTH = ["http://169.254.169.254", "http://[fd00:ec2::254]"];
  const cases: readonly [string, Record<string, string>, readonly string[] | null][] = [
    ["is one of the two link-local addresses by default, IPv4's first", {}, BOTH],
    ["is IPv4's alone in mode IPv4", { [MODE]: "IPv4" }, ["http://169.254.169.254"]],
    ["is IPv6's alone in mode IPv6", { [MODE]: "IPv6" }, ["http://[fd00:ec2::254]"]],
    [
      "is what the environment names, whatever the mode",
      { [ENDPOINT]: "http://127.0.0.1:1338", [MODE]: "IPv6" },
      ["http://127.0.0.1:1338"],
    ],
    ["may end in a slash and be IPv6", { [ENDPOINT]: "http://[::1]:1338/" }, ["http://[::1]:1338"]],
    ["is null where IMDS is disabled", { AWS_EC2_METADATA_DISABLED: "True", [ENDPOINT]: "nonsense" }, null],
    ["is there where IMDS is not disabled", { AWS_EC2_METADATA_DISABLED: "false" }, BOTH],
    ["takes an empty variable for none", { [ENDPOINT]: "", [MODE]: "" }, BOTH],
  ];
  for (const [title, env, expected] of cases) {
    it(title, () => assert.deepEqual(resolveImdsEndpoints(env)?.map(({ origin }) => origin) ?? null, expected));
  }

  const wrong: readonly [Record<string, string>, RegExp][] = [
    [{ [MODE]: "dual" }, /ENDPOINT_MODE is "dual", which is neither IPv4 nor IPv6/],
    [{ [ENDPOINT]: "169.254.169.254" }, /is "169.254.169.254", which is not a URL/],
    [{ [ENDPOINT]: "https://169.254.169.254" }, /which is not an http:\/\/ URL/],
    [{ [ENDPOINT]: "http://169.254.169.254/latest" }, /has more than a host and a port/],
    [{ [ENDPOINT]: "http://user:hunter2@169.254.169.254" }, /"http:\/\/…@169.254.169.254", which carries a user name/],
  ];
  for (const [env, message] of wrong) {
    it(`refuses ${Object.values(env)[0]}`, () => {
      assert.throws(
        () => resolveImdsEndpoints(env),
        (error) => error instanceof Refusal && error.code === "config" && message.test(error.message),
      );
    });
  }
});
