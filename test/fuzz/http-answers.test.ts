// Our reading of HTTP answers beside that of Node's own client: one server gives both the same bytes.

import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, request, type IncomingMessage } from "node:http";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import fc from "fast-check";
import type { HttpAnswer } from "../../agent/http/answer-parser.ts";
import { Connections } from "../../agent/http/connections.ts";
import { exchange } from "../../agent/http/exchange.ts";
import { HttpTrouble } from "../../agent/http/http-trouble.ts";
import { tcpTo } from "../../agent/http/open-socket.ts";
import { SEED } from "../unit/support/hostile.ts";
import { NEVER_MS } from "./support/never-ms.ts";

const PARAMETERS = { seed: SEED, endOnFailure: false, numRuns: 1500 * Number(process.env["FUZZ_SCALE"] ?? 1) } as const;
const MOST_BYTES = 4_096;
// Long beside what a loopback takes. Each answer is followed by the connection's end, so that nothing waits so long.
const TIMEOUT_MS = 20_000;

interface Read {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const REASONS = ["OK", "", "Not Found", "\xe9t\xe9", "a  b"];
const STATUSES = [200, 200, 200, 201, 204, 206, 299, 300, 301, 304, 400, 404, 407, 500, 503, 599];
const NAMES = ["x-a", "X-B", "content-type", "Connection", "x!#$%&'*+-.^_`|~9"];
const VALUES = ["", "a", "a, b", "text/html", "close", "keep-alive", "\xff", "\t x \t", "a:b", '"q"'];

const field = fc
  .tuple(fc.constantFrom(...NAMES), fc.constantFrom(...VALUES))
  .map(([name, value]) => `${name}: ${value}`);
const fields = fc.array(field, { maxLength: 4 });
const body = fc.string({
  unit: fc.constantFrom("a", "b", "\r\n", "0\r\n\r\n", "\x00", "\xff", "HTTP/1.1 "),
  maxLength: 20,
});
const extension = fc.constantFrom("", "", ";a", ";a=b", ';a="b c"', ";a=b;c=d");

const chunks = fc
  .tuple(fc.array(fc.tuple(body, extension), { maxLength: 3 }), fields, fc.boolean())
  .map(([pieces, trailers, isLong]) => {
    const sent = pieces.filter(([piece]) => piece !== "");
    const written = sent.map(([piece, more]) => `${sizeOf(piece, isLong)}${more}\r\n${piece}\r\n`);
    return `${written.join("")}0\r\n${trailers.map((line) => `${line}\r\n`).join("")}\r\n`;
  });

function sizeOf(piece: string, isLong: boolean): string {
  const digits = piece.length.toString(16);
  return isLong ? digits.padStart(5, "0").toUpperCase() : digits;
}

const framed = fc.oneof(
  body.map((text) => [`Content-Length: ${text.length}`, text] as const),
  chunks.map((text) => ["transfer-encoding: Chunked", text] as const),
  chunks.map((text) => ["Transfer-Encoding: gzip, chunked", text] as const),
  body.map((text) => ["x-none: 1", text] as const),
  body.map((text) => ["transfer-encoding: gzip", text] as const),
);
const interim = fc.constantFrom("", "", "", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 X\r\nlink: a\r\n\r\n");

const answers = fc
  .tuple(
    interim,
    fc.constantFrom("1.1", "1.1", "1.0"),
    fc.constantFrom(...STATUSES),
    fc.constantFrom(...REASONS),
    fields,
    framed,
  )
  .map(([before, version, status, reason, lines, [framing, text]]) => {
    const hasBody = status !== 204 && status !== 304;
    const head = [`HTTP/${version} ${status} ${reason}`, ...lines, framing].map((line) => `${line}\r\n`).join("");
    return `${before}${head}\r\n${hasBody ? text : ""}`;
  });

const SPLICES = [
  ..."\r\n\t :;,=0159afAF\x00\x7f\xffx-".split(""),
  ..."HTTP/2.0 |HTTP/1.0 |101|099|2000|0x|fffffffffffffffff|99999999999999999999".split("|"),
  ..."\r\n|\r\n\r\n|\n\n| \r\n|\r\n |1\r\na\r\n|0\r\n\r\n|HTTP/1.1 200 OK\r\n".split("|"),
  ..."Content-Length: 3\r\n|content-length:\r\n|Content-Length: 1, 1\r\n|content-length : 2\r\n".split("|"),
  ..."Transfer-Encoding: chunked\r\n|transfer-encoding: identity\r\n|transfer-encoding: chunked, gzip\r\n".split("|"),
  "connection: upgrade\r\nupgrade: x\r\n",
];

/** Where, how much is taken out, and what comes in. */
const splice = fc.tuple(fc.nat(), fc.constantFrom(0, 0, 1, 1, 2, 9), fc.constantFrom("", ...SPLICES));
const mutated = fc.tuple(answers, fc.array(splice, { minLength: 1, maxLength: 3 })).map(([text, splices]) =>
  splices.reduce((sofar, [where, taken, put]) => {
    const at = where % (sofar.length + 1);
    return sofar.slice(0, at) + put + sofar.slice(at + taken);
  }, text),
);
const random = fc
  .array(fc.constantFrom(...SPLICES), { maxLength: 12 })
  .map((parts) => `HTTP/1.1 200 OK\r\n${parts.join("")}`);

describe(`HTTP answers beside Node's client (FUZZ_SEED=${SEED})`, function () {
  this.timeout(NEVER_MS);
  let server: Server;
  let pieces: readonly string[] = [];
  let port = 0;

  before(async () => {
    server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => void send(pieces, socket));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    ({ port } = server.address() as AddressInfo);
  });
  after(() => server.close());

  for (const [title, texts] of [
    ["valid answers", answers],
    ["answers with a few edits", mutated],
    ["random ones", random],
  ] as const) {
    it(`read ${title} as it does, or refuse them`, () =>
      fc.assert(
        fc.asyncProperty(texts, fc.nat(), fc.boolean(), async (text, cut, isCut) => {
          const at = cut % (text.length + 1);
          pieces = isCut ? [text.slice(0, at), text.slice(at)] : [text];
          const [ours, nodes] = [await readByOurs(port), await readByNode(port)];
          if (title === "valid answers")
            assert.ok(typeof ours !== "string" || ours === "NO_FRAMING", JSON.stringify(ours));
          compare(text, isCut, ours, nodes);
        }),
        PARAMETERS,
      ));
  }
});

async function send([first = "", ...rest]: readonly string[], socket: Socket): Promise<void> {
  socket.write(first, "latin1");
  for (const piece of rest) {
    await new Promise(setImmediate);
    socket.write(piece, "latin1");
  }
  socket.end();
}

/** The code of a trouble, or what was read. */
async function readByOurs(port: number): Promise<Read | string> {
  const connections = new Connections(tcpTo({ host: "127.0.0.1", port }));
  const limits = { signal: new AbortController().signal, timeoutMs: TIMEOUT_MS, maxBodyBytes: MOST_BYTES };
  try {
    const asked = { method: "GET", target: "/", host: "h", headers: {} };
    const { status, headers, body: bytes }: HttpAnswer = await exchange(connections, asked, limits);
    return { status, headers, body: bytes.toString("latin1") };
  } catch (error) {
    assert.ok(error instanceof HttpTrouble, String(error));
    return error.code;
  } finally {
    connections.destroy();
  }
}

async function readByNode(port: number): Promise<Read | string> {
  const agent = new Agent({ keepAlive: true });
  const { promise, resolve } = Promise.withResolvers<Read | string>();
  const outgoing = request({ agent, host: "127.0.0.1", port, timeout: TIMEOUT_MS });
  const fail = ({ code = "UNKNOWN" }: NodeJS.ErrnoException): void => resolve(code);
  outgoing.on("error", fail);
  outgoing.on("upgrade", (_, socket) => {
    socket.destroy();
    resolve("SWITCHED_PROTOCOLS");
  });
  outgoing.on("response", (incoming) => void collect(incoming).then(resolve, fail));
  outgoing.end();
  try {
    return await promise;
  } finally {
    agent.destroy();
  }
}

async function collect(incoming: IncomingMessage): Promise<Read | string> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  // What Node makes an error of where it comes with the answer is one that comes a moment later.
  await new Promise((resume) => setImmediate(() => setImmediate(resume)));
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : `${value}`,
    ]),
  );
  return { status: incoming.statusCode ?? 0, headers, body: Buffer.concat(parts).toString("latin1") };
}

function compare(text: string, isCut: boolean, ours: Read | string, nodes: Read | string): void {
  const told = `${JSON.stringify(text)}: ours ${JSON.stringify(ours)}, Node's ${JSON.stringify(nodes)}`;
  // Node takes a tab behind the last encoding for a part of its name.
  if (/^transfer-encoding:[^\r]*\t\r/im.test(text)) return;
  if (typeof ours === "string") {
    if (typeof nodes !== "string") assert.ok(mayRefuse(text, isCut, ours, nodes), told);
    return;
  }
  if (typeof nodes === "string") return assert.ok(mayTake(text, nodes), told);
  assert.deepEqual([ours.status, ours.body], [nodes.status, nodes.body], told);
  for (const name of ["x-a", "x-b", "x!#$%&'*+-.^_`|~9", "link"])
    assert.equal(ours.headers[name], nodes.headers[name], told);
}

/** Whether we may refuse, for this reason, what Node takes. */
function mayRefuse(text: string, isCut: boolean, code: string, { status, headers }: Read): boolean {
  switch (code) {
    case "NO_FRAMING":
      return status < 300 && !isFramed(headers);
    case "SWITCHED_PROTOCOLS":
      return status === 101;
    case "HPE_CR_EXPECTED":
    case "HPE_INVALID_CONSTANT":
      // Node skips empty lines before an answer, and the beginning of a second one; it does not hear what comes in a later piece.
      return /^[\r\n]/.test(text) || text.lastIndexOf("HTTP/") > 0 || isCut;
    case "HPE_INVALID_STATUS":
      // A reason may hold any character then, and a status begin with 0.
      // oxlint-disable-next-line no-control-regex -- the characters in question
      return status < 100 || /^HTTP[^\r]*[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/m.test(text);
    case "HPE_INVALID_TRANSFER_ENCODING":
      // Two headers of that name are one list to Node, and the connection's end counts.
      return (headers["transfer-encoding"] ?? "").includes(",");
    default:
      return false;
  }
}

function isFramed(headers: Read["headers"]): boolean {
  return /(?:^|,)\s*chunked$/i.test(headers["transfer-encoding"] ?? "") || headers["content-length"] !== undefined;
}

/** Whether we may take what Node refuses for this reason: of a chunk's extension and of a trailer nothing is read. */
function mayTake(text: string, code: string): boolean {
  if (code === "HPE_STRICT") return /^[0-9a-f]+;/im.test(text);
  const isOfFraming = code === "HPE_INVALID_CONTENT_LENGTH" || code === "HPE_INVALID_TRANSFER_ENCODING";
  return isOfFraming && /\r\n0+(?:;[^\r]*)?\r\n(?:[^\r]+\r\n)*(?:content-length|transfer-encoding):/i.test(text);
}
