// What the SDK's clients are told beside an endpoint and credentials: every setting that they would else look for in the
// environment, in ~/.aws/config or in IMDS. Nothing but what cli/README.md names may change what a call does.

import type { ClientSettings } from "./endpoints.ts";

export function fixedConfig({ endpoint, useFipsEndpoint, useDualstackEndpoint }: ClientSettings) {
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    useFipsEndpoint,
    useDualstackEndpoint,
    // The clients look for an `endpoint_url` at every call where they have none.
    ignoreConfiguredEndpointUrls: true,
    maxAttempts: 1,
    retryMode: "standard" as const,
    defaultsMode: "standard" as const,
    authSchemePreference: ["sigv4"],
    disableClockSkewCorrection: false,
    userAgentAppId: "parbake",
  };
}
