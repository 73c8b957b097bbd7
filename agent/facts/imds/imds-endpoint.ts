// Where IMDS is, by the conventions of the AWS SDKs. Never asks the network.

import type { Environment } from "../../process/environment.ts";
import { Refusal, type Problem } from "../../refusal.ts";

// The link-local addresses of IMDS on every EC2 instance (EC2 user guide, "Access instance metadata").
const ENDPOINT_BY_MODE = { ipv4: "http://169.254.169.254", ipv6: "http://[fd00:ec2::254]" } as const;

/** Where to look for it, the first choice first. */
export type ImdsEndpoints = readonly [URL, ...URL[]];

/**
 * Both addresses, where the operator names none: an instance may have one family alone. Null: switched off by
 * AWS_EC2_METADATA_DISABLED. Refuses a value that it cannot use.
 */
export function resolveImdsEndpoints(env: Environment): ImdsEndpoints | null {
  if (env["AWS_EC2_METADATA_DISABLED"]?.toLowerCase() === "true") return null;
  const endpoint = env["AWS_EC2_METADATA_SERVICE_ENDPOINT"];
  if (endpoint) return [parseEndpoint(endpoint)];
  const mode = env["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"];
  return mode ? [endpointOfMode(mode)] : [new URL(ENDPOINT_BY_MODE.ipv4), new URL(ENDPOINT_BY_MODE.ipv6)];
}

/** Whether it is EC2's own address. */
export function isUsual({ origin }: URL): boolean {
  return origin === ENDPOINT_BY_MODE.ipv4 || origin === ENDPOINT_BY_MODE.ipv6;
}

/** The host as a socket takes it: an address of IPv6 without its brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

function endpointOfMode(mode: string): URL {
  const known = mode.toLowerCase();
  if (known === "ipv4" || known === "ipv6") return new URL(ENDPOINT_BY_MODE[known]);
  throw new Refusal("config", {
    what: `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is ${JSON.stringify(mode)}, which is neither IPv4 nor IPv6`,
    fix: "Set it to IPv4 or IPv6, or unset it.",
  });
}

function parseEndpoint(text: string): URL {
  const url = URL.parse(text);
  const problem = url ? endpointProblem(url) : "is not a URL";
  if (url && !problem) return url;
  throw new Refusal("config", notUsable(text, problem ?? "is not a URL"));
}

function endpointProblem(url: URL): string | null {
  // IMDS has no TLS; a path, query or password would be dropped in silence.
  if (url.protocol !== "http:") return "is not an http:// URL";
  if (url.pathname !== "/" || url.search || url.hash) return "has more than a host and a port";
  return url.username || url.password ? "carries a user name or password" : null;
}

function notUsable(text: string, problem: string): Problem {
  // What stands before an @ may be a password.
  const shown = JSON.stringify(text.replace(/\/\/.*@/, "//…@"));
  return {
    what: `AWS_EC2_METADATA_SERVICE_ENDPOINT is ${shown}, which ${problem}`,
    fix: "Set it to something like http://169.254.169.254, or unset it.",
  };
}
