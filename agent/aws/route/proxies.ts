// Which proxy stands between this machine and a host of AWS's, by the variables that every tool honours. Pure; never shows
// the password in a proxy's URL.

import type { Environment } from "../../process/environment.ts";
import { Refusal } from "../../refusal.ts";

export interface Proxy {
  readonly url: URL;
  /** Of its `Proxy-Authorization`; null: it asks for none. */
  readonly authorization: string | null;
  /** `http://proxy.example.com:3128 (HTTPS_PROXY)`, for messages. */
  readonly label: string;
}

export interface Proxies {
  /** For endpoints with TLS, by a tunnel. */
  readonly https: Proxy | null;
  /** For those without. */
  readonly http: Proxy | null;
  /** What NO_PROXY names, in small letters. */
  readonly exempt: readonly string[];
}

/** Null: none. @throws Refusal `usage` where a proxy is no URL */
export function readProxies(environment: Environment): Proxies | null {
  const https = readProxy("HTTPS_PROXY", environment);
  const http = readProxy("HTTP_PROXY", environment);
  if (https === null && http === null) return null;
  const exempt = environment["no_proxy"] || environment["NO_PROXY"] || "";
  return { https, http, exempt: exempt.split(/[\s,]+/).flatMap((entry) => entry.toLowerCase() || []) };
}

/** @param host without brackets. Null: the way is direct */
export function proxyFor(proxies: Proxies | null, isTls: boolean, host: string, port: number): Proxy | null {
  if (proxies === null || proxies.exempt.some((entry) => isExempt(entry, host.toLowerCase(), port))) return null;
  return isTls ? proxies.https : proxies.http;
}

/** `*`, or a host and all below it (curl's and Go's reading: `example.com` is `.example.com` too), either with a port. */
function isExempt(entry: string, host: string, port: number): boolean {
  if (entry === "*") return true;
  const name = entry.endsWith(`:${port}`) ? entry.slice(0, -`:${port}`.length) : entry;
  const suffix = name.replace(/^\[(.*)\]$/, "$1").replace(/^\*?\./, "");
  return suffix !== "" && (host === suffix || host.endsWith(`.${suffix}`));
}

function readProxy(name: string, environment: Environment): Proxy | null {
  // The small letters first, as curl and Node have it.
  const small = name.toLowerCase();
  const variable = environment[small] ? small : name;
  const value = environment[variable];
  if (!value) return null;
  // `proxy:3128` is what many a machine has, and what curl takes.
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`);
  const authorization = url === null ? undefined : authorizationOf(url);
  if (url && /^https?:$/.test(url.protocol) && url.hostname !== "" && authorization !== undefined)
    return { url, authorization, label: `${url.protocol}//${url.host} (${variable})` };
  throw new Refusal("usage", {
    what: `${variable} is not the URL of an http or https proxy`,
    fix: "Write it like http://proxy.example.com:3128; in a password, percent-encode what is not a letter or a digit (@ is %40).",
  });
}

/** Undefined: its percent signs are wrong. */
function authorizationOf({ username, password }: URL): string | null | undefined {
  if (username === "" && password === "") return null;
  try {
    const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(plain).toString("base64")}`;
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return undefined;
  }
}
