import assert from "node:assert/strict";
import { writeRequest } from "../../../agent/http/http-request.ts";

const GET = { method: "GET", target: "/a?b", host: "h:8080", headers: {} };
const text = (request: Parameters<typeof writeRequest>[0]): string => writeRequest(request).toString("latin1");

describe("writeRequest", () => {
  it("writes first line, host, headers and the wish to keep the connection", () => {
    assert.equal(
      text({ ...GET, headers: { "X-One": "1" } }),
      "GET /a?b HTTP/1.1\r\nhost: h:8080\r\nX-One: 1\r\nconnection: keep-alive\r\n\r\n",
    );
  });

  it("tells the length of a body in bytes, and of none where there might be one", () => {
    assert.match(text({ ...GET, method: "POST", body: "é" }), /\r\ncontent-length: 2\r\n\r\n\xc3\xa9$/);
    assert.match(text({ ...GET, method: "POST", body: Buffer.of(0x41, 0xff) }), /\r\ncontent-length: 2\r\n\r\nA\xff$/);
    for (const method of ["PUT", "POST"]) assert.match(text({ ...GET, method }), /\r\ncontent-length: 0\r\n\r\n$/);
    assert.doesNotMatch(text(GET), /content-length/);
  });

  it("leaves host and length to the caller that gives them, however they are spelt", () => {
    const headers = { Host: "other", "Content-Length": "0" };
    assert.equal(
      text({ ...GET, method: "PUT", headers }),
      "PUT /a?b HTTP/1.1\r\nHost: other\r\nContent-Length: 0\r\nconnection: keep-alive\r\n\r\n",
    );
  });

  const unsendable: readonly (readonly [title: string, part: Partial<Parameters<typeof writeRequest>[0]>])[] = [
    ["CR and LF in a value", { headers: { a: "hunter2\r\nb: c" } }],
    ["LF in a value", { headers: { a: "hunter2\nb" } }],
    ["NUL in a value", { headers: { a: "hunter2\0" } }],
    ["a character beyond latin1 in a value", { headers: { a: "hunter2\u{10d}" } }],
    ["a name with a line's end", { headers: { "hunter2\r\nb": "c" } }],
    ["a name with a colon", { headers: { "hunter2:": "c" } }],
    ["no name", { headers: { "": "hunter2" } }],
    ["a host with a line's end", { host: "hunter2\r\nb: c" }],
    ["a path with a blank", { target: "/hunter2 HTTP/1.1" }],
    ["a path with a line's end", { target: "/hunter2\r\n" }],
    ["a path beyond latin1", { target: "/hunter2\u{10a}" }],
    ["no path", { target: "" }],
    ["a method with a blank", { method: "GET /hunter2" }],
  ];
  for (const [title, part] of unsendable) {
    it(`refuses ${title}, without showing it`, () => {
      assert.throws(
        () => writeRequest({ ...GET, ...part }),
        (error) =>
          error instanceof TypeError &&
          (error as { code?: string }).code === "ERR_INVALID_CHAR" &&
          !`${error.stack}`.includes("hunter2"),
      );
    });
  }
});
