// The instance metadata service: session tokens, folders and values below /latest. Never answers a request that it was not asked to by the book.

import { randomBytes } from "node:crypto";
import { buildImdsTree, findNode, type Tree } from "./imds-tree.ts";
import { buildPageReply, buildTextReply, type Call, type Reply } from "./reply.ts";
import type { World } from "./world.ts";

const TTL_HEADER = "x-aws-ec2-metadata-token-ttl-seconds";
const TOKEN_HEADER = "x-aws-ec2-metadata-token";
/** Six hours, by the service's own documentation. */
const MAX_TTL_SECONDS = 21_600;
/** `latest` or the date of a schema. All dates answer alike here. */
const VERSIONED = /^\/(?:latest|\d{4}-\d{2}-\d{2})(?:\/(?<rest>.*))?$/s;

interface Imds {
  answer(call: Call, world: World, nowMs: number, withoutToken: boolean): Reply;
}

export function startImds(): Imds {
  const tokenEndsMs = new Map<string, number>();

  function answerToken(call: Call, nowMs: number): Reply {
    if (call.method !== "PUT") return buildPageReply(405);
    if (call.headers["x-forwarded-for"] !== undefined) return buildPageReply(403);
    const wanted = String(call.headers[TTL_HEADER] ?? "");
    const ttlSeconds = Number(wanted);
    if (!/^\d+$/.test(wanted) || ttlSeconds < 1 || ttlSeconds > MAX_TTL_SECONDS) return buildPageReply(400);
    const token = `${randomBytes(40).toString("base64url")}==`;
    tokenEndsMs.set(token, nowMs + ttlSeconds * 1000);
    return withTtl(buildTextReply(token), ttlSeconds);
  }

  function answerValue(call: Call, world: World, nowMs: number, withoutToken: boolean): Reply {
    if (call.method !== "GET" && call.method !== "HEAD") return buildPageReply(405);
    const token = call.headers[TOKEN_HEADER];
    const endsMs = tokenEndsMs.get(String(token)) ?? 0;
    const optional = token === undefined && world.imds.tokens === "optional";
    if (!withoutToken && !optional && endsMs <= nowMs) return buildPageReply(401);
    const reply = readPath(call.path, buildImdsTree(world, nowMs));
    return endsMs > nowMs ? withTtl(reply, Math.ceil((endsMs - nowMs) / 1000)) : reply;
  }

  return {
    answer: (call, world, nowMs, withoutToken) =>
      VERSIONED.exec(call.path)?.groups?.["rest"] === "api/token"
        ? answerToken(call, nowMs)
        : answerValue(call, world, nowMs, withoutToken),
  };
}

function withTtl(reply: Reply, ttlSeconds: number): Reply {
  return { ...reply, headers: { ...reply.headers, [TTL_HEADER]: String(ttlSeconds) } };
}

function readPath(path: string, tree: Tree): Reply {
  if (path === "/") return buildTextReply("latest");
  const rest = VERSIONED.exec(path)?.groups?.["rest"] ?? "";
  const node = findNode(tree, decodeURIComponent(rest));
  if (node === undefined) return buildPageReply(404);
  if (node instanceof Map) return buildTextReply(listFolder(node));
  return buildTextReply(node, rest.startsWith("user-data") ? "application/octet-stream" : "text/plain");
}

/** Names one a line, folders with a slash at their end; the last line without a line feed. */
function listFolder(folder: Tree): string {
  return [...folder]
    .map(([name, node]) => (node instanceof Map ? `${name}/` : name))
    .toSorted()
    .join("\n");
}
