import assert from "node:assert/strict";
import { listNodeParts } from "../../../scripts/packaging/node-parts.ts";

const NODE = { node: "24.21.0", uv: "1.52.1", modules: "137", nghttp3: "" } as unknown as NodeJS.ProcessVersions;

describe("the parts of Node", () => {
  it("are programs under their own names, without interfaces and without what was not built in", () => {
    assert.deepEqual(
      listNodeParts(NODE).map(({ name, version }) => [name, version]),
      [
        ["node", "24.21.0"],
        ["libuv", "1.52.1"],
      ],
    );
  });

  it("stop the release where one is new, so that no SBOM lacks it", () => {
    assert.throws(() => listNodeParts({ ...NODE, quantum: "1.0" }), /Node has a new part, quantum/);
  });
});
