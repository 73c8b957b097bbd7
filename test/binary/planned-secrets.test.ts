import assert from "node:assert/strict";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import { makeScratchImage, type ScratchImage } from "./support/scratch-image.ts";

const CANARY = "hunter2-canary";
const CONFIG = `secretsGuarantee: swappable
secrets: { db: { id: prod/db, keys: { password: { file: db/password } } } }
files: [ { template: app.env.hbs, path: /run/parbake/secrets/app.env, mode: "0400" } ]
`;
const ENV = "/run/parbake/secrets/app.env";
const PASSWORD = "/run/parbake/secrets/db/password";

describe("a plan of secrets that are stored, in the compiled binary", () => {
  let emulator: Emulator;
  let image: ScratchImage;

  before(async () => {
    const secrets = [{ name: "prod/db", versions: [{ string: `{"password":"${CANARY}","other":"${CANARY}"}` }] }];
    emulator = await startEmulator({ world: { secrets } });
  });
  after(() => emulator.close());
  beforeEach(async () => {
    image = makeScratchImage(CONFIG);
    image.write("etc/parbake/templates/app.env.hbs", "A=1\nPASSWORD={{secrets.db.password.value}}\n");
    const { status, stderr } = await image.run(emulator, "apply");
    assert.equal(status, 0, stderr);
  });
  afterEach(() => image.remove());

  async function planned(): Promise<Readonly<Record<string, string>>> {
    const { stdout, stderr } = await image.run(emulator, "plan", "--json");
    assert.ok(!`${stdout}${stderr}`.includes(CANARY));
    const { plans } = JSON.parse(stdout) as { plans: { changes: { path: string; change: string }[] }[] };
    return Object.fromEntries(plans[0]!.changes.map(({ path, change }) => [path, change]));
  }

  it("is unchanged where nothing is", async () =>
    assert.deepEqual(await planned(), { [PASSWORD]: "unchanged", [ENV]: "unchanged" }));

  it("is an update where the template has other text around the secret, and apply makes it", async () => {
    image.write("etc/parbake/templates/app.env.hbs", "A=2\nPASSWORD={{secrets.db.password.value}}\n");
    assert.deepEqual(await planned(), { [PASSWORD]: "unchanged", [ENV]: "update" });
    assert.equal((await image.run(emulator, "plan", "--detailed-exitcode")).status, 2);
    assert.equal((await image.run(emulator, "apply")).status, 0);
    assert.equal(image.read(ENV.slice(1)), `A=2\nPASSWORD=${CANARY}\n`);
    assert.deepEqual(await planned(), { [PASSWORD]: "unchanged", [ENV]: "unchanged" });
  });

  it("leaves it to apply where another key of the same version is asked for: it may hold the same", async () => {
    const keys = "keys: { password: { file: db/password, pointer: /other } }";
    image.write("etc/parbake/parbake.yaml", CONFIG.replace(/keys: .*?\} \}/, keys));
    assert.equal((await planned())[PASSWORD], "present");
  });
});
