// Sends what was decided for a request: an answer, or one of the ways in which a server can fail to give one.

import type { ServerResponse } from "node:http";
import type { Ruling } from "./faults.ts";
import type { Reply } from "./reply.ts";

/** `answer` gives the true answer. Returns the status that was sent, null where none was. */
export function carryOut(
  outcome: Ruling["outcome"],
  answer: (withoutToken: boolean) => Reply,
  response: ServerResponse,
): number | null {
  switch (outcome.kind) {
    case "pass":
      return send(response, answer(outcome.withoutToken));
    case "reply":
      return send(response, outcome.reply);
    case "hang":
      return null;
    case "reset":
      response.socket?.resetAndDestroy();
      return null;
    case "oversized":
      response.writeHead(200, { "content-type": "text/plain" });
      response.end(Buffer.alloc(outcome.bytes, "x"));
      return 200;
    case "slow":
      return sendSlowly(outcome.bytesPerSecond, answer(false), response);
    case "garbage":
      return sendGarbage(outcome.as ?? "body", response);
  }
}

function send(response: ServerResponse, { status, headers, body }: Reply): number {
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  response.end(body);
  return status;
}

function sendSlowly(bytesPerSecond: number, { status, headers, body }: Reply, response: ServerResponse): number {
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, "content-length": bytes.length });
  const sendFrom = (start: number): void => {
    response.write(bytes.subarray(start, start + bytesPerSecond));
    const next = start + bytesPerSecond;
    if (next >= bytes.length) response.end();
    else setTimeout(() => response.destroyed || sendFrom(next), 1000).unref();
  };
  sendFrom(0);
  return status;
}

function sendGarbage(as: "body" | "http" | "truncated", response: ServerResponse): number | null {
  const page = "<html><head><title>Welcome to the airport lounge</title></head><body>Please log in.</body></html>";
  switch (as) {
    case "body":
      return send(response, { status: 200, headers: { "content-type": "text/html" }, body: page });
    case "http":
      response.socket?.end("\x00\x01SSH-2.0-not-http\r\n\r\n");
      return null;
    case "truncated":
      response.writeHead(200, { "content-type": "text/plain", "content-length": page.length });
      response.write(page.slice(0, 20), () => response.socket?.destroy());
      return 200;
  }
}
