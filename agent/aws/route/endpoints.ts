// Where AWS is and how it is reached, from the environment variables that every AWS tool honours.

import type { InputKind } from "../../host/inputs/explain-read.ts";
import { Inputs } from "../../host/inputs/inputs.ts";
import type { Environment } from "../../process/environment.ts";
import { Refusal } from "../../refusal.ts";
import { readProxies, type Proxies } from "./proxies.ts";

/** All that the environment may say, so that an SDK client reads no shared config file and makes no guess of its own. */
export interface ClientSettings {
  readonly endpoint?: string;
  /** The one that names the endpoint. */
  readonly endpointVariable?: string;
  readonly useFipsEndpoint: boolean;
  readonly useDualstackEndpoint: boolean;
  /** PEM of a custom CA, instead of Node's own list: read where a connection needs it. @throws Refusal where it can't be */
  readonly certificateAuthority?: () => string;
  /** Never for IMDS, whose client has no way to use one. */
  readonly proxies?: Proxies;
}

const NAME_A_BUNDLE = "Point it at a PEM file, such as /etc/pki/tls/certs/ca-bundle.crt.";

const CA_BUNDLE: InputKind = {
  name: "AWS_CA_BUNDLE",
  // Twenty times Mozilla's list, which has 150 authorities in 220 KiB.
  mostBytes: 4 * 1024 * 1024,
  code: "config",
  absent: { code: "config", what: "the file that AWS_CA_BUNDLE names does not exist", fix: NAME_A_BUNDLE },
};

/**
 * @param inputs how the CA bundle is read
 * @throws Refusal `usage` where a variable is not what AWS defines it as
 */
export function readClientSettings(
  service: "SECRETS_MANAGER" | "EC2",
  environment: Environment,
  inputs: Inputs = new Inputs("/", () => {}),
): ClientSettings {
  const endpointVariable = [`AWS_ENDPOINT_URL_${service}`, "AWS_ENDPOINT_URL"].find((name) => environment[name]);
  const endpoint = endpointVariable && environment[endpointVariable];
  const bundle = environment["AWS_CA_BUNDLE"];
  const proxies = readProxies(environment);
  const settings = {
    useFipsEndpoint: readSwitch("AWS_USE_FIPS_ENDPOINT", environment),
    useDualstackEndpoint: readSwitch("AWS_USE_DUALSTACK_ENDPOINT", environment),
    ...(endpoint ? { endpoint: checkEndpoint(endpoint, endpointVariable), endpointVariable } : {}),
    ...(bundle ? { certificateAuthority: () => readBundle(bundle, inputs) } : {}),
    ...(proxies ? { proxies } : {}),
  };
  checkVariants(settings);
  return settings;
}

function checkEndpoint(endpoint: string, variable: string): string {
  const url = URL.parse(endpoint);
  const isPlain = url !== null && url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  if (isPlain && /^https?:$/.test(url.protocol)) return endpoint;
  throw new Refusal("usage", {
    what: `${variable} is not an http or https URL of a host, a port and a path at most`,
    fix: "Set it to a URL such as https://vpce-0abc.secretsmanager.eu-west-1.vpce.amazonaws.com.",
  });
}

// The SDK would say so at the first call only, and in words of its own.
function checkVariants(settings: ClientSettings): void {
  if (settings.endpointVariable === undefined) return;
  const variants = [
    ...(settings.useFipsEndpoint ? ["AWS_USE_FIPS_ENDPOINT"] : []),
    ...(settings.useDualstackEndpoint ? ["AWS_USE_DUALSTACK_ENDPOINT"] : []),
  ];
  if (variants.length === 0) return;
  const what = `${variants.join(" and ")} and ${settings.endpointVariable} are both set`;
  throw new Refusal("usage", { what, fix: "Unset one: the URL of an endpoint already says which it is." });
}

function readSwitch(name: string, environment: Environment): boolean {
  const value = environment[name]?.toLowerCase() ?? "";
  if (value === "" || value === "false") return false;
  if (value === "true") return true;
  throw new Refusal("usage", { what: `${name} is '${value.slice(0, 40)}'`, fix: "Set it to true or false." });
}

function readBundle(file: string, inputs: Inputs): string {
  const pem = inputs.telling(() => inputs.read(file, CA_BUNDLE));
  // Node takes a text without a certificate for a list of none, and then trusts nobody.
  if (pem.includes("-----BEGIN CERTIFICATE-----") || pem.includes("-----BEGIN TRUSTED CERTIFICATE-----")) return pem;
  throw new Refusal("config", { what: "AWS_CA_BUNDLE holds no certificate", fix: NAME_A_BUNDLE, at: { file } });
}
