import assert from "node:assert/strict";
import { inspect } from "node:util";
import { extractKeys } from "../../../agent/aws/extract-keys.ts";
import { Refusal } from "../../../agent/refusal.ts";
import type { SecretStep } from "../../../agent/plan/plan.ts";

const CANARY = "hunter2-canary";

function step(...keys: string[]): SecretStep {
  const common = { owner: "root", group: null, mode: 0o400 };
  return {
    kind: "secret",
    name: "db",
    id: "prod/db",
    region: null,
    keys: keys.map((key) => ({ key, path: null, ...common })),
  };
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

  it("gives the whole value, text or binary byte for byte, for the key '.'", () => {
    assert.equal(text({ SecretString: "no json" }, "."), "no json");
    const bytes = Uint8Array.of(0, 255, 10, 128);
    assert.deepEqual([...extractKeys(step("."), { SecretBinary: bytes }).get(".")!.reveal()], [0, 255, 10, 128]);
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
    ["a binary secret", { SecretBinary: Buffer.from(CANARY) }, /is binary/],
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

  it("is gone after it was erased", () => {
    const bytes = value.reveal();
    value.erase();
    assert.ok(bytes.every((byte) => byte === 0));
    assert.throws(() => value.reveal(), /has been erased/);
  });
});
