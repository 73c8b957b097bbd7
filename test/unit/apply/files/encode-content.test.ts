import assert from "node:assert/strict";
import { encodeContent } from "../../../../agent/apply/files/encode-content.ts";
import type { ContentPart, SecretPart } from "../../../../agent/formats/content.ts";
import type { Place } from "../../../../agent/formats/encode.ts";
import type { TemplateFormat } from "../../../../agent/formats/format.ts";
import { Refusal } from "../../../../agent/refusal.ts";
import { CANARY, fetched, fileStep } from "../../support/scratch.ts";

function hole(key: string, format: TemplateFormat, place: Place = "alone"): ContentPart {
  return { reference: { secret: "db", key }, format, place };
}

function encodeWith(values: Readonly<Record<string, string | Buffer>>, content: ContentPart[]): string {
  const step = fileStep("/run/parbake/secrets/app.conf", content);
  return encodeContent(step, new Map([["db", fetched(values)]])).toString("utf8");
}

describe("encodeContent", () => {
  it("writes each value as the format wants it where it stands", () => {
    const text = encodeWith({ user: "app", password: 'a"b\\c' }, [
      '{"user": ',
      hole("user", "json"),
      ', "password": "',
      hole("password", "json", "double"),
      '"}',
    ]);
    assert.equal(text, '{"user": "app", "password": "a\\"b\\\\c"}');
  });

  it("writes a number as it is spelled, and true and false, where they are to be read as that", () => {
    const typed = (key: string, type: "number" | "boolean") => ({ ...(hole(key, "json") as SecretPart), type });
    const text = encodeWith({ port: "9007199254740993", rate: "-1.50", tls: "true" }, [
      "[",
      typed("port", "number"),
      ", ",
      typed("rate", "number"),
      ", ",
      typed("tls", "boolean"),
      "]",
    ]);
    assert.equal(text, "[9007199254740993, -1.50, true]");
  });

  it("takes a bug of an encoder for no fault of the value's", () => {
    const part = hole("password", "none" as TemplateFormat);
    assert.throws(() => encodeWith({ password: CANARY }, [part]), TypeError);
  });

  for (const [type, says, fix] of [
    [
      "number",
      "it is not a number as json writes them",
      "Fix the value in Secrets Manager, or take `number` out of x.hbs to print it as text.",
    ],
    [
      "boolean",
      "it is neither true nor false",
      "Fix the value in Secrets Manager, or take `bool` out of x.hbs to print it as text.",
    ],
  ] as const)
    it(`refuses a value that must be a ${type} and is not, and never shows the value`, () => {
      const part = { ...(hole("port", "json") as SecretPart), type };
      for (const port of [CANARY, `5432 ${CANARY}`, "0x10", "007", "1 ", "", "True", "NaN", "5432\n"])
        assert.throws(
          () => encodeWith({ port }, ["[", part, "]"]),
          new Refusal(
            "data",
            { what: `/run/parbake/secrets/app.conf cannot hold the secret prod/db#port: ${says}`, fix },
            { isRetryable: true },
          ),
        );
    });

  it("says that systemd would expand the $ of a value in a command", () => {
    const content = ["[Service]\nExecStart=/a ", hole("password", "systemd"), "\n"];
    assert.throws(
      () => encodeWith({ password: `x$${CANARY}` }, content),
      (error) => {
        assert.ok(error instanceof Refusal);
        assert.match(error.message, /prod\/db#password: where \S+ prints it, systemd expands the \$ in it/);
        assert.equal(error.message.includes(CANARY), false);
        return true;
      },
    );
  });

  it("refuses bytes that are no text, naming the label and never the value", () => {
    const value = Buffer.concat([Buffer.from(CANARY), Buffer.from([0xff])]);
    assert.throws(
      () => encodeWith({ password: value }, ["x=", hole("password", "text")]),
      new Refusal(
        "data",
        {
          what: "/run/parbake/secrets/app.conf cannot hold the secret prod/db#password: it is not text (UTF-8)",
          fix: "Give the key a file of its own, and print that file's path.",
        },
        { isRetryable: true },
      ),
    );
  });

  it("refuses a value that the format cannot hold, naming the label and never the value", () => {
    assert.throws(
      () => encodeWith({ password: `${CANARY}\0` }, ["x=", hole("password", "env")]),
      (error) => {
        assert.ok(error instanceof Refusal);
        assert.match(error.message, /cannot hold the secret prod\/db#password: /);
        assert.equal(error.message.includes(CANARY), false);
        assert.equal(error.cause, undefined);
        return true;
      },
    );
  });

  it("refuses a value that would not be read back, naming label, format and template and never the value", () => {
    const content = ["A=x\\", hole("password", "env", "double"), "\n"];
    assert.throws(
      () => encodeWith({ password: `$${CANARY}` }, content),
      (error) => {
        assert.ok(error instanceof Refusal);
        assert.match(error.message, /cannot hold the secret prod\/db#password: where \S+ prints it, env would not/);
        assert.equal(error.message.includes(CANARY), false);
        return true;
      },
    );
  });
});
