import assert from "node:assert/strict";
import type { SecretConfig } from "../../../../agent/config/config.ts";
import { parseConfig } from "../../../../agent/config/read/parse-config.ts";
import { formatProblem } from "../../../../agent/refusal.ts";

const ARN = "arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:team.a/db_1-AbCdEf";
const VERSION = "0a1b2c3d-0000-4000-8000-00000000000a";

function parse(text: string) {
  return parseConfig([{ file: "parbake.yaml", text }]);
}

function secretOf(body: string): SecretConfig {
  const result = parse(`secrets: { db: { ${body} } }`);
  assert.equal(result.kind, "config", result.kind === "problems" ? result.problems.map(formatProblem).join("\n") : "");
  return result.kind === "config" ? result.config.secrets[0]! : assert.fail();
}

function problemsOf(text: string): string[] {
  const result = parse(text);
  return result.kind === "problems" ? result.problems.map(formatProblem) : [];
}

const KEYS = "keys: { k: { file: f } }";

describe("a secret in the config", () => {
  it("is the current version of a name in the instance's region unless it says otherwise", () => {
    const { id, region, version, keys } = secretOf(`id: prod/db, ${KEYS}`);
    assert.deepEqual([id, region, version], ["prod/db", null, undefined]);
    assert.deepEqual(Object.keys(keys[0]!), ["key", "file", "owner", "group", "mode", "at"]);
    assert.equal(secretOf(`id: prod/db, stage: AWSCURRENT, ${KEYS}`).version, undefined);
  });

  it("has its ARN's region, in every partition and of any account", () => {
    assert.equal(secretOf(`id: "${ARN}", ${KEYS}`).region, "us-gov-west-1");
    assert.equal(secretOf(`id: "${ARN}", region: us-gov-west-1, ${KEYS}`).region, "us-gov-west-1");
    for (const region of ["eu-west-1", "cn-northwest-1", "us-isob-east-1", "eusc-de-east-1", "ap-southeast-5"]) {
      assert.equal(secretOf(`id: prod/db, region: ${region}, ${KEYS}`).region, region);
    }
  });

  it("may be another stage, the operator's own too, or one version for good", () => {
    for (const stage of ["AWSPREVIOUS", "AWSPENDING", "blue"]) {
      assert.deepEqual(secretOf(`id: x, stage: ${stage}, ${KEYS}`).version, { kind: "stage", stage });
    }
    assert.deepEqual(secretOf(`id: x, version: ${VERSION}, ${KEYS}`).version, { kind: "pinned", versionId: VERSION });
  });

  it("fails while AWS is away unless it says keep, and may act on units when its file changes", () => {
    assert.equal(secretOf(`id: x, ${KEYS}`).onUnavailable, undefined);
    assert.equal(secretOf(`id: x, onUnavailable: fail, ${KEYS}`).onUnavailable, undefined);
    const secret = secretOf("id: x, onUnavailable: keep, keys: { k: { file: f, onChange: { restart: a.service } } }");
    assert.equal(secret.onUnavailable, "keep");
    assert.deepEqual(secret.keys[0]!.onChange, [{ action: "restart", unit: "a.service" }]);
    assert.deepEqual(problemsOf("secrets: { db: { id: x, keys: { k: { onChange: { restart: a.service } } } } }"), [
      "parbake.yaml:1:48: secrets.db.keys.k.onChange: there is no file that could change. " +
        "Give the key a file, or the template that prints it an onChange.",
    ]);
  });

  it("leaves parbake's own names in the secrets folder alone", () => {
    for (const file of ["..data", "..gen-1/x", "..x", ".versions.json"])
      assert.match(
        problemsOf(`secrets: { db: { id: x, keys: { k: { file: "${file}" } } } }`)[0] ?? "",
        /the name \S+ is parbake's own in the secrets folder/,
      );
  });

  it("has keys of any name, by name or by pointer, with a policy for the last newline", () => {
    const { keys } = secretOf(
      'id: x, keys: { "a-b.c": { newline: keep }, host: { pointer: /hosts/0/a~1b, newline: strip }, ".": { newline: ensure } }',
    );
    assert.deepEqual(
      keys.map(({ key, pointer, newline }) => [key, pointer, newline]),
      [
        ["a-b.c", undefined, undefined],
        ["host", "/hosts/0/a~1b", "strip"],
        [".", undefined, "ensure"],
      ],
    );
  });

  it("may want the version before beside it, which is its owner's and as closed unless it says otherwise", () => {
    const key = (previous: string) =>
      secretOf(`id: x, keys: { k: { file: f, owner: api, group: web, mode: "0440", previous: ${previous} } }`).keys[0]!;
    assert.deepEqual(key("{ file: f.old }").previous, { file: "f.old", owner: "api", group: "web", mode: 0o440 });
    assert.deepEqual(key('{ file: g, owner: "0", mode: "0400" }').previous, {
      file: "g",
      owner: "0",
      group: null,
      mode: 0o400,
    });
    assert.deepEqual(key("{}").previous, { file: null, owner: "api", group: "web", mode: 0o440 });
  });

  it("counts the version before in the secrets folder's size, and lets nothing else land on its path", () => {
    const sizeOf = (text: string) => {
      const result = parse(text);
      return result.kind === "config" ? result.config.secretsSizeBytes : NaN;
    };
    const one = "secrets: { db: { id: x, keys: { k: { file: f } } } }";
    const both = "secrets: { db: { id: x, keys: { k: { file: f, previous: { file: g } } } } }";
    assert.equal(sizeOf(both), 2 * sizeOf(one));
    assert.match(problemsOf(both.replace("file: g", "file: f"))[0]!, /secrets\/f is written twice/);
    assert.match(problemsOf(both.replace("file: g", "file: ../g"))[0]!, /the path '\.\.\/g' has \.\. in it/);
  });

  const refused: readonly (readonly [body: string, problem: RegExp])[] = [
    ["id: arn:aws:ssm:eu-west-1:123456789012:parameter/x", /secrets\.db\.id: 'arn:aws:ssm.*is not the ARN of a secret/],
    ["id: arn:aws:secretsmanager:eu-west-1:12:secret:x", /is not the ARN of a secret/],
    ["id: prod db", /'prod db' is not the name of a secret/],
    [`id: "${ARN}", region: eu-west-1`, /secrets\.db\.region: the ARN is in us-gov-west-1/],
    ["id: x, region: eu-west", /'eu-west' is not a region/],
    ["id: x, stage: AWSCURENT", /'AWSCURENT' is not a stage.*AWSCURRENT, AWSPREVIOUS, AWSPENDING/],
    ["id: x, stage: awscurrent", /is not a stage/],
    ["id: x, version: v1", /'v1' is not a version id/],
    [`id: x, version: ${VERSION}, stage: AWSCURRENT`, /secrets\.db\.version: cannot be combined with a stage/],
  ];
  for (const [body, problem] of refused) {
    it(`is refused as { ${body} }`, () => {
      const problems = problemsOf(`secrets: { db: { ${body}, ${KEYS} } }`);
      assert.equal(problems.length, 1, problems.join("\n"));
      assert.match(problems[0]!, problem);
      assert.match(problems[0]!, /^parbake\.yaml:1:\d+: /);
    });
  }

  const refusedKeys: readonly (readonly [key: string, problem: RegExp])[] = [
    ["k: { pointer: hosts/0 }", /keys\.k\.pointer: 'hosts\/0' is not a JSON Pointer/],
    ["k: { pointer: /a~2 }", /is not a JSON Pointer/],
    ['".": { pointer: /a }', /the key '\.' is the whole value/],
    ["k: { newline: add }", /expected keep or strip or ensure, found 'add'/],
    ['k: { previous: { file: g, mode: "0444" } }', /previous\.mode: lets every user read the secret/],
    ["k: { previous: { fil: g } }", /unknown key 'fil' in secrets\.db\.keys\.k\.previous/],
    ["k: { previous: true }", /expected a mapping, found the boolean true/],
  ];
  for (const [key, problem] of refusedKeys) {
    it(`is refused with the key ${key}`, () => {
      const problems = problemsOf(`secrets: { db: { id: x, keys: { ${key} } } }`);
      assert.equal(problems.length, 1, problems.join("\n"));
      assert.match(problems[0]!, problem);
    });
  }

  it("has no version before where it is a stage or a version of its own", () => {
    const keys = "keys: { k: { file: f, previous: { file: g } } }";
    const problems = problemsOf(`secrets: { db: { id: x, stage: AWSPENDING, ${keys} } }`);
    assert.match(problems.join("\n"), /^[^\n]*previous: works only with the secret's current version/);
  });
});

describe("aws in the config", () => {
  const awsOf = (text: string) => {
    const result = parse(`apps: { a: { profile: nginx } }\n${text}`);
    return result.kind === "config" ? result.config.aws : result.problems.map(formatProblem);
  };

  it("asks for each secret alone and at once unless it says otherwise", () => {
    assert.deepEqual(awsOf(""), { batch: false, startJitterMs: 0 });
    assert.deepEqual(awsOf("aws: { batch: true, startJitter: 5s }"), { batch: true, startJitterMs: 5_000 });
    assert.deepEqual(awsOf("aws: { startJitter: 0 }"), { batch: false, startJitterMs: 0 });
  });

  for (const [text, problem] of [
    ["aws: { startJitter: 5 }", /aws\.startJitter: expected a duration up to 10m, found the number 5/],
    ["aws: { startJitter: 11m }", /expected a duration up to 10m, found '11m'/],
    ["aws: { startJitter: soon }", /expected a duration up to 10m, found 'soon'/],
    ["aws: { batch: maybe }", /expected true or false/],
    ["aws: { batsh: true }", /unknown key 'batsh' in aws/],
  ] as const) {
    it(`is refused as ${text}`, () => assert.match(JSON.stringify(awsOf(text)), problem));
  }
});
