// The ways in which what answers can fail to give one answer of HTTP, as bytes, with the code of the trouble that each is.

import type { RawReply } from "./raw-server.ts";

export interface Misbehaviour {
  readonly title: string;
  readonly reply: RawReply;
  readonly code: string | RegExp;
}

const HEAD = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n";
const CHUNKED = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
const UPGRADE = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";

/** Each of them is told from the bytes alone, at once. */
export const AT_ONCE: readonly Misbehaviour[] = [
  { title: "101 and an upgrade", reply: { bytes: UPGRADE }, code: "SWITCHED_PROTOCOLS" },
  { title: "101 and an upgrade, then the end", reply: { bytes: UPGRADE, after: "end" }, code: "SWITCHED_PROTOCOLS" },
  {
    title: "101 without an upgrade, then the end",
    reply: { bytes: "HTTP/1.1 101 Whatever\r\n\r\n", after: "end" },
    code: "SWITCHED_PROTOCOLS",
  },
  {
    title: "101 without an upgrade, again and again",
    reply: { bytes: "HTTP/1.1 101 Whatever\r\n\r\n", after: "again" },
    code: "SWITCHED_PROTOCOLS",
  },
  {
    title: "interim answers without end",
    reply: { bytes: "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n".repeat(100), after: "again" },
    code: "INFORMATIONAL_FLOOD",
  },
  { title: "the end at once", reply: { bytes: "", after: "end" }, code: "ECONNRESET" },
  { title: "a reset at once", reply: { bytes: "", after: "reset" }, code: "ECONNRESET" },
  {
    title: "half of a status line, then the end",
    reply: { bytes: "HTTP/1.1 20", after: "end" },
    code: /HPE_|ECONNRESET/,
  },
  { title: "bytes that are no HTTP", reply: { bytes: "\x00\x01SSH-2.0-x\r\n\r\n" }, code: /^HPE_/ },
  {
    title: "a header without end",
    reply: { head: "HTTP/1.1 200 OK\r\n", bytes: "x: y\r\n".repeat(100), after: "again" },
    code: /^HPE_/,
  },
  {
    title: "one header of megabytes",
    reply: { bytes: `HTTP/1.1 200 OK\r\nx: ${"y".repeat(3_000_000)}` },
    code: "HPE_HEADER_OVERFLOW",
  },
  {
    title: "less than its content-length, then the end",
    reply: { bytes: `${HEAD}ab`, after: "end" },
    code: /CUT_SHORT|ECONNRESET/,
  },
  {
    title: "less than its content-length, then a reset",
    reply: { bytes: `${HEAD}ab`, after: "reset" },
    code: /CUT_SHORT|ECONNRESET/,
  },
  { title: "more than its content-length", reply: { bytes: `${HEAD}abcdefgh` }, code: /^HPE_/ },
  {
    title: "two lengths",
    reply: { bytes: `HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcde` },
    code: /^HPE_/,
  },
  {
    title: "a length that is no number",
    reply: { bytes: "HTTP/1.1 200 OK\r\ncontent-length: five\r\n\r\nabcde" },
    code: /^HPE_/,
  },
  {
    title: "a length beyond every cap",
    reply: { bytes: `HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n${"x".repeat(70_000)}` },
    code: "TOO_LARGE",
  },
  { title: "chunks of another kind", reply: { bytes: `${CHUNKED}zz\r\nabc\r\n` }, code: /^HPE_/ },
  {
    title: "a chunk that breaks off",
    reply: { bytes: `${CHUNKED}5\r\nab`, after: "end" },
    code: /CUT_SHORT|ECONNRESET/,
  },
  {
    title: "chunks without end",
    reply: { head: CHUNKED, bytes: `10000\r\n${"x".repeat(65_536)}\r\n`, after: "again" },
    code: "TOO_LARGE",
  },
  { title: "a chunk's extension without end", reply: { bytes: `${CHUNKED}5;${"e".repeat(40_000)}` }, code: /^HPE_/ },
  { title: "trailers without end", reply: { bytes: `${CHUNKED}0\r\n${"x: y\r\n".repeat(20_000)}` }, code: /^HPE_/ },
  {
    title: "a body that ends where the connection does",
    reply: { bytes: "HTTP/1.1 200 OK\r\n\r\nabcde", after: "end" },
    code: "NO_FRAMING",
  },
  { title: "a body of HTTP/1.0", reply: { bytes: "HTTP/1.0 200 OK\r\n\r\nabcde", after: "end" }, code: "NO_FRAMING" },
];

/** Each of them would last for ever. */
export const FOR_EVER: readonly Misbehaviour[] = [
  { title: "no answer", reply: { bytes: "" }, code: "TIMEOUT" },
  { title: "half of a head", reply: { bytes: "HTTP/1.1 200 OK\r\ncontent-le" }, code: "TIMEOUT" },
  { title: "half of a body", reply: { bytes: `${HEAD}ab` }, code: "TIMEOUT" },
  {
    title: "a head that drips",
    reply: { bytes: "HTTP/1.1 200 OK\r\nx: yyyyyyyyyyyyyyyyyyyyyy", dripMs: 20 },
    code: "TIMEOUT",
  },
  {
    title: "a body that drips",
    reply: { bytes: `HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n${"x".repeat(900)}`, dripMs: 5 },
    code: "TIMEOUT",
  },
  {
    title: "a body without a length that does not end",
    reply: { bytes: "HTTP/1.1 200 OK\r\n\r\nabc" },
    code: "TIMEOUT",
  },
];
