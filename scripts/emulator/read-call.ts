// Reads a request to its end and tells which service and operation it is for. Answers nothing.

import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import type { Call } from "./reply.ts";

export async function readCall(request: IncomingMessage): Promise<Call> {
  const body = await text(request);
  const { method = "GET", url: path = "/", headers } = request;
  const target = headers["x-amz-target"];
  const common = { method, path, headers, body };
  if (typeof target === "string") {
    const operation = target.replace(/^secretsmanager\./, "");
    return { ...common, service: "secretsmanager", operation, secret: readSecretId(body) };
  }
  const action = method === "POST" && path === "/" ? new URLSearchParams(body).get("Action") : null;
  return { ...common, service: action === null ? "imds" : "ec2", operation: action, secret: null };
}

function readSecretId(body: string): string | null {
  return /"SecretId"\s*:\s*"([^"]*)"/.exec(body)?.[1] ?? null;
}
