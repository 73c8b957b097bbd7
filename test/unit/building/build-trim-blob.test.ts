import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { listLoaded, LOADED_LATER, trimBlob } from "../../../scripts/building/build-trim-blob.ts";
import { makeBlob } from "../support/made-blob.ts";

describe("trimBlob", () => {
  const inHeap = ["fs"];
  const whole = makeBlob({
    inHeap,
    modules: [
      ["fs", "of fs"],
      ["repl", "of repl"],
      ["http", "of http"],
      ["os", "of os"],
    ],
  });

  it("keeps what is compiled of some modules, unless they are in the heap, and all that is not of a module", () => {
    const trimmed = trimBlob(whole, ["os", "fs", "http"]);
    const modules = [
      ["os", "of os"],
      ["http", "of http"],
    ] as const;
    assert.ok(trimmed.equals(makeBlob({ inHeap, modules })));
    assert.ok(trimBlob(whole, []).equals(makeBlob({ inHeap, modules: [] })));
    assert.ok(trimBlob(trimmed, ["os", "http"]).equals(trimmed));
  });

  it("refuses to keep what is not there", () => {
    assert.throws(() => trimBlob(whole, ["os", "http3"]), { message: "the snapshot has nothing compiled of http3" });
  });

  it("refuses a module that is there twice", () => {
    const twice = makeBlob({
      modules: [
        ["os", "one"],
        ["os", "two"],
      ],
    });
    assert.throws(() => trimBlob(twice, ["os"]), { message: "the snapshot has a module twice" });
  });

  it("refuses a blob of another layout", () => {
    assert.throws(() => trimBlob(makeBlob({ snapshotRest: "more" }), []), { message: "4 bytes are left over" });
  });
});

describe("listLoaded", () => {
  it("names what commands load after the start, and not all of Node", () => {
    const loaded = listLoaded(LOADED_LATER);
    // Of what NODE_DEBUG_NATIVE=CODE_CACHE showed of commands.
    const needed = ["os", "internal/tls/secure-context", "internal/tls/wrap", "internal/js_stream_socket"];
    for (const id of [...needed, "internal/dns/callback_resolver", "internal/child_process", "dgram", "vm"])
      assert.ok(loaded.includes(id), id);
    for (const id of ["repl", "_http_client", "internal/test_runner/test", "internal/http2/core"])
      assert.ok(!loaded.includes(id), id);
  });

  it("refuses a name that Node doesn't say it loads, as what it loads always", () => {
    assert.throws(() => listLoaded(["fs", "os"]), { message: "Node doesn't say that it loads fs" });
  });
});
