// An HTTP/1.1 request as the bytes that leave, head and body in one piece. Refuses what would make two requests of one. Pure.

import { FIELD_VALUE, TOKEN } from "./answer-head.ts";

type Headers = Readonly<Record<string, string>>;

export interface HttpRequest {
  readonly method: string;
  /** What stands behind the method: a path, a whole URL for a proxy, or the `host:port` of CONNECT. */
  readonly target: string;
  /** The header of that name, unless `headers` has one: `example.com`, or with a port that is not the usual one. */
  readonly host: string;
  readonly headers: Headers;
  readonly body?: string | Uint8Array | null;
}

const TARGET = /^[\x21-\x7e\x80-\xff]+$/;

/** @throws TypeError where a part of it cannot be sent, without showing it */
export function writeRequest({ method, target, host, headers, body = null }: HttpRequest): Buffer {
  if (!TOKEN.test(method) || !TARGET.test(target)) throw unsendable("the first line");
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const all = { ...hostOf(host, headers), ...headers, connection: "keep-alive", ...lengthOf(method, bytes, headers) };
  const lines = Object.entries(all).map(([name, value]) => writeField(name, value));
  const head = Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n`, "latin1");
  return bytes === null ? head : Buffer.concat([head, bytes]);
}

function writeField(name: string, value: string): string {
  if (TOKEN.test(name) && FIELD_VALUE.test(value)) return `${name}: ${value}\r\n`;
  throw unsendable("a header");
}

function hostOf(host: string, headers: Headers): Headers {
  return has(headers, "host") ? {} : { host };
}

function lengthOf(method: string, body: Uint8Array | null, headers: Headers): Headers {
  const isExpected = body !== null || method === "PUT" || method === "POST";
  return isExpected && !has(headers, "content-length") ? { "content-length": String(body?.length ?? 0) } : {};
}

function has(headers: Headers, name: string): boolean {
  return Object.keys(headers).some((each) => each.toLowerCase() === name);
}

/** With a code, as Node's own refusal of it: what asks goes on where it would with any other request that does not leave. */
function unsendable(what: string): TypeError {
  const error = new TypeError(`${what} holds a character that no HTTP request can carry`);
  return Object.assign(error, { code: "ERR_INVALID_CHAR" });
}
