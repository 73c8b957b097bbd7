import assert from "node:assert/strict";
import { bootWithSecrets } from "./support/boot-with-secrets.ts";
import { rotateSecret } from "./support/cloud.ts";
import { bakeCredentialsImage } from "./support/credentials-image.ts";
import type { Machine } from "./support/machine.ts";
import { describeWhere } from "./support/requirements.ts";
import { openSite, SITE_REQUIREMENTS, type Site } from "./support/site.ts";

const ROOT = "/run/scratch";
const FOLDER = `${ROOT}/run/parbake/secrets`;
const ENDPOINT = "AWS_ENDPOINT_URL_SECRETS_MANAGER=http://127.0.0.1:5000";
const KEYS = ["a", "b", "c", "d"];

describeWhere(SITE_REQUIREMENTS, "the memory that secrets are put into", function () {
  this.timeout(120_000);
  let site: Site;
  let machine: Machine;

  before(async function () {
    this.timeout(1_200_000);
    site = await openSite(this, (root) => bakeCredentialsImage(root, "1s"));
    machine = await bootWithSecrets(site, { "prod/big": valuesOf("1", 1_000) });
  });
  after(async () => {
    await machine?.powerOff();
    await site?.remove();
  });
  afterEach(async () => {
    await machine.attempt(["umount", FOLDER]);
    await machine.run(["rm", "-rf", ROOT]);
  });

  /** A scratch root whose secrets folder is mounted so. */
  async function prepare(guarantee: string, [type, options]: readonly [string, string]): Promise<void> {
    await machine.run(["mkdir", "-p", `${ROOT}/etc`, FOLDER]);
    await machine.run(["mount", "-t", type, "-o", options, "scratch", FOLDER]);
    const keys = KEYS.map((key) => `${key}: { file: ${key}, owner: "0", group: "0" }`).join(", ");
    const config = `secretsGuarantee: ${guarantee}\nsecrets: { big: { id: prod/big, keys: { ${keys} } } }\n`;
    await machine.run(["sh", "-c", 'printf %s "$1" >"$2"', "sh", config, `${ROOT}/parbake.yaml`]);
  }

  const apply = () =>
    machine.attempt([
      "env",
      ENDPOINT,
      "parbake",
      "apply",
      "--json",
      "--root",
      ROOT,
      "--config",
      `${ROOT}/parbake.yaml`,
    ]);

  for (const [title, mount, least, guarantee] of [
    ["ramfs", ["ramfs", "mode=0711"], "unswappable", "unswappable"],
    ["a tmpfs without swap", ["tmpfs", "noswap,mode=0711"], "unswappable", "unswappable"],
    ["a tmpfs on a machine without swap", ["tmpfs", "mode=0711"], "no-swap", "no swap on this machine"],
  ] as const)
    it(`is named for what it keeps: ${title}`, async function () {
      if (guarantee.startsWith("no swap") && (await hasSwap(machine))) this.skip();
      await prepare(least, mount);
      const { status, stdout, stderr } = await apply();
      assert.equal(status, 0, stderr);
      const { storage } = JSON.parse(stdout) as { storage: object };
      assert.deepEqual(storage, { folder: "/run/parbake/secrets", fileSystem: mount[0], guarantee });
    });

  it("is refused where it is less than the config asks for, before a value is asked for", async () => {
    await prepare("unswappable", ["tmpfs", "mode=0711"]);
    const { status, stderr } = await apply();
    assert.equal(status, 73);
    assert.match(stderr, /\/run\/scratch\/run\/parbake\/secrets/);
    assert.equal(await machine.run(["ls", "-A", FOLDER]), "");
  });

  it("keeps what it has where a new generation does not fit, and nothing of the new one", async () => {
    await prepare("no-swap", ["tmpfs", "noswap,size=64k,mode=0711"]);
    assert.equal((await apply()).status, 0);
    const before = await machine.run(["ls", "-liA", FOLDER]);
    await rotateSecret(site.namespace, "prod/big", valuesOf("2", 14_000));
    const { status, stderr } = await apply();
    assert.equal(status, 73);
    assert.match(stderr, /does not fit: the file system has no space/);
    assert.equal(await machine.run(["ls", "-liA", FOLDER]), before);
    assert.equal(await machine.run(["cat", `${FOLDER}/a`]), "1".repeat(1_000));
  });
});

function valuesOf(digit: string, length: number): string {
  return JSON.stringify(Object.fromEntries(KEYS.map((key) => [key, digit.repeat(length)])));
}

async function hasSwap(machine: Machine): Promise<boolean> {
  return (await machine.run(["cat", "/proc/swaps"])).includes("\n");
}
