// Where AWS is and how it is reached, from the environment variables that every AWS tool honours.

import { readFileSync } from "node:fs";
import { Refusal } from "../refusal.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Given to an SDK client whole, so that it reads no shared config file and makes no guess of its own. */
export interface ClientSettings {
  readonly endpoint?: string;
  readonly useFipsEndpoint: boolean;
  readonly useDualstackEndpoint: boolean;
  /** PEM of a custom CA. */
  readonly certificateAuthority?: string;
}

/** @throws Refusal `usage` where a variable is not what AWS defines it as */
export function readClientSettings(service: "SECRETS_MANAGER" | "EC2", environment: Environment): ClientSettings {
  const endpoint = environment[`AWS_ENDPOINT_URL_${service}`] || environment["AWS_ENDPOINT_URL"];
  const bundle = environment["AWS_CA_BUNDLE"];
  return {
    ...(endpoint ? { endpoint: checkEndpoint(endpoint, service) } : {}),
    useFipsEndpoint: readSwitch("AWS_USE_FIPS_ENDPOINT", environment),
    useDualstackEndpoint: readSwitch("AWS_USE_DUALSTACK_ENDPOINT", environment),
    ...(bundle ? { certificateAuthority: readBundle(bundle) } : {}),
  };
}

function checkEndpoint(endpoint: string, service: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
  if (url && /^https?:$/.test(url.protocol) && url.username === "") return endpoint;
  const what = `AWS_ENDPOINT_URL_${service} (or AWS_ENDPOINT_URL) is not a http or https URL`;
  throw new Refusal("usage", {
    what,
    fix: "Set it to the like of https://vpce-0abc.secretsmanager.eu-west-1.vpce.amazonaws.com.",
  });
}

function readSwitch(name: string, environment: Environment): boolean {
  const value = environment[name]?.toLowerCase() ?? "";
  if (value === "" || value === "false") return false;
  if (value === "true") return true;
  throw new Refusal("usage", { what: `${name} is '${value.slice(0, 40)}'`, fix: "Set it to true or false." });
}

function readBundle(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new Refusal("config", { what: "AWS_CA_BUNDLE cannot be read", fix: "Point it at a PEM file.", at: { file } });
  }
}
