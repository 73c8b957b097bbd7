// Which proxy stands between this machine and AWS, by the variables that every tool honours. Pure; never shows a proxy's URL,
// which may carry a password.

import { Refusal } from "../refusal.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** As the agents of Node's http and https take them. */
export interface Proxies {
  readonly https_proxy?: string;
  readonly http_proxy?: string;
  readonly no_proxy?: string;
}

/** Null: none. @throws Refusal `usage` where a proxy is no URL */
export function readProxies(environment: Environment): Proxies | null {
  const https = readProxy("HTTPS_PROXY", environment);
  const http = readProxy("HTTP_PROXY", environment);
  if (https === null && http === null) return null;
  const exempt = environment["no_proxy"] || environment["NO_PROXY"];
  return {
    ...(https === null ? {} : { https_proxy: https }),
    ...(http === null ? {} : { http_proxy: http }),
    ...(exempt ? { no_proxy: exempt } : {}),
  };
}

function readProxy(name: string, environment: Environment): string | null {
  // The small letters first, as curl and Node have it.
  const value = environment[name.toLowerCase()] || environment[name];
  if (!value) return null;
  // `proxy:3128` is what many a machine has, and what curl takes.
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && url.hostname !== "") return text;
  throw new Refusal("usage", {
    what: `${name} is not the URL of a http or https proxy`,
    fix: "Write it like http://proxy.example.com:3128.",
  });
}
