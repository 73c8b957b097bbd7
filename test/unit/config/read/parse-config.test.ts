import assert from "node:assert/strict";
import { parseConfig } from "../../../../agent/config/read/parse-config.ts";
import { formatProblem } from "../../../../agent/refusal.ts";
import { Written } from "../../../../agent/written.ts";

const MIB = 1024 ** 2;

function parse(...texts: string[]) {
  return parseConfig(
    texts.map((text, index) => ({ file: index === 0 ? "parbake.yaml" : `parbake.d/${index}.yaml`, text })),
  );
}

function configOf(...texts: string[]) {
  const result = parse(...texts);
  assert.equal(result.kind, "config", result.kind === "problems" ? result.problems.map(formatProblem).join("\n") : "");
  return result.kind === "config" ? result.config : assert.fail();
}

function problemsOf(...texts: string[]): string[] {
  const result = parse(...texts);
  return result.kind === "problems" ? result.problems.map(formatProblem) : [];
}

const FULL = `reserve: { memory: { share: 10%, min: 300MiB } }
apps:
  db:  { profile: postgresql, memory: { weight: 3, min: 512MiB, max: 31GiB }, options: { version: 16, workload: web } }
secrets:
  db:  { id: prod/db, keys: { password: { file: db/password, owner: api, mode: "0440", group: api } } }
files:
  - template: pg.conf.hbs
    path: /etc/pg/90.conf
    owner: postgres
    mode: "0640"
    validate: [ /usr/bin/pg, -C, x ]
    onChange: { restart: postgresql.service, reload: [ a.service, b.service ] }
vars: { region: x, list: [1, 2] }
`;

describe("parseConfig", () => {
  it("reads every part of a full config, sizes in bytes and modes as bits", () => {
    const config = configOf(FULL);
    assert.deepEqual(config.reserve.memory, {
      kind: "share",
      share: 0.1,
      minBytes: 300 * MIB,
      maxBytes: Infinity,
    });
    const [app] = config.apps;
    assert.deepEqual(app!.memory, { weight: 3, minBytes: 512 * MIB, maxBytes: 31 * 1024 * MIB });
    assert.deepEqual(app!.options, { version: "16", workload: "web" });
    assert.deepEqual(app!.at, { file: "parbake.yaml", line: 3, column: 8 });
    const [key] = config.secrets[0]!.keys;
    assert.equal(key!.mode, 0o440);
    assert.equal(key!.group, "api");
    const [file] = config.files;
    assert.equal(file!.mode, 0o640);
    assert.deepEqual(file!.validate, ["/usr/bin/pg", "-C", "x"]);
    assert.deepEqual(file!.onChange, [
      { action: "restart", unit: "postgresql.service" },
      { action: "reload", unit: "a.service" },
      { action: "reload", unit: "b.service" },
    ]);
    assert.deepEqual(config.vars, { region: "x", list: [new Written("1", 1), new Written("2", 2)] });
  });
  it("takes the weight of a helper, and leaves it to the profile where the config has none", () => {
    const { apps } = configOf("apps: { web: { profile: go, memory: { weight: 0.25 } }, db: { profile: mysql } }\n");
    assert.deepEqual(
      apps.map(({ memory }) => memory.weight),
      [0.25, null],
    );
  });

  it("fills in the defaults: root, 0644 for files, 0400 for secrets, IMDS required", () => {
    const config = configOf(
      "secrets: { s: { id: i, keys: { k: { file: f } } } }\nfiles: [ { template: t, path: /p } ]",
    );
    const { owner, group, mode } = config.secrets[0]!.keys[0]!;
    assert.deepEqual({ owner, group, mode }, { owner: "root", group: null, mode: 0o400 });
    assert.equal(config.files[0]!.mode, 0o644);
    assert.equal(config.imds, "required");
    assert.equal(config.secretsFolder, "/run/parbake/secrets");
    assert.equal(config.secretsGuarantee, "no-swap");
  });

  it("keeps parbake's own reserve unless a share or a size is given", () => {
    const reserveOf = (text: string) => configOf(`apps: { a: { profile: nginx } }\n${text}`).reserve.memory;
    assert.deepEqual(reserveOf(""), { kind: "tiers" });
    assert.deepEqual(reserveOf("reserve: { memory: 1GiB }"), {
      kind: "share",
      share: 0,
      minBytes: 1024 * MIB,
      maxBytes: 1024 * MIB,
    });
    assert.deepEqual(reserveOf("reserve: { memory: { max: 4GiB } }"), {
      kind: "share",
      share: 0.05,
      minBytes: 256 * MIB,
      maxBytes: 4096 * MIB,
    });
  });

  it("counts 64 KiB for each file of secrets, old and new, unless the size is given", () => {
    const sizeOf = (text: string) => configOf(text).secretsSizeBytes;
    assert.equal(sizeOf("apps: { a: { profile: nginx } }"), 0);
    const secrets = "secrets: { s: { id: i, keys: { a: { file: a }, b: { file: b }, c: {} } } }\n";
    assert.equal(sizeOf(secrets), 4 * 65_536);
    const rendered = "files: [ { template: t, path: /run/parbake/secrets/t }, { template: u, path: /run/app/u } ]\n";
    assert.equal(sizeOf(secrets + rendered), 6 * 65_536);
    assert.equal(sizeOf(`${secrets}secretsSize: 16MiB\n`), 16 * MIB);
  });

  it("reads which apps are optional and which architectures the image is for", () => {
    const config = configOf(
      "architectures: [arm64]\napps: { a: { profile: nginx, optional: true }, b: { profile: nginx } }",
    );
    assert.deepEqual(
      config.apps.map(({ optional }) => optional),
      [true, false],
    );
    assert.deepEqual(config.architectures, ["arm64"]);
  });

  it("merges a later file by name and by path, the later one winning whole", () => {
    const config = configOf(
      FULL,
      "apps: { db: { profile: mysql }, web: { profile: nginx } }\nfiles: [ { template: other, path: /etc/pg/90.conf } ]",
    );
    assert.deepEqual(
      config.apps.map(({ name, profile }) => [name, profile]),
      [
        ["db", "mysql"],
        ["web", "nginx"],
      ],
    );
    assert.deepEqual(
      config.files.map(({ template }) => template),
      ["other"],
    );
    assert.equal(config.secrets.length, 1);
  });

  const refused: readonly (readonly [title: string, text: string, ...expected: string[]])[] = [
    [
      "an empty file",
      "",
      "parbake.yaml:1:1: the config declares no app, no secret and no file. Declare at least one of them: parbake takes a config that does nothing for a mistake.",
    ],
    [
      "an unclosed bracket",
      "apps: [\n",
      "parbake.yaml:1:7: the [ is never closed. Close it with ]; what stands between them in lines of their own is indented.",
    ],
    [
      "a key given twice",
      "apps: {}\napps: {}\n",
      "parbake.yaml:2:1: 'apps' is declared twice, lines 1 and 2. Merge them into one.",
    ],
    ["a mistyped key", "app: {}\n", "parbake.yaml:1:1: unknown key 'app'. Did you mean 'apps'?"],
    [
      "a mistyped key further down",
      "apps:\n  db: { profile: nginx, memmory: {} }\n",
      "parbake.yaml:2:25: unknown key 'memmory' in apps.db. Did you mean 'memory'?",
    ],
    [
      "a list where a mapping belongs",
      "apps: [a]\n",
      "parbake.yaml:1:7: apps: expected a mapping, found a list. Take the dashes away: its entries are `name: value` lines.",
    ],
    [
      "a text where a list belongs",
      "files: x\n",
      "parbake.yaml:1:8: files: expected a list, found 'x'. Write it as `- item` lines, or as [a, b].",
    ],
    [
      "a command line, or a single name, where a list belongs, which it writes out",
      "launchOn: m7g.large\nfiles:\n- { template: t, path: /a, validate: /usr/sbin/nginx -t }\n",
      "parbake.yaml:3:38: files[0].validate: expected a list, found '/usr/sbin/nginx -t'. Write it as a list: [/usr/sbin/nginx, -t].",
      "parbake.yaml:1:11: launchOn: expected a list, found 'm7g.large'. Write it as a list: [m7g.large].",
    ],
    [
      "an app without a profile",
      "apps: { db: { } }\n",
      "parbake.yaml:1:13: apps.db: has no profile. Say which app it is: `profile: postgresql`. `parbake profiles` lists the profiles.",
    ],
    [
      "a size without sense",
      "apps: { db: { profile: nginx, memory: { min: lots } } }\n",
      "parbake.yaml:1:46: apps.db.memory.min: expected a size, found 'lots'. Write it with its unit: 512MiB, 1.5GiB.",
    ],
    [
      "a floor above the cap",
      "apps: { db: { profile: nginx, memory: { min: 2GiB, max: 1GiB } } }\n",
      "parbake.yaml:1:39: apps.db.memory: min 2 GiB is more than max 1 GiB. Lower min or raise max.",
    ],
    [
      "a required key that is misspelt, once",
      "apps: { db: { profle: nginx } }\n",
      "parbake.yaml:1:15: unknown key 'profle' in apps.db. Did you mean 'profile'?",
    ],
    [
      "a secret's required key that is misspelt, once",
      "secrets: { db: { idd: prod/db, keys: { a: {} } } }\n",
      "parbake.yaml:1:18: unknown key 'idd' in secrets.db. Did you mean 'id'?",
    ],
    [
      "an app that is a profile's name",
      "apps: { db: nginx }\n",
      "parbake.yaml:1:13: apps.db: expected a mapping, found 'nginx'. Write `db: { profile: nginx }`.",
    ],
    [
      "memory that is a size",
      "apps: { db: { profile: nginx, memory: 1GiB } }\n",
      "parbake.yaml:1:39: apps.db.memory: expected a mapping, found '1GiB'. Write `memory: { min: 1GiB }`.",
    ],
    [
      "a reserve that is a share",
      "reserve: 10%\n",
      "parbake.yaml:1:10: reserve: expected a mapping, found '10%'. Write `reserve: { memory: { share: 10% } }`.",
    ],
    [
      "a reserve's memory that is a share",
      "reserve: { memory: 10% }\n",
      "parbake.yaml:1:20: reserve.memory: expected a size, found '10%'. Write `memory: { share: 10% }`.",
    ],
    [
      "an unknown choice",
      "imds: nope\n",
      "parbake.yaml:1:7: imds: expected required or optional, found 'nope'. Write one of these.",
    ],
    [
      "a path with a character that nobody sees",
      'files: [ { template: t, path: "/etc/a\u200b" } ]\n',
      "parbake.yaml:1:31: files[0].path: the path '/etc/a\\u200b' has an invisible character in it, U+200B (zero width space). Take it out.",
    ],
    [
      "a weight of nothing",
      "apps: { db: { profile: nginx, memory: { weight: 0 } } }\n",
      "parbake.yaml:1:49: apps.db.memory.weight: expected a number from 0.01 to 10000, found the number 0. Write 0.01 at least, 10000 at most.",
    ],
    [
      "a weight in per cent",
      "apps: { db: { profile: nginx, memory: { weight: 50% } } }\n",
      "parbake.yaml:1:49: apps.db.memory.weight: expected a number from 0.01 to 10000, found '50%'. Write a plain number.",
    ],
    [
      "a weight in quotes",
      "apps: { db: { profile: nginx, memory: { weight: '2' } } }\n",
      "parbake.yaml:1:49: apps.db.memory.weight: expected a number from 0.01 to 10000, found '2'. Write a plain number, without quotes.",
    ],
    [
      "an expression that a comma has torn",
      "apps: { a: { profile: custom, options: { n: max(2, vcpus - 1), m: } } }\n",
      'parbake.yaml:1:52: apps.a.options.vcpus - 1): expected one value, found nothing. Inside { } put what has a comma into quotes: "max(2, vcpus - 1)".',
      "parbake.yaml:1:67: apps.a.options.m: expected one value, found nothing. Options are text, numbers, true or false.",
    ],
    [
      "an option without a value",
      "apps: { a: { profile: custom, options: { n: 1, m: } } }\n",
      "parbake.yaml:1:51: apps.a.options.m: expected one value, found nothing. Options are text, numbers, true or false.",
    ],
    [
      "a weight of CPUs that systemd has not",
      "apps: { db: { profile: nginx, cpu: { weight: 0.5 } } }\n",
      "parbake.yaml:1:46: apps.db.cpu.weight: expected a number from 1 to 10000, found the number 0.5. Write 1 at least, 10000 at most.",
    ],
    [
      "a file that runs as its owner",
      'files: [ { template: t, path: /p, mode: "4755" } ]\n',
      'parbake.yaml:1:41: files[0].mode: has a setuid, setgid or sticky bit, which a file of text has no use for. Leave it out: "0755".',
    ],
    [
      "a mode without quotes",
      "files: [ { template: t, path: /p, mode: 644 } ]\n",
      'parbake.yaml:1:41: files[0].mode: expected a file mode, found the number 644. Put it in quotes: "0644".',
    ],
    [
      "a path that climbs",
      "files: [ { template: ../t, path: /a/../b } ]\n",
      "parbake.yaml:1:34: files[0].path: the path '/a/../b' has .. in it. Start it with / and leave out //, . and ..",
    ],
    [
      "a template outside its folder",
      "files: [ { template: ../t, path: /b } ]\n",
      "parbake.yaml:1:22: files[0].template: the path '../t' has .. in it. Give a plain relative path, without .., . or a leading /.",
    ],
    [
      "a secret that all may read",
      'secrets: { s: { id: i, keys: { k: { file: f, mode: "0444" } } } }\n',
      'parbake.yaml:1:52: secrets.s.keys.k.mode: lets every user read the secret. Leave the last digit 0: "0400", or "0440" with a group.',
    ],
    [
      "a unit without its suffix",
      "files: [ { template: t, path: /p, onChange: { reload: nginx } } ]\n",
      "parbake.yaml:1:55: files[0].onChange.reload: 'nginx' is not a unit name. Give it with its suffix: nginx.service.",
    ],
    [
      "two files on one path",
      "files:\n  - { template: a, path: /p }\n  - { template: b, path: /p }\n",
      "parbake.yaml:3:5: /p is written twice; the other is at parbake.yaml:2. Give one of them another path.",
    ],
    [
      "a file where another needs a folder",
      "files:\n  - { template: a, path: /p }\n  - { template: b, path: /p/q }\n",
      "parbake.yaml:3:5: /p is a file and cannot be the folder of /p/q; the other is at parbake.yaml:2. Give one of them another path.",
    ],
    [
      "a reserve of everything",
      "reserve: { memory: { share: 100% } }\napps: { a: { profile: nginx } }\n",
      "parbake.yaml:1:29: reserve.memory.share: expected a share of the memory, found '100%'. Write a percentage below 100: 5%.",
    ],
    [
      "an app that may be optional",
      "apps: { db: { profile: nginx, optional: maybe } }\n",
      "parbake.yaml:1:41: apps.db.optional: expected true or false, found 'maybe'. Write true or false, without quotes.",
    ],
    [
      "what stands beside the app that it belongs to, once",
      "apps:\n  web:\n  profile: nginx\n  memory: { weight: 2 }\n  db: { profile: redis }\n",
      "parbake.yaml:3:3: 'profile' stands beside 'web', to which it belongs. Indent it deeper than 'web', with all that follows.",
    ],
    [
      "what stands beside the secret that it belongs to, once",
      "secrets:\n  db:\n  id: prod/db\n  keys: { password: {} }\n",
      "parbake.yaml:3:3: 'id' stands beside 'db', to which it belongs. Indent it deeper than 'db', with all that follows.",
    ],
    [
      "an app that is empty, beside one that is called as a key is",
      "apps:\n  web:\n  memory: { profile: redis }\n",
      "parbake.yaml:2:7: apps.web: has no profile. Say which app it is: `profile: postgresql`. `parbake profiles` lists the profiles.",
    ],
    [
      "an architecture in uname's words",
      "architectures: [aarch64]\napps: { a: { profile: nginx } }\n",
      "parbake.yaml:1:17: architectures[0]: expected arm64 or x86_64, found 'aarch64'. Write one of these.",
    ],
    [
      "programs that PATH would have to find, or whose path climbs",
      "files:\n- { template: t, path: /a, validate: [nginx, -t] }\n- { template: t, path: /b, healthCheck: [/opt/../check] }\n",
      "parbake.yaml:2:39: files[0].validate[0]: the program 'nginx' is not absolute. Give its plain path, like /usr/sbin/nginx: PATH is not searched.",
      "parbake.yaml:3:42: files[1].healthCheck[0]: the program '/opt/../check' has .. in it. Give its plain path, like /usr/sbin/nginx: PATH is not searched.",
    ],
  ];
  for (const [title, text, ...expected] of refused) {
    it(`refuses ${title} with its place and the fix`, () => assert.deepEqual(problemsOf(text), expected));
  }

  it("tells all problems of all files at once", () => {
    const problems = problemsOf("app: {}\napps: { db: {} }\n", "file: []\n");
    assert.deepEqual(
      problems.map((problem) => problem.split(" ")[0]),
      ["parbake.yaml:1:1:", "parbake.d/1.yaml:1:1:", "parbake.yaml:2:13:"],
    );
  });
});
