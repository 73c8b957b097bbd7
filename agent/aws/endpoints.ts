// Where AWS is and how it is reached, from the environment variables that every AWS tool honours.

import { readFileSync } from "node:fs";
import { Refusal } from "../refusal.ts";
import { readProxies, type Proxies } from "./proxies.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Given to an SDK client whole, so that it reads no shared config file and makes no guess of its own. */
export interface ClientSettings {
  readonly endpoint?: string;
  readonly useFipsEndpoint: boolean;
  readonly useDualstackEndpoint: boolean;
  /** PEM of a custom CA, instead of Node's own list. */
  readonly certificateAuthority?: string;
  /** Never for IMDS, whose client has no way to use one. */
  readonly proxies?: Proxies;
}

/** @throws Refusal `usage` where a variable is not what AWS defines it as */
export function readClientSettings(service: "SECRETS_MANAGER" | "EC2", environment: Environment): ClientSettings {
  const endpoint = environment[`AWS_ENDPOINT_URL_${service}`] || environment["AWS_ENDPOINT_URL"];
  const bundle = environment["AWS_CA_BUNDLE"];
  const proxies = readProxies(environment);
  const settings = {
    useFipsEndpoint: readSwitch("AWS_USE_FIPS_ENDPOINT", environment),
    useDualstackEndpoint: readSwitch("AWS_USE_DUALSTACK_ENDPOINT", environment),
    ...(endpoint ? { endpoint: checkEndpoint(endpoint, service) } : {}),
    ...(bundle ? { certificateAuthority: readBundle(bundle) } : {}),
    ...(proxies ? { proxies } : {}),
  };
  checkVariants(settings, service);
  return settings;
}

/** The options of Node's agents; none where the SDK's own will do. */
export function agentOptions({ certificateAuthority, proxies }: ClientSettings): Readonly<Record<string, object>> {
  const common = { keepAlive: true, ...(proxies ? { proxyEnv: proxies } : {}) };
  return {
    ...(proxies ? { httpAgent: common } : {}),
    ...(proxies || certificateAuthority
      ? { httpsAgent: { ...common, ...(certificateAuthority ? { ca: certificateAuthority } : {}) } }
      : {}),
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

// The SDK would say so at the first call only, and in words of its own.
function checkVariants(settings: ClientSettings, service: string): void {
  if (settings.endpoint === undefined) return;
  const variants = [
    ...(settings.useFipsEndpoint ? ["AWS_USE_FIPS_ENDPOINT"] : []),
    ...(settings.useDualstackEndpoint ? ["AWS_USE_DUALSTACK_ENDPOINT"] : []),
  ];
  if (variants.length === 0) return;
  const what = `${variants.join(" and ")} and AWS_ENDPOINT_URL_${service} (or AWS_ENDPOINT_URL) are both set`;
  throw new Refusal("usage", { what, fix: "Unset one: the URL of an endpoint says by itself which it is." });
}

function readSwitch(name: string, environment: Environment): boolean {
  const value = environment[name]?.toLowerCase() ?? "";
  if (value === "" || value === "false") return false;
  if (value === "true") return true;
  throw new Refusal("usage", { what: `${name} is '${value.slice(0, 40)}'`, fix: "Set it to true or false." });
}

function readBundle(file: string): string {
  const fix = "Point it at a PEM file, such as /etc/pki/tls/certs/ca-bundle.crt.";
  const pem = readText(file);
  if (pem === null) throw new Refusal("config", { what: "AWS_CA_BUNDLE cannot be read", fix, at: { file } });
  // Node takes a text without a certificate for a list of none, and then trusts nobody.
  if (pem.includes("-----BEGIN CERTIFICATE-----") || pem.includes("-----BEGIN TRUSTED CERTIFICATE-----")) return pem;
  throw new Refusal("config", { what: "AWS_CA_BUNDLE holds no certificate", fix, at: { file } });
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
