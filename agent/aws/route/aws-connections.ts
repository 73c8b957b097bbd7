// The kept-alive connections to AWS and to the proxies before it, for each place, and by which authorities it is trusted.

import { Connections } from "../../http/connections.ts";
import { tcpTo, tlsTo, type OpenSocket, type Place, type Trust } from "../../http/open-socket.ts";
import { openTunnel } from "../../http/tunnel.ts";
import { isAwsHost } from "./aws-roots.ts";
import type { ClientSettings } from "./endpoints.ts";
import type { Proxy } from "./proxies.ts";
import { authorityOf, type Route } from "./route.ts";

/** Two round trips in a healthy region take tens of milliseconds; a lost packet must not cost the whole deadline. */
export const CONNECT_TIMEOUT_MS = 2_000;
// The SDK's own.
const MOST_SOCKETS = 50;

export class AwsConnections {
  readonly #settings: ClientSettings;
  readonly #closing: AbortSignal;
  readonly #byPlace = new Map<string, Connections>();
  #trust: Trust | null = null;
  /** Empty: what Node trusts. */
  #awsRoots: readonly string[];

  /** @param closing ends a tunnel that is being opened */
  constructor(settings: ClientSettings, closing: AbortSignal, awsRoots: readonly string[]) {
    this.#settings = settings;
    this.#closing = closing;
    this.#awsRoots = settings.certificateAuthority === undefined ? awsRoots : [];
  }

  isByAwsRoots({ isTls, host }: Route): boolean {
    return isTls && this.#awsRoots.length > 0 && isAwsHost(host);
  }

  /** The requests that are under way end by themselves. */
  trustAll(): void {
    this.#awsRoots = [];
  }

  /** @throws Refusal where AWS_CA_BUNDLE cannot be had: here, for nobody could catch a later connection's */
  to(route: Route): Connections {
    const { proxy, isTls } = route;
    const place = proxy !== null && !isTls ? proxy.url.origin : authorityOf(route);
    const key = [place, isTls && "TLS", this.isByAwsRoots(route) && "AWS's roots"].join(" ");
    const found = this.#byPlace.get(key) ?? new Connections(this.#wayOf(route), MOST_SOCKETS);
    this.#byPlace.set(key, found);
    return found;
  }

  destroy(): void {
    for (const connections of this.#byPlace.values()) connections.destroy();
  }

  #wayOf(route: Route): OpenSocket {
    const { proxy, isTls } = route;
    if (!isTls) return proxy === null ? tcpTo(route) : this.#wayToProxy(proxy);
    const trust = this.isByAwsRoots(route) ? { ca: [...this.#awsRoots] } : this.#trustOfAll();
    return tlsTo(route, trust, proxy === null ? null : this.#tunnelOf(proxy, route));
  }

  #tunnelOf(proxy: Proxy, route: Route): OpenSocket {
    const { authorization } = proxy;
    const limits = { timeoutMs: CONNECT_TIMEOUT_MS, signal: this.#closing };
    const open = this.#wayToProxy(proxy);
    return () => openTunnel(authorityOf(route), { open, authorization, ...limits });
  }

  #wayToProxy({ url }: Proxy): OpenSocket {
    return url.protocol === "https:" ? tlsTo(placeOf(url), this.#trustOfAll()) : tcpTo(placeOf(url));
  }

  #trustOfAll(): Trust {
    const { certificateAuthority } = this.#settings;
    return (this.#trust ??= certificateAuthority === undefined ? {} : { ca: certificateAuthority() });
  }
}

function placeOf({ hostname, port, protocol }: URL): Place {
  const usual = protocol === "https:" ? 443 : 80;
  return { host: hostname.replace(/^\[(.*)\]$/, "$1"), port: port === "" ? usual : Number(port) };
}
