import assert from "node:assert/strict";
import { Console } from "node:console";
import { Writable } from "node:stream";
import { format, inspect } from "node:util";
import { SecretValue } from "../../../agent/aws/secret-value.ts";

const VALUE = "hunter2-hunter2";
const SHOWN = "[secret prod/db#password]";

function make(): SecretValue {
  return new SecretValue("prod/db#password", Buffer.from(VALUE));
}

describe("SecretValue", () => {
  const shown: readonly (readonly [how: string, show: (value: SecretValue) => string])[] = [
    ["String()", (value) => String(value)],
    // oxlint-disable-next-line typescript/restrict-template-expressions -- the mistake that is tested
    ["a template literal", (value) => `${value}`],
    ["the sum with a text", (value) => value + ""],
    ["join()", (value) => [value].join()],
    ["JSON.stringify()", (value) => JSON.stringify({ value })],
    ["inspect()", (value) => inspect({ deep: { value } }, { showHidden: true })],
    ["inspect() without its custom function", (value) => inspect(value, { customInspect: false, showHidden: true })],
    ["format(%s)", (value) => format("%s", value)],
    ["format(%j)", (value) => format("%j", value)],
    ["format(%o)", (value) => format("%o", value)],
    ["Object.prototype.toString()", (value) => Object.prototype.toString.call(value).replace("[object ", "[")],
    ["a failed assertion", (value) => messageOf(() => assert.deepEqual(value, "another"))],
    ["a failed assert.ok", (value) => messageOf(() => assert.equal(value, null))],
    ["console.log", (value) => logged(value)],
  ];
  for (const [how, show] of shown)
    it(`shows its label and not its value: ${how}`, () => {
      const text = show(make());
      assert.ok(text.includes(SHOWN), text);
      assert.ok(!text.includes("hunter2"), text);
    });

  it("has no property that a copy could take the value from", () => {
    for (const copy of [structuredClone(make()), Object.assign({}, make())])
      assert.deepEqual(Object.entries(copy), [["label", "prod/db#password"]]);
    assert.deepEqual(Reflect.ownKeys(make()), ["label"]);
  });

  it("is no number and no key in disguise", () => {
    assert.ok(Number.isNaN(Number(make())));
    assert.deepEqual(Object.keys({ [String(make())]: 1 }), [SHOWN]);
  });

  it("zeroes its bytes when it is erased, and gives none out after", () => {
    const bytes = Buffer.from(VALUE);
    const value = new SecretValue("prod/db#password", bytes);
    assert.equal(value.reveal(), bytes);
    value.erase();
    assert.deepEqual(bytes, Buffer.alloc(VALUE.length));
    assert.throws(() => value.reveal(), new Error("the value of prod/db#password has been erased"));
  });
});

function messageOf(work: () => void): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("it did not fail");
}

function logged(value: SecretValue): string {
  let text = "";
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      text += chunk.toString();
      done();
    },
  });
  new Console(stream).log(value);
  return text;
}
