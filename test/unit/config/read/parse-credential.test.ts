import assert from "node:assert/strict";
import { parseConfig } from "../../../../agent/config/read/parse-config.ts";

function parse(text: string): ReturnType<typeof parseConfig> {
  return parseConfig([{ file: "parbake.yaml", text }]);
}

/** The credentials of the keys of a secret `db`, or what is said against them. */
function credentialsOf(keys: string, more = ""): unknown {
  const result = parse(`secrets: { db: { id: prod/db, keys: { ${keys} } } }\n${more}`);
  if (result.kind === "problems") return result.problems.map(({ what }) => what);
  return result.config.secrets.flatMap((secret) => secret.keys.map(({ credential }) => credential));
}

describe("what systemd hands over of a secret", () => {
  it("is named after the secret and the key, and the whole after the secret alone", () => {
    assert.deepEqual(
      credentialsOf("password: { file: p, units: [api.service] }, .: { file: w, units: [a@.service] }"),
      [
        { name: "db.password", units: ["api.service"] },
        { name: "db", units: ["a@.service"] },
      ],
    );
  });

  it("has the name that it is given, and needs no unit: it is in the credential store", () => {
    assert.deepEqual(credentialsOf("password: { file: p, credential: db-password }"), [
      { name: "db-password", units: [] },
    ]);
  });

  it("is nothing where nothing is said of it", () => {
    assert.deepEqual(credentialsOf("password: { file: p }"), [undefined]);
  });

  for (const [title, keys, problem] of [
    ["no file", "password: { units: [api.service] }", /there is no file that systemd could hand over/],
    ["a key that makes no name", "a/b: { file: p, units: [api.service] }", /'db\.a\/b' is not a name for a credential/],
    ["what would be another option to systemd", 'k: { file: p, credential: "a:b" }', /'a:b' is not a name/],
    ["a unit that is no service", "k: { file: p, units: [api.socket] }", /'api\.socket' is not a service/],
    ["a unit twice", "k: { file: p, units: [a.service, a.service] }", /a\.service is named twice/],
    [
      "one name for two keys",
      "a: { file: a, credential: x }, b: { file: b, credential: x }",
      /credential x is named twice/,
    ],
  ] as const)
    it(`is refused: ${title}`, () => {
      const problems = credentialsOf(keys) as string[];
      assert.equal(problems.length, 1);
      assert.match(problems[0]!, problem);
    });

  it("leaves no room for a file of the config's where parbake's drop-in is to be", () => {
    const path = "/etc/systemd/system/api.service.d/60-parbake-credentials.conf";
    const problems = credentialsOf("k: { file: p }", `files: [{ template: a.conf.hbs, path: ${path} }]`);
    assert.deepEqual(problems, [`${path} is parbake's own`]);
  });
});
