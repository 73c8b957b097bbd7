import assert from "node:assert/strict";
import { inspect } from "node:util";
import { extractKeys, hasMark } from "../../../agent/aws/extract-keys.ts";
import type { SecretKey, SecretStep } from "../../../agent/plan/plan.ts";
import { Refusal } from "../../../agent/refusal.ts";
import { CANARY, keyOf, stepOf } from "../support/open-source.ts";

function step(...keys: string[]): SecretStep {
  return stepOf("prod/db", { keys: keys.map((key) => keyOf(key)) });
}

function bytesOf(key: SecretKey, answer: object): string {
  return extractKeys(stepOf("prod/db", { keys: [key] }), answer)
    .get(key.key)!
    .reveal()
    .toString("latin1");
}

function whyNot(asked: SecretStep, answer: object): string {
  try {
    extractKeys(asked, answer);
  } catch (error) {
    assert.ok(error instanceof Refusal && error.code === "data");
    return error.message;
  }
  return assert.fail("not refused");
}

function text(answer: object, key: string): string | undefined {
  return extractKeys(step(key), answer).get(key)?.reveal().toString("utf8");
}

describe("extractKeys", () => {
  it("gives strings as they are, numbers, booleans and nested values as compact JSON", () => {
    const SecretString = '{"s":"a b\\n","n":5432,"b":false,"o":{"x":[1]},"a-b.c":"odd","e":""}';
    assert.equal(text({ SecretString }, "s"), "a b\n");
    assert.equal(text({ SecretString }, "n"), "5432");
    assert.equal(text({ SecretString }, "b"), "false");
    assert.equal(text({ SecretString }, "o"), '{"x":[1]}');
    assert.equal(text({ SecretString }, "a-b.c"), "odd");
    assert.equal(text({ SecretString }, "e"), "");
  });

  it("gives a number as it is written, where JavaScript would round or shorten it, nested ones too", () => {
    const SecretString = '{"n":12345678901234567890,"f":1.0,"e":1E3,"o":{"z":[-0,1.50]},"l":[1.10, "a"]}';
    const found = ["n", "f", "e", "o", "l"].map((key) => text({ SecretString }, key));
    assert.deepEqual(found, ["12345678901234567890", "1.0", "1E3", '{"z":[-0,1.50]}', '[1.10,"a"]']);
  });

  it("takes no character of a key for anything but itself", () => {
    const keys = ["a.b", "a-b", "a/b", "/a", "$", "a b", "0", "ключ", "a[0]", "~1"];
    const SecretString = JSON.stringify(Object.fromEntries(keys.map((key, index) => [key, index])));
    assert.deepEqual(
      keys.map((key) => text({ SecretString }, key)),
      keys.map((_, index) => String(index)),
    );
    assert.match(whyNot(step("a.b"), { SecretString: '{"a":{"b":1}}' }), /has no key 'a\.b'/);
  });

  it("follows a JSON Pointer through objects and lists, ~0 and ~1 as RFC 6901 has them", () => {
    const SecretString = '{"hosts":[{"name":"a"},{"name":"b","x/y":{"~":true}}],"":{"":"empty"}}';
    const at = (pointer: string) => bytesOf(keyOf("host", { pointer }), { SecretString });
    assert.equal(at("/hosts/1/name"), "b");
    assert.equal(at("/hosts/1/x~1y/~0"), "true");
    assert.equal(at("/hosts/0"), '{"name":"a"}');
    assert.equal(at("//"), "empty");
    assert.equal(bytesOf(keyOf("first", { pointer: "/0" }), { SecretString: '["one"]' }), "one");
  });

  for (const pointer of [
    "/hosts/2",
    "/hosts/01",
    "/hosts/-",
    "/hosts/length",
    "/hosts/0/name/0",
    "/constructor",
    "/n/rawJSON",
  ]) {
    it(`finds nothing at ${pointer}`, () => {
      const asked = stepOf("prod/db", { keys: [keyOf("host", { pointer })] });
      const answer = { SecretString: '{"hosts":[{"name":"a"},1],"n":5}' };
      assert.ok(whyNot(asked, answer).startsWith(`secret db (prod/db) has no value at ${pointer}. `));
    });
  }

  it("treats a value's last newline as told: kept, taken away, or made sure of", () => {
    const table = [
      ["strip", "pw\r\n\n", "pw"],
      ["strip", "a\nb", "a\nb"],
      ["strip", "\n", ""],
      ["strip", " pw \r", " pw \r"],
      ["ensure", "pem", "pem\n"],
      ["ensure", "pem\n", "pem\n"],
      ["ensure", "", "\n"],
    ] as const;
    for (const [newline, stored, expected] of table) {
      assert.equal(
        bytesOf(keyOf(".", { newline }), { SecretString: stored }),
        expected,
        JSON.stringify([newline, stored]),
      );
      const SecretString = JSON.stringify({ k: stored });
      assert.equal(bytesOf(keyOf("k", { newline }), { SecretString }), expected);
    }
    assert.equal(bytesOf(keyOf("."), { SecretString: "pw\n\n" }), "pw\n\n");
    assert.equal(bytesOf(keyOf(".", { newline: "strip" }), { SecretBinary: Buffer.of(0, 255, 10) }), "\x00\xff");
  });

  it("names the stage or version in the label and in a refusal", () => {
    const previous = stepOf("prod/db", { version: { kind: "previous" } });
    const { label } = extractKeys(previous, { SecretString: '{"password":"x"}' }).get("password")!;
    assert.equal(label, "prod/db@AWSPREVIOUS#password");
    assert.match(whyNot(previous, { SecretString: "{}" }), /^secret db \(prod\/db@AWSPREVIOUS\) has no key 'password'/);
  });

  it("advises vars for what a secret that AWS makes does not have", () => {
    const managed = stepOf("rds!db-0a1b", { keys: [keyOf("host")] });
    assert.match(
      whyNot(managed, { SecretString: '{"username":"x","password":"y"}' }),
      /^secret db \(rds!db-0a1b\) has no key 'host'\. AWS writes this secret itself, as a rule with username and password alone: put what else you need into vars, or correct the key in the config\.$/,
    );
  });

  it("tells all that is missing at once, and what is wrong with the whole once", () => {
    assert.match(whyNot(step("a", "b"), { SecretString: "{}" }), /no key 'a'[^]*no key 'b'/);
    assert.equal(whyNot(step("a", "b"), { SecretString: "x" }).split("\n").length, 1);
  });

  it("gives the whole value, text or binary byte for byte, for the key '.'", () => {
    assert.equal(text({ SecretString: "no json" }, "."), "no json");
    const bytes = Uint8Array.of(0, 255, 10, 128);
    assert.deepEqual([...extractKeys(step("."), { SecretBinary: bytes }).get(".")!.reveal()], [0, 255, 10, 128]);
  });

  it("has keys where the JSON is stored as binary", () => {
    const SecretBinary = Buffer.from('{"password":"pä ✓","port":5432}');
    assert.equal(text({ SecretBinary }, "password"), "pä ✓");
    assert.equal(text({ SecretBinary }, "port"), "5432");
    assert.match(whyNot(step("other"), { SecretBinary }), /has no key 'other'/);
  });

  it("reads keys without the byte order mark before them, which '.' keeps", () => {
    const marked = '\uFEFF{"password":"x"}';
    for (const answer of [{ SecretString: marked }, { SecretBinary: Buffer.from(marked) }]) {
      assert.equal(text(answer, "password"), "x");
      assert.equal(text(answer, "."), marked);
      assert.equal(hasMark(answer), true);
    }
    assert.equal(hasMark({ SecretString: '{"password":"\uFEFF"}' }), false);
    assert.equal(hasMark({ SecretBinary: Buffer.from("{}") }), false);
    assert.equal(hasMark({ SecretBinary: Buffer.alloc(0) }), false);
  });

  it("does not take an inherited property for a key", () => {
    assert.throws(
      () => extractKeys(step("constructor", "__proto__"), { SecretString: "{}" }),
      /no key 'constructor'[^]*no key '__proto__'/,
    );
  });

  const refused: readonly (readonly [title: string, answer: object, message: RegExp])[] = [
    ["text that is not JSON", { SecretString: `${CANARY} not json` }, /is not JSON/],
    ["JSON that is no object", { SecretString: `["${CANARY}"]` }, /is JSON but not an object/],
    ["a missing key", { SecretString: `{"other":"${CANARY}"}` }, /has no key 'password'/],
    ["a null", { SecretString: `{"password":null,"other":"${CANARY}"}` }, /has null for the key 'password'/],
    ["half a character", { SecretString: `{"password":"${CANARY}\\ud83d"}` }, /half of a surrogate pair/],
    ["a JSON null", { SecretString: "null" }, /is JSON but not an object/],
    ["a JSON number", { SecretString: "5" }, /is JSON but not an object/],
    ["a binary secret", { SecretBinary: Buffer.from(CANARY) }, /is binary and not JSON, so it has no keys/],
    [
      "bytes that are no text",
      { SecretBinary: Buffer.from(`{"p":"\xff${CANARY}"}`, "latin1") },
      /is binary and not UTF-8 text/,
    ],
    ["UTF-16 with its mark", { SecretBinary: Buffer.from(`\uFEFF{"p":"${CANARY}"}`, "utf16le") }, /is UTF-16/],
    ["UTF-16 without a mark", { SecretBinary: Buffer.from(`{"p":"${CANARY}"}`, "utf16le") }, /is UTF-16/],
    ["UTF-16, big end first", { SecretBinary: Buffer.from(`{"p":"${CANARY}"}`, "utf16le").swap16() }, /is UTF-16/],
    ["an empty binary", { SecretBinary: Buffer.alloc(0) }, /is binary and not JSON/],
    ["a value that is no text", { SecretString: { password: CANARY } }, /is not JSON/],
    ["a value that is null", { SecretString: null }, /is not JSON/],
    [
      "JSON that is too deep",
      { SecretString: `${"[".repeat(30_000)}"${CANARY}"${"]".repeat(30_000)}` },
      /nests too deep/,
    ],
    ["two marks", { SecretString: `\uFEFF\uFEFF{"password":"${CANARY}"}` }, /is not JSON/],
  ];
  for (const [title, answer, message] of refused) {
    it(`refuses ${title} without quoting the secret`, () => {
      assert.throws(
        () => extractKeys(step("password"), answer),
        (error) => {
          assert.ok(error instanceof Refusal && error.code === "data");
          assert.match(error.message, message);
          assert.ok(!inspect(error, { depth: null, showHidden: true }).includes(CANARY));
          return true;
        },
      );
    });
  }
});

describe("SecretValue", () => {
  const value = extractKeys(step("password"), { SecretString: `{"password":"${CANARY}"}` }).get("password")!;

  it("shows its label wherever it is printed", () => {
    assert.equal(String(value), "[secret prod/db#password]");
    assert.equal(JSON.stringify({ value }), '{"value":"[secret prod/db#password]"}');
    assert.equal(inspect({ value }, { depth: null, showHidden: true }), "{ value: [secret prod/db#password] }");
  });

  it("has no bytes after it was erased", () => {
    const bytes = value.reveal();
    value.erase();
    assert.ok(bytes.every((byte) => byte === 0));
    assert.throws(() => value.reveal(), /has been erased/);
  });
});
