// Where a request to AWS goes and by which proxy, for the code that sends it and for the message when it does not arrive. Pure.

import type { ClientSettings } from "./endpoints.ts";
import { proxyFor, type Proxy } from "./proxies.ts";

export interface Route {
  readonly isTls: boolean;
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  readonly proxy: Proxy | null;
  /** The variable that names the endpoint; null: it is AWS's own. */
  readonly variable: string | null;
}

/** As the SDK has it: `[::1]` in brackets, and a port only where it is not the usual one. */
export interface Destination {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
}

export function routeTo({ protocol, hostname, port }: Destination, settings: ClientSettings): Route {
  const isTls = protocol === "https:";
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const known = port ?? (isTls ? 443 : 80);
  const proxy = proxyFor(settings.proxies ?? null, isTls, host, known);
  return { isTls, host, port: known, proxy, variable: settings.endpointVariable ?? null };
}

/** `host:port`, with brackets where the host has colons. */
export function authorityOf({ host, port }: Pick<Route, "host" | "port">): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** `secretsmanager.eu-west-1.amazonaws.com:443`, `localhost:4566 (AWS_ENDPOINT_URL)`. */
export function nameEndpoint(route: Route): string {
  return `${authorityOf(route)}${nameVariable(route)}`;
}

/** The same without the port. */
export function nameHost(route: Route): string {
  return `${route.host}${nameVariable(route)}`;
}

function nameVariable({ variable }: Route): string {
  return variable === null ? "" : ` (${variable})`;
}
