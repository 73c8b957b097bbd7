import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { isBinaryPrivateKey } from "../../../../agent/seal/places/key-stores.ts";
import { makeScratch } from "../../support/scratch.ts";
import { listFound, searchHere } from "../../support/search-here.ts";

const PAIRS = {
  rsa: generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ec: generateKeyPairSync("ec", { namedCurve: "prime256v1" }),
  ed25519: generateKeyPairSync("ed25519"),
};
const der = (name: keyof typeof PAIRS, type: "pkcs8" | "pkcs1" | "sec1"): Buffer =>
  PAIRS[name].privateKey.export({ format: "der", type });

describe("a key in binary form", () => {
  it("is known by its head: RSA's, of an elliptic curve, Ed25519's, OpenPGP's", () => {
    const keys = [
      der("rsa", "pkcs8"),
      der("rsa", "pkcs1"),
      der("ec", "pkcs8"),
      der("ec", "sec1"),
      der("ed25519", "pkcs8"),
      Buffer.from("945804".padEnd(64, "01"), "hex"),
    ];
    for (const key of keys) assert.ok(isBinaryPrivateKey(key), key.toString("hex", 0, 32));
  });

  it("is none where it is public, and nor is anything else", () => {
    for (const { publicKey } of Object.values(PAIRS))
      assert.ok(!isBinaryPrivateKey(publicKey.export({ format: "der", type: "spki" })));
    for (const other of [Buffer.alloc(0), Buffer.alloc(300), Buffer.from("0123456789"), Buffer.from("99010d04", "hex")])
      assert.ok(!isBinaryPrivateKey(other));
  });

  it("is found in a file of the usual names", async () => {
    const { root, path, write } = makeScratch();
    write("opt/x", "");
    writeFileSync(path("opt/jwt.der"), der("rsa", "pkcs8"));
    writeFileSync(path("opt/signing-key"), der("ec", "sec1"));
    assert.deepEqual(listFound(await searchHere(root)), [
      "binary-private-key /opt/jwt.der",
      "binary-private-key /opt/signing-key",
    ]);
  });
});
