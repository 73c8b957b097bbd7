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
