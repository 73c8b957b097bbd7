import assert from "node:assert/strict";
import { KNOWN_PLACES } from "../../../../agent/seal/places/known-places.ts";
import { OWN_RULES } from "../../../../agent/seal/rules/own-rules.ts";
import { assertWithin } from "../../../support/slowness.ts";
import { kindsOf, ruleSet, scan } from "../../support/search-here.ts";

describe("the rules", () => {
  it("are those of a release of gitleaks and of our own, each with its name and its keywords", () => {
    const { rules, source } = ruleSet();
    assert.match(source, /^gitleaks v8\.\d+\.\d+, /);
    assert.ok(rules.length > 200);
    const names = [...rules.map(({ id }) => id), ...KNOWN_PLACES.map(({ id }) => id)];
    const twice = names.filter((name, index) => names.indexOf(name) !== index);
    // A place and a rule of the field that mean the same.
    assert.deepEqual(twice, ["nuget-config-password"]);
    for (const { id, keywords } of rules) {
      assert.ok(keywords.length > 0, id);
      for (const keyword of keywords) assert.match(keyword, /^[^A-Z]{3,}$/, id);
    }
  });

  it("carry the licence of those that are not ours", async () => {
    const { readCarried } = await import("../../../../agent/carried.ts");
    const { licence } = JSON.parse(readCarried("agent/seal/rules/gitleaks.json")) as { licence: string[] };
    assert.equal(licence[0], "MIT License");
    assert.match(licence.join("\n"), /Copyright \(c\) 2019 Zachary Rice/);
  });

  // Repeats of what their expressions have in them, around each of their keywords.
  it("take no more than moments on the worst of texts", () => {
    const fills = [
      "a",
      "0",
      "_",
      "-",
      "=",
      ":",
      " ",
      "\n",
      "'",
      "\\n",
      "a=",
      "a.",
      "a-",
      "eyJ",
      "key=",
      "a:b@",
      "data:\n",
      "/",
      "$6$a",
      "%",
    ];
    for (const { id, regex, keywords } of ruleSet().rules) {
      const before = process.threadCpuUsage();
      for (const fill of fills)
        for (const keyword of keywords.slice(0, 3)) {
          const text = fill.repeat(160 / fill.length) + keyword + fill.repeat(1_088 / fill.length);
          regex.lastIndex = 0;
          while (regex.exec(text) !== null && regex.lastIndex > 0);
        }
      const { user, system } = process.threadCpuUsage(before);
      assertWithin(200, (user + system) / 1_000, id);
    }
  });
});

describe("what is no credential", () => {
  const join = (...pieces: string[]): string => pieces.join("");
  for (const [what, text, path] of [
    ["the documentation's key id", join("AKIA", "IOSFODNN7EXAMPLE")],
    ["the documentation's secret key", join("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/", "bPxRfiCYEXAMPLEKEY")],
    ["a GitHub token whose checksum is wrong", join("gh", "p_", "zQWBuTSOoRi4A9spHcVY", "5ncnsDkxkJ0mLq18")],
    [
      "a JWT whose header is none",
      join("eyJ", "hbGciOiJIUzI1NiIsInR5cCI6", ".eyJzdWIiOiIxMjM0NTY3ODkwIiwi.abcdefghijklmnopqr"),
    ],
    [
      "a private key that is only talked of",
      "-----BEGIN PRIVATE KEY-----\n... your key here ...\n-----END PRIVATE KEY-----\n",
    ],
    ["a certificate", `-----BEGIN CERTIFICATE-----\n${"MIIC".repeat(40)}\n-----END CERTIFICATE-----\n`],
    ["a public key", `-----BEGIN PUBLIC KEY-----\n${"MIIC".repeat(40)}\n-----END PUBLIC KEY-----\n`],
    ["a variable in an environment file", "DB_PASSWORD=${DB_PASSWORD}\nTOKEN=$TOKEN\n", "etc/default/app"],
    [
      "a path in a unit",
      "[Service]\nEnvironment=PGPASSWORD_FILE=/run/x DB_PASSWORD=%d/db\n",
      "etc/systemd/system/a.service",
    ],
    ["LoadCredential= in a unit", "[Service]\nLoadCredential=db.password:/run/x\n", "etc/systemd/system/a.service"],
    [
      "a URL without a password, or with an example's",
      "https://user@example.com/ https://abc:xyz@api.example.com/ postgres://user:password@db/ http://[::1]:80/@x",
    ],
    ["a template's hole", "password: {{ secrets.db.password.value }}\n", "opt/app/config.yaml"],
    ["sshd's options", "PasswordAuthentication no\nPermitEmptyPasswords no\n", "etc/ssh/sshd_config.conf"],
    ["an encoded certificate", Buffer.from(`-----BEGIN CERTIFICATE-----\n${"MIIC".repeat(40)}\n`).toString("base64")],
    ["a public JSON Web Key", `{"kty":"RSA","n":"${"Ab3_".repeat(80)}","e":"AQAB"}`],
    [
      "a script that asks for a password, reads it from a file, or is told",
      'mysql -u root -p\nmysql --protocol=tcp --print-defaults\nmysqldump --password="$PASSWORD"\nx --password-file /run/x --secret-id prod/db\ncurl -u "$NAME:$PASSWORD" https://intern.io\ncurl -fsS http://app-users:8080/status\nx --password-stdin\n',
      "usr/local/bin/x",
    ],
    [
      "settings that read their values elsewhere",
      'password: process.env.DB_PASSWORD,\nSECRET_KEY = os.environ["SECRET_KEY"]\n',
      "srv/app/config.js",
    ],
    [
      "an example in a package of a language",
      'password: "Tr0ub4dor&3x"\napi_key = "x9Kq2LmZp7Rt4Vw8Yb1N"\n',
      "opt/venv/lib/python3.11/site-packages/botocore/data/examples.json",
    ],
    ["the documentation's session token", join("AQoD", "YXdzEPT//////////wEXAMPLE", "tc764bNrC9SAPBSM22".repeat(6))],
    [
      "a setting with password in its name",
      "password_encryption = scram-sha-256\nmin_password_length = 12\n",
      "etc/app.conf",
    ],
  ] as const)
    it(`is ${what}`, () => assert.deepEqual(kindsOf(scan(Buffer.from(text), path)), []));

  it("has no rule of ours without a sentence", () => {
    assert.deepEqual(
      OWN_RULES.filter(({ what }) => what === undefined),
      [],
    );
  });
});
