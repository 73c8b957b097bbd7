import assert from "node:assert/strict";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { createClients } from "../../../../agent/aws/calls/clients.ts";
import { SECRETS_MANAGER_CLIENT } from "../../../../agent/aws/secrets-manager/client.ts";

const IDLE = ["loggerMiddleware", "recursionDetectionMiddleware"];

function namesOf({ middlewareStack }: SecretsManagerClient): string[] {
  return middlewareStack.identify().flatMap((line) => /^\w+/.exec(line) ?? []);
}

describe("a client for Secrets Manager", () => {
  it("has all of the SDK's middleware but what does nothing here", () => {
    const settings = { useFipsEndpoint: false, useDualstackEndpoint: false };
    const clients = createClients(SECRETS_MANAGER_CLIENT, settings, () => Promise.reject(new Error("nobody asks")));
    const usual = namesOf(new SecretsManagerClient({ region: "eu-west-1" }));
    assert.deepEqual(
      usual.filter((name) => IDLE.includes(name)),
      IDLE,
    );
    assert.deepEqual(
      namesOf(clients.lease("eu-west-1").client),
      usual.filter((name) => !IDLE.includes(name)),
    );
    clients.close();
  });
});
