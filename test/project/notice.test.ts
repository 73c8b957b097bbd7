import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { formatNotice, NOTICE } from "../../scripts/packaging/write-notice.ts";

describe("NOTICE", () => {
  it("is what the bundler keeps: `scripts/node scripts/packaging/write-notice.ts` writes it anew", async () => {
    assert.equal(readFileSync(NOTICE, "utf8"), await formatNotice());
  });

  it("names packages, data, Node and its parts, and has the licence of each", () => {
    const notice = readFileSync(NOTICE, "utf8");
    for (const work of [
      "handlebars",
      "winston",
      "@aws-sdk/client-secrets-manager",
      "node",
      "openssl",
      "v8",
      "icu",
      "gitleaks-rules",
    ])
      assert.match(notice, new RegExp(`^  ${work} \\d[^ ]*, [\\w.-]+$`, "m"), work);
    for (const owner of [
      "Copyright (C) 2011-2019 by Yehuda Katz",
      "Copyright (c) 2019 Zachary Rice",
      "UNICODE LICENSE V3",
      "- OpenSSL, located at",
    ])
      assert.ok(notice.includes(owner), owner);
  });

  it("has nothing that is in Node's distribution and not in the program, and all of it that is", () => {
    const places = [...readFileSync(NOTICE, "utf8").matchAll(/^- .*, located at ([^,]+), is licensed/gm)].map(
      ([, place]) => place!,
    );
    assert.deepEqual(
      places.filter((place) => /^(?:deps\/npm|deps\/corepack|tools|test)\b/.test(place)),
      [],
    );
    for (const place of ["deps/undici", "deps/zstd", "lib/internal/fs/cp"]) assert.ok(places.includes(place), place);
    assert.equal(places.length, 35);
  });
});
