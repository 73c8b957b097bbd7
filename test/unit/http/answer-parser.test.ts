import assert from "node:assert/strict";
import { AnswerParser, type HttpAnswer } from "../../../agent/http/answer-parser.ts";
import { HttpTrouble } from "../../../agent/http/http-trouble.ts";
import { zeroedTexts } from "../support/zeroed.ts";

const OK = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;
const MOST_BYTES = 65_536;

/** What is read, or the code of the trouble. @param ends whether the connection ends behind the pieces */
function read(pieces: readonly string[], ends = false): HttpAnswer | string {
  const parser = new AnswerParser(MOST_BYTES);
  try {
    const isWhole = pieces.map((piece) => parser.push(Buffer.from(piece, "latin1"))).at(-1) ?? false;
    if (!isWhole && !ends) return "more";
    if (!isWhole) parser.end();
    return parser.take();
  } catch (error) {
    assert.ok(error instanceof HttpTrouble, String(error));
    return error.code;
  }
}

function summary(answer: HttpAnswer | string): unknown {
  return typeof answer === "string" ? answer : [answer.status, answer.headers, answer.body.toString("latin1")];
}

const ANSWERS: readonly (readonly [title: string, text: string, status: number, headers: object, body: string])[] = [
  ["a length", `${OK}Content-Length: 3\r\n\r\nabc`, 200, { "content-length": "3" }, "abc"],
  ["no length of 204", "HTTP/1.1 204 No Content\r\nx: y\r\n\r\n", 204, { x: "y" }, ""],
  ["a length that 304 only tells", "HTTP/1.1 304 X\r\ncontent-length: 9\r\n\r\n", 304, { "content-length": "9" }, ""],
  [
    "chunks with extensions and trailers",
    `${CHUNKED}2;a=b;c="d e"\r\nab\r\n00A\r\n0123456789\r\n0\r\ncontent-length: 7\r\nx: y\r\n\r\n`,
    200,
    { "transfer-encoding": "chunked" },
    "ab0123456789",
  ],
  [
    "interim answers before it",
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${OK}content-length: 0\r\n\r\n`,
    200,
    { "content-length": "0" },
    "",
  ],
  ["no reason", "HTTP/1.1 500\r\ncontent-length: 1\r\n\r\nx", 500, { "content-length": "1" }, "x"],
  [
    "an encoding that the list of them ends with chunks in",
    `${OK}transfer-encoding: gzip ,\tCHUNKED\r\n\r\n1\r\na\r\n0\r\n\r\n`,
    200,
    { "transfer-encoding": "gzip ,\tCHUNKED" },
    "a",
  ],
  ["HTTP/1.0", "HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\nx", 200, { "content-length": "1" }, "x"],
  [
    "headers with blanks, of many values, empty, and of names that objects have",
    `${OK}a:  b c\t\r\nA:d\r\ne:\r\n__proto__: f\r\ng: \xe9\xa0\r\ncontent-length: 0\r\n\r\n`,
    200,
    JSON.parse('{"a":"b c, d","e":"","__proto__":"f","g":"\xe9\xa0","content-length":"0"}') as object,
    "",
  ],
];

const REFUSED: readonly (readonly [title: string, text: string, code: string])[] = [
  ["another protocol", "SSH-2.0-OpenSSH_9.2", "HPE_INVALID_CONSTANT"],
  ["TLS", "\x15\x03\x01\x00\x02\x02\x16", "HPE_INVALID_CONSTANT"],
  ["an empty line first", "\r\nHTTP/1.1 200 OK\r\n\r\n", "HPE_INVALID_CONSTANT"],
  ["HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", "HPE_INVALID_CONSTANT"],
  ["HTTP/1.2", "HTTP/1.2 200 OK\r\n\r\n", "HPE_INVALID_VERSION"],
  ["no version's end", "HTTP/1.11 200 OK\r\n\r\n", "HPE_INVALID_VERSION"],
  ["no status", "HTTP/1.1\r\n\r\n", "HPE_INVALID_STATUS"],
  ["a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", "HPE_INVALID_STATUS"],
  ["a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", "HPE_INVALID_STATUS"],
  ["a status below 100", "HTTP/1.1 099 OK\r\n\r\n", "HPE_INVALID_STATUS"],
  ["two blanks before the status", "HTTP/1.1  200 OK\r\n\r\n", "HPE_INVALID_STATUS"],
  ["a control character in the reason", "HTTP/1.1 200 O\x00K\r\n\r\n", "HPE_INVALID_STATUS"],
  ["a line that ends with LF alone", "HTTP/1.1 200 OK\ncontent-length: 0\n\n", "HPE_CR_EXPECTED"],
  ["CR alone in a line", `${OK}a: b\rc: d\r\n\r\n`, "HPE_INVALID_HEADER_TOKEN"],
  ["NUL in a value", `${OK}a: b\x00\r\n\r\n`, "HPE_INVALID_HEADER_TOKEN"],
  ["a header without a colon", `${OK}abc\r\n\r\n`, "HPE_INVALID_HEADER_TOKEN"],
  ["a header without a name", `${OK}: b\r\n\r\n`, "HPE_INVALID_HEADER_TOKEN"],
  ["a blank before the colon", `${OK}content-length : 5\r\n\r\n`, "HPE_INVALID_HEADER_TOKEN"],
  ["a blank in a name", `${OK}a b: c\r\n\r\n`, "HPE_INVALID_HEADER_TOKEN"],
  ["a letter beyond ASCII in a name", `${OK}\xe9: c\r\n\r\n`, "HPE_INVALID_HEADER_TOKEN"],
  ["a folded line", `${OK}a: b\r\n c\r\n\r\n`, "HPE_INVALID_HEADER_TOKEN"],
  ["a first line that is folded", `${OK} a: b\r\n\r\n`, "HPE_INVALID_HEADER_TOKEN"],
  ["the same length twice", `${OK}content-length: 1\r\ncontent-length: 1\r\n\r\n`, "HPE_UNEXPECTED_CONTENT_LENGTH"],
  ["a list of lengths", `${OK}content-length: 1, 1\r\n\r\n`, "HPE_INVALID_CONTENT_LENGTH"],
  ["an empty length", `${OK}content-length:\r\n\r\n`, "HPE_INVALID_CONTENT_LENGTH"],
  ["a length with a sign", `${OK}content-length: +1\r\n\r\n`, "HPE_INVALID_CONTENT_LENGTH"],
  ["a length in hexadecimal", `${OK}content-length: 0x1\r\n\r\n`, "HPE_INVALID_CONTENT_LENGTH"],
  ["a length that nobody can count", `${OK}content-length: 99999999999999999999\r\n\r\n`, "HPE_INVALID_CONTENT_LENGTH"],
  [
    "a length that 204 must not tell wrongly",
    "HTTP/1.1 204 X\r\ncontent-length: x\r\n\r\n",
    "HPE_INVALID_CONTENT_LENGTH",
  ],
  [
    "length and chunks",
    `${OK}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n`,
    "HPE_INVALID_TRANSFER_ENCODING",
  ],
  [
    "chunks and length",
    `${OK}transfer-encoding: chunked\r\ncontent-length: 1\r\n\r\n`,
    "HPE_INVALID_TRANSFER_ENCODING",
  ],
  [
    "two encodings",
    `${OK}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n`,
    "HPE_INVALID_TRANSFER_ENCODING",
  ],
  ["an encoding without a name", `${OK}transfer-encoding: \r\n\r\n`, "HPE_INVALID_TRANSFER_ENCODING"],
  ["a chunk without a size", `${CHUNKED}\r\n`, "HPE_INVALID_CHUNK_SIZE"],
  ["a chunk's size with 0x", `${CHUNKED}0x1\r\n`, "HPE_INVALID_CHUNK_SIZE"],
  ["a chunk's size with a sign", `${CHUNKED}-1\r\n`, "HPE_INVALID_CHUNK_SIZE"],
  ["a chunk's size with a blank", `${CHUNKED}1 \r\n`, "HPE_INVALID_CHUNK_SIZE"],
  ["a chunk's size of seventeen digits", `${CHUNKED}00000000000000001\r\n`, "HPE_INVALID_CHUNK_SIZE"],
  ["CR in a chunk's extension", `${CHUNKED}1;a\rb\r\n`, "HPE_INVALID_CHUNK_SIZE"],
  ["LF alone behind a chunk's size", `${CHUNKED}1\na\r\n0\r\n\r\n`, "HPE_CR_EXPECTED"],
  ["more than a chunk's size", `${CHUNKED}1\r\nabc\r\n0\r\n\r\n`, "HPE_STRICT"],
  ["LF alone behind a chunk", `${CHUNKED}1\r\na\n0\r\n\r\n`, "HPE_CR_EXPECTED"],
  ["a trailer that is no header", `${CHUNKED}0\r\na b\r\n\r\n`, "HPE_INVALID_HEADER_TOKEN"],
  ["bytes behind its length", `${OK}content-length: 1\r\n\r\nab`, "HPE_INVALID_CONSTANT"],
  ["bytes behind its chunks", `${CHUNKED}0\r\n\r\n\nHTTP`, "HPE_INVALID_CONSTANT"],
  ["a change of protocol", "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n", "SWITCHED_PROTOCOLS"],
  ["an interim answer of HTTP/1.0", "HTTP/1.0 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "HPE_CLOSED_CONNECTION"],
  ["an interim answer that is the last", "HTTP/1.1 100 X\r\nconnection: close\r\n\r\n", "HPE_CLOSED_CONNECTION"],
  ["nine interim answers", "HTTP/1.1 102 X\r\n\r\n".repeat(9), "INFORMATIONAL_FLOOD"],
  ["a length beyond the cap, by its word alone", `${OK}content-length: 65537\r\n\r\n`, "TOO_LARGE"],
  ["a chunk beyond the cap, by its word alone", `${CHUNKED}1\r\na\r\n10000\r\n`, "TOO_LARGE"],
  ["a chunk as large as can be", `${CHUNKED}ffffffffffffffff\r\n`, "TOO_LARGE"],
  ["bytes beyond the cap", `${OK}\r\n${"x".repeat(65_537)}`, "TOO_LARGE"],
  ["a header line without end", `${OK}a: ${"b".repeat(16_384)}`, "HPE_HEADER_OVERFLOW"],
  ["header lines without end", OK + "a: b\r\n".repeat(3_000), "HPE_HEADER_OVERFLOW"],
  ["trailers without end", `${CHUNKED}0\r\n${"a: b\r\n".repeat(3_000)}`, "HPE_HEADER_OVERFLOW"],
  ["an extension without end", `${CHUNKED}1;${"a".repeat(16_500)}`, "HPE_CHUNK_EXTENSIONS_OVERFLOW"],
  [
    "extensions that are long together",
    CHUNKED + `1;${"a".repeat(1_000)}\r\nx\r\n`.repeat(17),
    "HPE_CHUNK_EXTENSIONS_OVERFLOW",
  ],
];

const ENDED: readonly (readonly [title: string, text: string, outcome: string | number])[] = [
  ["before it begins", "", "ECONNRESET"],
  ["in the status line", "HTTP/1.1 20", "ECONNRESET"],
  ["in a header", `${OK}content-le`, "ECONNRESET"],
  ["after an interim answer", "HTTP/1.1 100 Continue\r\n\r\n", "ECONNRESET"],
  ["in a body", `${OK}content-length: 5\r\n\r\nab`, "CUT_SHORT"],
  ["in a chunk's size", `${CHUNKED}5`, "CUT_SHORT"],
  ["in a chunk", `${CHUNKED}5\r\nab`, "CUT_SHORT"],
  ["behind a chunk", `${CHUNKED}2\r\nab`, "CUT_SHORT"],
  ["before the last chunk", `${CHUNKED}2\r\nab\r\n`, "CUT_SHORT"],
  ["in the trailers", `${CHUNKED}0\r\nx: y\r\n`, "CUT_SHORT"],
  ["where the body of a 200 does", `${OK}\r\nabc`, "NO_FRAMING"],
  ["where the body of a 206 in gzip does", `HTTP/1.1 206 X\r\ntransfer-encoding: gzip\r\n\r\nabc`, "NO_FRAMING"],
  [
    "where the body of what only resembles chunks does",
    `${OK}transfer-encoding: x chunked\r\n\r\n0\r\n\r\n`,
    "NO_FRAMING",
  ],
  ["where the body of a failure does", "HTTP/1.1 503 X\r\n\r\nabc", 503],
  ["where the body of a redirect does", "HTTP/1.1 302 X\r\n\r\n", 302],
];

describe("AnswerParser", () => {
  for (const [title, text, status, headers, body] of ANSWERS) {
    it(`reads an answer with ${title}, wherever it is cut`, () => {
      const expected = [status, headers, body];
      assert.deepEqual(summary(read([text])), expected);
      assert.deepEqual(summary(read(text.split(""))), expected, "at each byte");
      for (let at = 1; at < text.length; at++) {
        assert.deepEqual(summary(read([text.slice(0, at), text.slice(at)])), expected, `after ${at}`);
        assert.equal(read([text.slice(0, at)]), "more");
      }
    });
  }

  for (const [title, text, code] of REFUSED) {
    it(`refuses ${title}, wherever it is cut`, () => {
      assert.equal(read([text]), code);
      assert.equal(read(text.split("")), code, "at each byte");
      const step = Math.ceil(text.length / 200);
      for (let at = 1; at < text.length; at += step)
        assert.equal(read([text.slice(0, at), text.slice(at)]), code, `after ${at}`);
    });
  }

  for (const [title, text, outcome] of ENDED) {
    it(`${typeof outcome === "number" ? "takes" : "refuses"} an answer whose connection ends ${title}`, () => {
      const answer = read([text], true);
      assert.equal(typeof answer === "string" ? answer : answer.status, outcome);
    });
  }

  it("tells whether the connection may be asked again", () => {
    const isReusable = (version: string, connection: string): boolean => {
      const parser = new AnswerParser(MOST_BYTES);
      parser.push(Buffer.from(`HTTP/${version} 204 X\r\n${connection}\r\n`));
      return parser.isReusable;
    };
    const persistent = [
      ["1.1", ""],
      ["1.1", "connection: x\r\n"],
      ["1.0", "Connection: Keep-Alive\r\n"],
    ] as const;
    for (const [version, connection] of persistent) assert.ok(isReusable(version, connection), version + connection);
    const closing = [
      ["1.0", ""],
      ["1.1", "connection: close\r\n"],
      ["1.1", "connection: x\r\nconnection: y , Close\r\n"],
    ] as const;
    for (const [version, connection] of closing) assert.ok(!isReusable(version, connection), version + connection);
  });

  it("takes line ends behind a body, and does not ask that connection again", () => {
    const parser = new AnswerParser(MOST_BYTES);
    assert.ok(parser.push(Buffer.from(`${OK}content-length: 1\r\n\r\na\r\n`)));
    assert.deepEqual([parser.isReusable, parser.take().body.toString()], [false, "a"]);
  });

  it("ends the answer to CONNECT with its head, and says whether more has come", () => {
    for (const rest of ["", "x"]) {
      const parser = new AnswerParser(0, true);
      assert.ok(parser.push(Buffer.from(`HTTP/1.1 100 X\r\n\r\n${OK}content-length: 5\r\n\r\n${rest}`)));
      assert.equal(parser.hasRest, rest !== "");
    }
  });

  it("erases what it was given once it is copied, or given up", async () => {
    const taken = await zeroedTexts(async () => {
      assert.equal((read([`${CHUNKED}2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n`]) as HttpAnswer).body.toString(), "abcde");
    });
    assert.deepEqual(taken, ["ab", "cde"]);
    const parser = new AnswerParser(MOST_BYTES);
    parser.push(Buffer.from(`${OK}content-length: 9\r\n\r\nabc`));
    const erased = await zeroedTexts(async () => parser.erase());
    assert.deepEqual(erased, ["abc"]);
  });
});
