import assert from "node:assert/strict";
import { judgeError } from "../../../agent/aws/error-policy.ts";

describe("judgeError", () => {
  const table: readonly (readonly [name: string, status: number | undefined, kind: string, code?: string])[] = [
    ["ResourceNotFoundException", 400, "fatal", "data"],
    ["AccessDeniedException", 400, "fatal", "permission"],
    ["DecryptionFailure", 400, "fatal", "permission"],
    ["InvalidRequestException", 400, "fatal", "data"],
    ["InvalidParameterException", 400, "fatal", "config"],
    ["UnrecognizedClientException", 400, "fatal", "permission"],
    ["InvalidSignatureException", 400, "fatal", "permission"],
    ["ThrottlingException", 400, "retry"],
    ["InternalServiceError", 400, "retry"],
    ["InternalServiceError", 500, "retry"],
    ["KMSThrottlingException", 400, "retry"],
    ["ServiceUnavailable", 503, "retry"],
    ["ExpiredTokenException", 400, "refresh"],
    ["TimeoutError", undefined, "retry"],
    ["SyntaxError", 200, "retry"],
    ["Whatever", 502, "retry"],
    ["Whatever", 418, "fatal", "unavailable"],
  ];
  for (const [name, httpStatusCode, kind, code] of table) {
    it(`takes ${name} with status ${httpStatusCode ?? "none"} for ${kind}${code ? ` (${code})` : ""}`, () => {
      const verdict = judgeError({ name, $metadata: { httpStatusCode }, message: "x" });
      assert.equal(verdict.kind, kind);
      assert.equal("code" in verdict ? verdict.code : undefined, code);
    });
  }

  it("shows neither the message nor a name that is no plain word", () => {
    const verdict = judgeError({ name: "pass word=hunter2", message: "hunter2", $metadata: { httpStatusCode: 418 } });
    assert.equal(verdict.what, "Secrets Manager answers 418 (unknown error)");
  });
});
