// What the contract suites share about calling AWS: one way to see an answer, good and bad callers, and the region of the emulator's world.

import { ROLE_CREDENTIALS } from "../../../scripts/emulator/world.ts";

/** Retries off: the contract is about single answers. */
export function buildClientSettings(endpoint: string, overrides: ClientOverrides = {}) {
  const { accessKeyId, secretAccessKey, token: sessionToken } = ROLE_CREDENTIALS;
  const credentials = { accessKeyId, secretAccessKey, sessionToken, ...overrides.credentials };
  return { endpoint, region: overrides.region ?? "eu-west-1", credentials, maxAttempts: 1 };
}

export interface ClientOverrides {
  readonly region?: string;
  readonly credentials?: Partial<Record<"accessKeyId" | "secretAccessKey" | "sessionToken", string>>;
}

interface ServiceFailure {
  readonly name: string;
  readonly $metadata: { readonly httpStatusCode?: number };
}

function isServiceFailure(error: unknown): error is ServiceFailure {
  return error instanceof Error && "$metadata" in error;
}

/** `["ResourceNotFoundException", 400]`, or `"answers"` where the call succeeds. */
export async function observeFailure(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
    return "answers";
  } catch (error) {
    if (!isServiceFailure(error)) throw error;
    return [error.name, error.$metadata.httpStatusCode];
  }
}

export const BAD_CALLERS = {
  unknownKey: { credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE" } },
  wrongToken: { credentials: { sessionToken: "another-session" } },
  wrongSecret: { credentials: { secretAccessKey: "another-secret" } },
} as const satisfies Record<string, ClientOverrides>;
