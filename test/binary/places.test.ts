// A refusal names the place in the config that has to change, also where only the machine shows what is wrong.

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import { makeScratchImage, type Outcome, type ScratchImage } from "./support/scratch-image.ts";

const HEAD = `apps: { web: { profile: nginx } }
secretsGuarantee: swappable
`;
const FILE = `${HEAD}files:
  - { template: web.txt.hbs, path: /etc/web/web.txt`;

interface Case {
  readonly title: string;
  readonly config: string;
  readonly command: "apply" | "check" | "plan";
  readonly status: number;
  /** The line and the column, and then what is wrong. */
  readonly says: readonly RegExp[];
  readonly template?: string;
  readonly prepare?: (image: ScratchImage) => void;
}

const CASES: readonly Case[] = [
  {
    title: "an unknown owner and an unknown group",
    config: `${FILE}, owner: rooot, group: whel }\n`,
    command: "apply",
    status: 78,
    says: [/parbake\.yaml:4:5: \S+: there is no user 'rooot'/, /parbake\.yaml:4:5: \S+: there is no group 'whel'/],
  },
  {
    title: "a missing folder",
    config: `${HEAD}files:\n  - { template: web.txt.hbs, path: /srv/none/a.txt }\n`,
    command: "apply",
    status: 73,
    says: [/parbake\.yaml:4:5: the folder \S+\/srv does not exist/],
  },
  {
    title: "a folder that others may write to",
    config: `${FILE} }\n`,
    command: "apply",
    status: 77,
    says: [/parbake\.yaml:4:5: the folder \S+\/etc\/web may be written to by every user/],
    prepare: ({ root }) => chmodSync(join(root, "etc/web"), 0o777),
  },
  {
    title: "a declared folder that is a file",
    config: `${HEAD}folders:\n  - { path: /etc/web/sub }\nfiles: [ { template: web.txt.hbs, path: /etc/web/web.txt } ]\n`,
    command: "apply",
    status: 73,
    says: [/parbake\.yaml:4:5: \S+\/etc\/web\/sub is declared as a folder/],
    prepare: (image) => image.write("etc/web/sub", "a file"),
  },
  {
    title: "a link in the way",
    config: `${FILE} }\n`,
    command: "apply",
    status: 73,
    says: [/parbake\.yaml:4:5: \S+\/etc\/web\/web\.txt is a symlink to \/etc\/shadow/],
    prepare: ({ root }) => symlinkSync("/etc/shadow", join(root, "etc/web/web.txt")),
  },
  {
    title: "a link in the way, at the place in a front matter",
    config: HEAD,
    template: "---\nmode: '0644'\npath: /etc/web/web.txt\n---\ntext\n",
    command: "apply",
    status: 73,
    says: [/templates\/web\.txt\.hbs:3:7: \S+\/etc\/web\/web\.txt is a symlink/],
    prepare: ({ root }) => symlinkSync("/etc/shadow", join(root, "etc/web/web.txt")),
  },
  {
    title: "a validator and a unit that the image lacks",
    config: `${FILE}, validate: [/bin/nothing], onChange: { restart: none.service } }\n`,
    command: "check",
    status: 78,
    says: [
      /parbake\.yaml:4:5: the validator of \S+, \/bin\/nothing, is not in the image/,
      /parbake\.yaml:4:5: \/etc\/web\/web\.txt is to restart none\.service, which is not in the image/,
    ],
  },
  {
    title: "a unit of a secret that the image lacks",
    config: `${HEAD}secrets:\n  db: { id: prod/db, keys: { password: { file: db/password, units: [none.service] } } }\n`,
    command: "check",
    status: 78,
    says: [/parbake\.yaml:4:7: the secret db is for none\.service, which is not in the image/],
  },
  {
    title: "a secret without the key",
    config: `${HEAD}secrets:\n  db:\n    id: prod/db\n    keys:\n      pin: { file: db/pin }\n`,
    command: "apply",
    status: 65,
    says: [/parbake\.yaml:7:12: secret db \(prod\/db[^)]*\) has no key 'pin'/],
  },
  {
    title: "a secret that is not there",
    config: `${HEAD}secrets:\n  db: { id: prod/none, keys: { password: { file: db/password } } }\n`,
    command: "apply",
    status: 65,
    says: [/parbake\.yaml:4:7: secret db \(prod\/none[^)]*\): there is no such secret/],
  },
];

describe("a refusal of the machine's, in the compiled binary", () => {
  let emulator: Emulator;
  let image: ScratchImage;

  before(async () => {
    emulator = await startEmulator({
      world: { secrets: [{ name: "prod/db", versions: [{ string: '{"password":"x"}' }] }] },
    });
  });
  after(() => emulator.close());
  afterEach(() => image.remove());

  function assertSays({ status, stderr }: Outcome, expected: Pick<Case, "status" | "says">): void {
    assert.equal(status, expected.status, stderr);
    for (const words of expected.says) assert.match(stderr, words);
  }

  for (const each of CASES)
    it(`names the line of ${each.title}`, async () => {
      image = makeScratchImage(each.config);
      image.write("etc/parbake/templates/web.txt.hbs", each.template ?? "text\n");
      each.prepare?.(image);
      assertSays(await image.run(emulator, each.command), each);
    });

  it("names the line out of a saved plan, too, and in the report", async () => {
    image = makeScratchImage(`${FILE} }\n`);
    image.write("etc/parbake/templates/web.txt.hbs", "text\n");
    const planFile = join(image.root, "plan.json");
    writeFileSync(planFile, (await image.run(emulator, "plan", "--json")).stdout, { mode: 0o600 });
    mkdirSync(join(image.root, "etc/web/web.txt"));
    const moved = [/parbake\.yaml:4:5: \/etc\/web\/web\.txt is no longer as the plan saw it/];
    assertSays(await image.run(emulator, "apply", "--plan", planFile), { status: 73, says: moved });
    assertSays(await image.run(emulator, "apply"), { status: 73, says: [/parbake\.yaml:4:5: .* is a folder/] });
    const report = JSON.parse(readFileSync(join(image.root, "run/parbake/report.json"), "utf8")) as {
      readonly problems: readonly { readonly what: string }[];
    };
    assert.match(report.problems[0]!.what, /parbake\.yaml:4:5: \S+ is a folder, and parbake writes files only$/);
  });
});
