import assert from "node:assert/strict";
import { judgeError, type JudgedCall } from "../../../../agent/aws/calls/error-policy.ts";
import { EC2, EC2_POLICY } from "../../../../agent/aws/ec2/error-rules.ts";

/** Each name of the policy, and how the run ends if it stays. */
const ROWS: Readonly<Record<string, readonly [kind: string, code: string]>> = {
  RequestExpired: ["retry", "unavailable"],
  RequestTimeTooSkewed: ["retry", "unavailable"],
  RequestInTheFuture: ["retry", "unavailable"],
  UnauthorizedOperation: ["fatal", "permission"],
  AccessDenied: ["fatal", "permission"],
  AccessDeniedException: ["fatal", "permission"],
  NotAuthorized: ["fatal", "permission"],
  AuthFailure: ["refresh", "permission"],
  InvalidClientTokenId: ["refresh", "permission"],
  UnrecognizedClientException: ["refresh", "permission"],
  ExpiredToken: ["refresh", "permission"],
  ExpiredTokenException: ["refresh", "permission"],
  SignatureDoesNotMatch: ["fatal", "permission"],
  InvalidSignatureException: ["fatal", "permission"],
  IncompleteSignature: ["fatal", "permission"],
  MissingAuthenticationToken: ["fatal", "unavailable"],
  MissingAuthenticationTokenException: ["fatal", "unavailable"],
  OptInRequired: ["fatal", "permission"],
  PendingVerification: ["fatal", "permission"],
  Blocked: ["fatal", "permission"],
  InvalidParameterValue: ["fatal", "usage"],
  InvalidParameterCombination: ["fatal", "usage"],
  InvalidFilter: ["fatal", "usage"],
  FilterLimitExceeded: ["fatal", "usage"],
  InvalidNextToken: ["fatal", "unavailable"],
  InvalidPaginationToken: ["fatal", "unavailable"],
  InvalidAction: ["fatal", "unavailable"],
  UnknownOperationException: ["fatal", "unavailable"],
  RequestLimitExceeded: ["retry", "unavailable"],
  Throttling: ["retry", "unavailable"],
  ThrottlingException: ["retry", "unavailable"],
  ResourceCountExceeded: ["retry", "unavailable"],
  SlowDown: ["retry", "unavailable"],
  InternalError: ["retry", "unavailable"],
  InternalFailure: ["retry", "unavailable"],
  InternalServerError: ["retry", "unavailable"],
  Unavailable: ["retry", "unavailable"],
  ServiceUnavailable: ["retry", "unavailable"],
  RequestTimeout: ["retry", "unavailable"],
  EndpointError: ["fatal", "usage"],
};

function callOf(credentials: "role" | "environment"): JudgedCall {
  return {
    operation: "DescribeImages",
    circumstances: { service: EC2, region: "eu-west-1", route: null, credentials, role: null },
  };
}

describe("the policy for EC2's errors", () => {
  it("says of each name whether it is final, worth another try or a matter of the credentials, and names none twice", () => {
    const names = EC2_POLICY.flatMap((rule) => rule.names);
    const found = names.map((name) => {
      const { kind, code } = judgeError({ name }, callOf("role"));
      return [name, [kind, code]];
    });
    assert.equal(new Set(names).size, names.length);
    assert.deepEqual(Object.fromEntries(found), ROWS);
  });

  it("names the action that is denied, and who may not call it", () => {
    const { what, fix } = judgeError({ name: "UnauthorizedOperation" }, callOf("environment"));
    assert.equal(what, "the access key from the environment (AWS_ACCESS_KEY_ID) may not call ec2:DescribeImages");
    assert.match(fix, /^Allow it ec2:DescribeImages on \*.*scripts\/aws\/fleet-policy\.json/);
    const role = judgeError({ name: "UnauthorizedOperation" }, callOf("role"));
    assert.equal(role.what, "the instance's role may not call ec2:DescribeImages");
  });

  it("says how to get new credentials where an access key is not good any more, which is usual there", () => {
    const { kind, what, fix } = judgeError({ name: "AuthFailure" }, callOf("environment"));
    assert.deepEqual([kind, what], ["fatal", "EC2 does not know the credentials, or they have expired"]);
    assert.match(fix, /^Get new ones: eval "\$\(aws configure export-credentials --format env\)"/);
  });

  it("speaks of EC2 and its variable where something else answers", () => {
    const { what, fix } = judgeError({ $metadata: { httpStatusCode: 200 } }, callOf("role"));
    assert.equal(what, "EC2 gives an answer that is not EC2's");
    assert.match(fix, /AWS_ENDPOINT_URL_EC2/);
    assert.match(
      judgeError({ code: "ENOTFOUND" }, callOf("role")).fix,
      /the interface endpoint com\.amazonaws\.eu-west-1\.ec2 /,
    );
  });
});
