import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { cleanCollection } from "../../../agent/logs/clean-collection.ts";
import type { Collected } from "../../../agent/logs/collection.ts";
import { PLANTED_PLACES, PLANTED_TOKENS } from "../support/planted.ts";

async function clean(files: Readonly<Record<string, string>>) {
  const entries: Collected[] = Object.entries(files).map(([path, text]) => ({
    name: path,
    path,
    bytes: Buffer.from(text),
  }));
  const { entries: left, missing, taken, accounts } = await cleanCollection({ entries, missing: [] });
  return {
    texts: Object.fromEntries(left.map(({ name, bytes }) => [name, bytes.toString("utf8")])),
    missing,
    taken: taken.map(({ name, kind, count }) => `${name}: ${count} × ${kind}`),
    accounts,
  };
}

describe("what goes into a bug report", () => {
  it("has no values that a name says are secret, in config, units, variables and JSON", async () => {
    const { texts } = await clean({
      "etc/parbake/parbake.yaml": "vars: { db_password: c4n4ry-1, domain: example.com }\n",
      "journal/parbake.json": String.raw`{"MESSAGE":"got {\"api_token\": \"c4n4ry-2\"} and went on"}` + "\n",
      "systemd/cat.txt":
        "[Service]\nEnvironment=A=c4n4ry-3 B='c4n4ry-4 x' \\\n  C=c4n4ry-5\nUser=app\nSetCredential=x:c4n4ry-6\n",
      "systemd/show.txt": "ExecStart={ argv[]=/usr/bin/app --password=c4n4ry-7 ; }\nEnvironment=D=c4n4ry-8\n",
      "files/proc/cmdline": "ro systemd.set_credential=db:c4n4ry-9 quiet\n",
    });
    for (const [name, text] of Object.entries(texts)) assert.ok(!text.includes("c4n4ry"), `${name}: ${text}`);
    assert.match(texts["etc/parbake/parbake.yaml"]!, /domain: example\.com/);
    assert.equal(
      texts["systemd/cat.txt"],
      "[Service]\nEnvironment=[taken out: value] of A, B, C\nUser=app\nSetCredential=[taken out: value]\n",
    );
    assert.equal(texts["files/proc/cmdline"], "ro systemd.set_credential=[taken out: credential] quiet\n");
  });

  it("has nothing below the name of a secret in a config, one that no run would take too", async () => {
    const { texts } = await clean({
      "etc/parbake/parbake.yaml": "apps: [\nvars: 1\n",
      "etc/parbake/parbake.d/1.yaml":
        'é: 1\nvars: { password: { current: c4n4ry }, passwords: [x, { a: "c4n4ry" }], DBPASS: c4n4ry, pass_through: shown }\n',
      "etc/parbake/parbake.d/2.yaml": "vars:\n  pass: |\n    c4n4ry\n  port: 1\n",
    });
    assert.equal(
      texts["etc/parbake/parbake.d/1.yaml"],
      "é: 1\nvars: { password: { current: [taken out: secret-by-name] }, passwords: [[taken out: secret-by-name], " +
        '{ a: "[taken out: secret-by-name]" }], DBPASS: [taken out: secret-by-name], pass_through: shown }\n',
    );
    assert.equal(texts["etc/parbake/parbake.d/2.yaml"], "vars:\n  pass: [taken out: secret-by-name]\n  port: 1\n");
    assert.equal(texts["etc/parbake/parbake.yaml"], "apps: [\nvars: 1\n");
  });

  it("keeps of the environment file what says where AWS is, and the names of the rest", async () => {
    const text =
      "AWS_ENDPOINT_URL=http://127.0.0.1:5000\nexport SEED=c4n4ry\nAWS_SESSION_TOKEN=c4n4ry\nHTTPS_PROXY=http://u:c4n4ry-pw1@proxy:3128\n";
    const { texts } = await clean({ "etc/parbake/environment": text });
    assert.equal(
      texts["etc/parbake/environment"],
      "AWS_ENDPOINT_URL=http://127.0.0.1:5000\nexport SEED=[taken out: value]\nAWS_SESSION_TOKEN=[taken out: value]\n" +
        "HTTPS_PROXY=http://u:[taken out: url-password]@proxy:3128\n",
    );
  });

  it("has nothing of a variable that goes over lines, is commented out, or whose setting has blanks", async () => {
    const { texts } = await clean({
      "etc/parbake/environment":
        `\uFEFFFIRST=c4n4ry\nSEED="one c4n4ry\ntwo c4n4ry"\nSALT='one\n c4n4ry'\nIT=it's c4n4ry\n#OLD=c4n4ry\nCUT=a\u2028c4n4ry\n` +
        'GO=a \\\n  c4n4ry\nESCAPED="a\\" c4n4ry\nb"\nNO_PROXY=10.0.0.1\nMORE=c4n4ry\nOPEN="never c4n4ry\nclosed c4n4ry\n',
      "config/templates/x.conf":
        "[Service]\nEnvironment = A=c4n4ry\nEnvironment=B=c4n4ry \\\n# a note\n; another \\\n  C=c4n4ry\nUser=app\n" +
        "Environment=D=1 \\\r\n  E=c4n4ry\r\nGroup=app\n",
      "files/proc/cmdline": `ro systemd.setenv=A=c4n4ry systemd.setenv="B=c4n4ry c4n4ry" systemd.set-credential=x:c4n4ry "systemd.setenv=C=c4n4ry c4n4ry" quiet\n`,
    });
    for (const [name, text] of Object.entries(texts)) assert.ok(!text.includes("c4n4ry"), `${name}: ${text}`);
    assert.match(texts["etc/parbake/environment"]!, /^NO_PROXY=10\.0\.0\.1$/m);
    assert.match(texts["config/templates/x.conf"]!, /^User=app\n(?:[^]*\n)?Group=app$/m);
    assert.match(texts["files/proc/cmdline"]!, /^ro .* quiet$/m);
  });

  it("has no password of a URL, however short, nor a token in its place; a database's user stays", async () => {
    const { texts } = await clean({
      "etc/parbake/environment": "HTTPS_PROXY=http://u:c4n@proxy:3128\nhttp_proxy=http://c4n4ry9@proxy:3128\n",
      "config/templates/x.hbs":
        "a: postgres://app:c4n@db/x\nb: postgres://app@db/x\nc: redis://:c4n@cache\nd: http://proxy:3128/a@b\n" +
        "e: http://app:{{secrets.db.password.value}}@db\n",
    });
    for (const [name, text] of Object.entries(texts)) assert.ok(!text.includes("c4n"), `${name}: ${text}`);
    assert.match(texts["config/templates/x.hbs"]!, /^b: postgres:\/\/app@db\/x$/m);
    assert.match(texts["config/templates/x.hbs"]!, /^d: http:\/\/proxy:3128\/a@b\ne: .*\.password\.value\}\}@db$/m);
  });

  it("has no credential in the name of a file, be it in the archive or not", async () => {
    const key = ["AKIA", "Q3EGT7NDXYZPWL5K"].join("");
    const entries = ["a", "b"].map((each) => ({ name: `config/templates/${key}.hbs`, bytes: Buffer.from(each) }));
    const binary = { name: `config/templates/token=c4n4ry-2x9`, bytes: Buffer.from([0]) };
    const account = { name: "config/templates/arn:aws:iam::222233334444:role.hbs", bytes: Buffer.from("222233334444") };
    const { entries: left, ...rest } = await cleanCollection({
      entries: [...entries, binary, account],
      missing: [{ what: "/etc/parbake/templates/password=c4n4ry-1x9", why: "it is a symlink, which is not followed" }],
    });
    const names = left.map(({ name }) => name);
    const told = JSON.stringify([names, rest]);
    for (const secret of [key, "c4n4ry", "222233334444"]) assert.ok(!told.includes(secret), told);
    assert.equal(new Set(names).size, 3);
    assert.equal(left[2]!.bytes.toString(), "000000000001");
  });

  it("has no private key, however long, and on however many lines of a journal", async () => {
    const { privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 4096,
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    const lines = privateKey.trim().split("\n");
    const journal = lines.map((line) => `Nov 30 01:02:03 host app[1]: ${line}`).join("\n");
    const { texts } = await clean({
      "etc/parbake/templates/x.hbs": `before\n${privateKey}after\n`,
      "journal/parbake.txt": `${journal}\nafter\n`,
      "journal/parbake.json": JSON.stringify({ MESSAGE: privateKey }),
    });
    for (const [name, text] of Object.entries(texts))
      for (const line of lines.slice(1, -1)) assert.ok(!text.includes(line), `${name}: ${text.slice(0, 200)}`);
    assert.equal(texts["etc/parbake/templates/x.hbs"], "before\n[taken out: private-key]\nafter\n");
  });

  it("has not elsewhere what is a secret in one place, unless it is a word", async () => {
    const { texts } = await clean({
      "etc/parbake/parbake.yaml": "vars:\n  password: Xk29-c4n4ry\n  passphrase: postgres\n",
      "journal/parbake.txt": "app said Xk29-c4n4ry to postgres\n",
    });
    assert.equal(texts["journal/parbake.txt"], "app said [taken out: password-in-config] to postgres\n");
  });

  it("is text alone, and no file that is a credential as a whole", async () => {
    const { texts, missing } = await clean({
      "etc/parbake/store.p12": "\u0000\u0001",
      "etc/shadow": "root:$y$j9T$abcdefgh$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:1::::::\n",
      "etc/ssh/ssh_host_ed25519_key": "-----BEGIN OPENSSH PRIVATE KEY-----\nx\n",
    });
    assert.ok(missing.some(({ what, why }) => what === "etc/parbake/store.p12" && why === "it is no text"));
    assert.ok(!JSON.stringify(texts).includes("aaaaaaaa"));
  });

  it("tells what was taken out of what, and leaves the rest byte for byte", async () => {
    const same =
      "größe: 1\nheapBytes: 137438953472\nsecrets: { db: { id: prod/db, keys: { password: { file: db/password } } } }\n";
    const arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x";
    const { texts, taken, accounts } = await clean({ "a.txt": same, "b.txt": `token=c4n4ry-1x ${arn}\n` });
    assert.equal(texts["a.txt"], same);
    assert.equal(
      texts["b.txt"],
      `token=[taken out: password-in-unit] ${arn.replace("111122223333", "000000000001")}\n`,
    );
    assert.deepEqual([taken, accounts], [["b.txt: 1 × password-in-unit"], 1]);
  });
});

describe("every kind of credential that seal knows", () => {
  // Its own records are what a report is made of.
  const others = [...PLANTED_TOKENS, ...PLANTED_PLACES].filter(({ kind }) => kind !== "parbake-state");
  for (const { kind, path, text, secret } of others)
    it(`does not get out: ${kind}`, async () => {
      const { texts } = await clean({ [path]: text });
      assert.ok(!JSON.stringify(texts).includes(JSON.stringify(secret).slice(1, -1)), JSON.stringify(texts));
    });
});
