// A request as the emulated services see it, their answer, and each service's own way of saying that something failed.

import type { IncomingHttpHeaders } from "node:http";
import { escapeXml } from "./xml.ts";

export type Service = "imds" | "secretsmanager" | "ec2";

export interface Call {
  readonly service: Service;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The API operation; null for IMDS. */
  readonly operation: string | null;
  /** The secret's id as the caller wrote it, where the operation has one. */
  readonly secret: string | null;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ServiceError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** An operation, field or filter that only a change of the emulator could answer. */
export class Surprise extends Error {}

const STATUS_TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

const XHTML_HEAD = `<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
	"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">`;

export function buildTextReply(body: string, contentType = "text/plain"): Reply {
  return { status: 200, headers: { "content-type": contentType }, body };
}

/** IMDS says every failure as a small XHTML page. */
export function buildPageReply(status: number): Reply {
  const title = `${status} - ${STATUS_TITLES[status] ?? "Error"}`;
  const page = `${XHTML_HEAD}\n <head>\n  <title>${title}</title>\n </head>\n <body>\n  <h1>${title}</h1>\n </body>\n</html>\n`;
  return { status, headers: { "content-type": "text/html" }, body: page };
}

export function buildJsonReply(document: unknown, status = 200): Reply {
  return { status, headers: { "content-type": "application/x-amz-json-1.1" }, body: JSON.stringify(document) };
}

export function buildErrorReply(service: Service, { status, code, message }: ServiceError): Reply {
  switch (service) {
    case "imds":
      return buildPageReply(status);
    case "secretsmanager": {
      const reply = buildJsonReply({ __type: code, Message: message }, status);
      return { ...reply, headers: { ...reply.headers, "x-amzn-errortype": code } };
    }
    case "ec2":
      return {
        status,
        headers: { "content-type": "text/xml;charset=UTF-8" },
        body: `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error></Errors><RequestID>emulator</RequestID></Response>`,
      };
  }
}
