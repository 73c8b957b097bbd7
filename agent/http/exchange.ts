// One HTTP request: its whole answer, or the one trouble that stopped it, whatever the other side does. Never retries, never
// follows a redirect, never undoes a content encoding.

import { channel } from "node:diagnostics_channel";
import { AnswerParser, type HttpAnswer } from "./answer-parser.ts";
import type { Connections } from "./connections.ts";
import { converse, type TimeLimits } from "./conversation.ts";
import { writeRequest, type HttpRequest } from "./http-request.ts";

export interface ExchangeLimits extends TimeLimits {
  readonly maxBodyBytes: number;
}

/** Each exchange is told here as it begins: `{ settled }`, its promise. */
const EXCHANGES = channel("parbake.http.exchange");

/** Rejects with HttpTrouble; with TypeError where the request cannot be sent. */
export function exchange(connections: Connections, request: HttpRequest, limits: ExchangeLimits): Promise<HttpAnswer> {
  const settled = ask(connections, request, limits);
  if (EXCHANGES.hasSubscribers) EXCHANGES.publish({ settled });
  return settled;
}

async function ask(
  connections: Connections,
  request: HttpRequest,
  { maxBodyBytes, ...limits }: ExchangeLimits,
): Promise<HttpAnswer> {
  const parser = new AnswerParser(maxBodyBytes);
  const connection = await converse(connections, writeRequest(request), parser, limits, "whole answer");
  if (parser.isReusable) connections.giveBack(connection);
  else connections.drop(connection);
  return parser.take();
}
