// The secrets' part of apply and plan, from the command line to the files: run in this process against an emulator.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../../../agent/run.ts";
import { startEmulator, type Emulator } from "../../../scripts/emulator/emulator.ts";
import type { WorldInput } from "../../../scripts/emulator/world.ts";
import { makeFolder } from "../../support/folders.ts";
import { startProxy } from "../support/tls-front.ts";

const CONFIG = `secretsGuarantee: swappable
secrets:
  db:
    id: prod/db
    keys:
      password: { file: db/password, previous: { file: db/password.previous, mode: "0440" } }
      a-b.c: {}
      host: { pointer: /hosts/0/name, newline: ensure, file: db/host }
  key: { id: prod/key, keys: { ".": { file: key } } }
  unused: { id: prod/unused, keys: { x: {} } }
files:
  - template: api.env.hbs
    path: /run/parbake/secrets/api.env
    mode: "0400"
`;
const TEMPLATE = `ODD={{secrets.db.[a-b.c].value}}
OLD={{secrets.db.password.previous.value}}
FILES={{secrets.db.password.path}}:{{secrets.db.password.previous.path}}
`;
const version = (password: string) => JSON.stringify({ password, "a-b.c": 1.5, hosts: [{ name: "db1" }] });
const FIRST = "00000000-0000-4000-8000-000000000001";
const WORLD: WorldInput = {
  secrets: [
    { name: "prod/db", versions: [{ id: FIRST, string: version("one") }] },
    { name: "prod/key", versions: [{ binaryBase64: "AAEC/wo=" }] },
  ],
};

interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

describe("secrets, from the command line", () => {
  let emulator: Emulator;
  let root: string;

  beforeEach(async function () {
    // What holds secrets must be memory.
    if (!existsSync("/dev/shm")) return this.skip();
    emulator = await startEmulator({ world: WORLD });
    root = makeFolder("/dev/shm", "test", "test");
    write("etc/passwd", `root:x:${process.getuid!()}:${process.getgid!()}::/:/bin/false\n`);
    write("etc/group", `root:x:${process.getgid!()}:\n`);
    write("etc/parbake/parbake.yaml", CONFIG);
    write("etc/parbake/templates/api.env.hbs", TEMPLATE);
    mkdirSync(join(root, "run/parbake/secrets"), { recursive: true });
  });
  afterEach(async () => {
    assert.deepEqual(emulator.surprises, []);
    await emulator.close();
  });

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  const parbake = (...words: string[]) => parbakeWithin("5s", ...words);
  let proxies: Readonly<Record<string, string>> = {};

  async function parbakeWithin(deadline: string, ...words: string[]): Promise<Outcome> {
    const told = { out: "", err: "" };
    const status = await run([...words, "--root", root, "--deadline", deadline], {
      environment: {
        ...proxies,
        AWS_EC2_METADATA_SERVICE_ENDPOINT: emulator.endpoint,
        AWS_ENDPOINT_URL: emulator.endpoint,
      },
      writeOut: (text) => (told.out += text),
      writeError: (text) => (told.err += text),
      isTerminalOut: false,
      isTerminalError: false,
      rewrite: () => {},
    });
    return { status, ...told };
  }

  const secret = (path: string): string => readFileSync(join(root, "run/parbake/secrets", path), "latin1");
  const calls = (): string[] =>
    emulator.requests.flatMap(({ service, operation }) => (service === "secretsmanager" ? [operation ?? ""] : []));

  it("lie where the config says, binary byte by byte, both versions, keys by name and by pointer", async () => {
    assert.equal((await parbake("apply")).status, 0);
    assert.equal(secret("db/password"), "one");
    assert.equal(secret("db/password.previous"), "one", "never rotated: there is but one");
    assert.equal(secret("db/host"), "db1\n");
    assert.equal(secret("key"), "\x00\x01\x02\xff\n");
    assert.equal(statSync(join(root, "run/parbake/secrets/db/password.previous")).mode & 0o7777, 0o440);

    emulator.setSecret("prod/db", { string: version("two") });
    assert.equal((await parbake("apply")).status, 0);
    assert.equal(secret("db/password"), "two");
    assert.equal(secret("db/password.previous"), "one");
    const folder = "/run/parbake/secrets";
    const files = `FILES=${folder}/db/password:${folder}/db/password.previous\n`;
    assert.equal(secret("api.env"), `ODD=1.5\nOLD=one\n${files}`);
  });

  it("come in batches where the config asks for them", async () => {
    write("etc/parbake/parbake.d/aws.yaml", "aws: { batch: true, startJitter: 10ms }\n");
    const { status, err } = await parbake("apply");
    assert.equal(status, 0, err);
    assert.equal(secret("key"), "\x00\x01\x02\xff\n");
    // A batch cannot ask for the version before, and no such version exists yet.
    assert.deepEqual(calls().toSorted(), ["BatchGetSecretValue", "GetSecretValue", "GetSecretValue"]);
    assert.match(err, /waiting for this instance's turn/);
  });

  it("come by the proxy that is set, and the role's credentials never do", async () => {
    const proxy = await startProxy(null);
    proxies = { HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    const { status, err } = await parbake("apply");
    proxies = {};
    await proxy.close();
    assert.equal(status, 0, err);
    assert.deepEqual(new Set(proxy.asked), new Set([`POST ${emulator.endpoint}/`]));
    assert.ok(emulator.requests.some(({ path }) => path.endsWith("/security-credentials/web")));
  });

  it("are never asked for by a plan, nor is the role, in the bake or here", async () => {
    assert.equal((await parbake("plan", "--instance-type", "m7g.large")).status, 0);
    assert.equal(emulator.requests.length, 0);
    const { status, out } = await parbake("plan");
    assert.equal(status, 0);
    assert.match(out, /prod\/db@AWSPREVIOUS#password +→ +\/run\/parbake\/secrets\/db\/password\.previous/);
    assert.deepEqual(calls(), []);
    assert.ok(emulator.requests.every(({ path }) => !path.includes("security-credentials")));
  });

  it("are described by plan --check-access if the plan needs them, and never read", async () => {
    const { status, out } = await parbake("plan", "--check-access");
    assert.equal(status, 0);
    assert.match(
      out,
      /access, by DescribeSecret\n {2}ok {2}db +prod\/db in eu-west-1 +version 0{8}-0000-4000-8000-0{11}1\n {2}ok {2}db\.prev/,
    );
    assert.deepEqual([...new Set(calls())], ["DescribeSecret"]);
    assert.doesNotMatch(out, /prod\/unused in/);
  });

  const troubles = [
    [
      "denied",
      { state: "denied" },
      77,
      "permission",
      /role web may not call secretsmanager:DescribeSecret on arn:aws:secretsmanager:eu-west-1:\*:secret:prod\/key-/,
    ],
    ["scheduled for deletion", { state: "deleted" }, 65, "data", /scheduled for deletion/],
    ["without the stage", { versions: [{ stages: ["old"], string: "x" }] }, 65, "data", /It has old/],
  ] as const;
  for (const [title, change, status, code, problem] of troubles) {
    it(`make plan --check-access end with ${status} where one is ${title}`, async () => {
      const [db, key] = WORLD.secrets!;
      emulator.setWorld({ secrets: [db!, { ...key!, ...change }] });
      const text = await parbake("plan", "--check-access");
      assert.equal(text.status, status);
      assert.match(text.out, problem);
      const json = await parbake("plan", "--check-access", "--json", "--detailed-exitcode");
      assert.equal(json.status, status);
      const { access } = JSON.parse(json.out) as { access: { name: string; code: string | null }[] };
      assert.deepEqual(
        access.map((each) => [each.name, each.code]),
        [
          ["db", null],
          ["db.previous", null],
          ["key", code],
        ],
      );
    });
  }

  it("make plan --check-access end with 69 where AWS is away", async () => {
    emulator.setFaults([{ match: { service: "secretsmanager" }, do: { kind: "status", status: 503 } }]);
    const { status, out } = await parbakeWithin("400ms", "plan", "--check-access");
    assert.equal(status, 69);
    assert.match(out, /Secrets Manager reports an internal fault, after \d+ tries until the deadline/);
  });
});
