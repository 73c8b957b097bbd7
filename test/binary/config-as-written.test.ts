// What a person wrote in the config is what is read: nothing is dropped, nothing is changed, and nothing brings parbake down.

import assert from "node:assert/strict";
import { CONFIG, makeScratchImage, type ScratchImage } from "./support/scratch-image.ts";

const FILE = "files: [ { template: web.txt.hbs, path: /etc/web/web.txt } ]\n";
const TYPE = ["--instance-type", "m7g.large"];

describe("parbake, given a config", () => {
  let image: ScratchImage;
  afterEach(() => image.remove());

  it("prints numbers, true and false as they are written", async () => {
    image = makeScratchImage(
      `imds: optional\nvars: { account: 012345678901, version: 1.10, id: 9007199254740993, umask: 0027, build: 1e3, on: True,\n  deep: [[0xFF], .5] }\n${FILE}`,
    );
    image.write(
      "etc/parbake/templates/web.txt.hbs",
      "account={{vars.account}} version={{vars.version}} id={{vars.id}} umask={{vars.umask}} build={{vars.build}}\n" +
        "on={{vars.on}} deep={{#each vars.deep.[0]}}{{this}}{{/each}} {{vars.deep.[1]}} {{json vars.id}}\n" +
        "{{add vars.umask 1}} {{mul vars.version 2}} {{#if (eq vars.version 1.1)}}same{{/if}}\n",
    );
    const { status, stderr } = await image.run(null, "apply", "--deadline", "2s");
    assert.equal(status, 0, stderr);
    assert.equal(
      image.read("etc/web/web.txt"),
      "account=012345678901 version=1.10 id=9007199254740993 umask=0027 build=1e3\n" +
        "on=True deep=0xFF .5 9007199254740993\n28 2.2 same\n",
    );
  });

  it("prints them so in a bake, too", async () => {
    image = makeScratchImage(`vars: { version: 1.10, umask: 0027, on: True }\n${FILE}`);
    image.write("etc/parbake/templates/web.txt.hbs", "{{vars.version}} {{vars.umask}} {{vars.on}}\n");
    const { status, stderr } = await image.run(null, "apply", "--bake");
    assert.equal(status, 0, stderr);
    assert.equal(image.read("etc/web/web.txt"), "1.10 0027 True\n");
  });

  it("keeps maps in order, and goes over a list within itself", async () => {
    image = makeScratchImage(
      `imds: optional\nvars: { ports: { 443: tls, 80: plain, any: none }, hosts: [{ name: a }, { name: b }] }\n${FILE}`,
    );
    image.write(
      "etc/parbake/templates/web.txt.hbs",
      "{{#each vars.ports}}{{@key}}={{this}} {{/each}}{{json vars.ports}}\n" +
        "{{#each vars.hosts}}{{#each ../vars.hosts}}{{#if (ne name ../name)}}{{../name}}>{{name}} {{/if}}{{/each}}{{/each}}\n",
    );
    const { status, stderr } = await image.run(null, "apply", "--deadline", "2s");
    assert.equal(status, 0, stderr);
    assert.equal(
      image.read("etc/web/web.txt"),
      '443=tls 80=plain any=none {"443":"tls","80":"plain","any":"none"}\na>b b>a \n',
    );
  });

  for (const [format, template, says] of [
    ["toml", "a = {{vars.big}}\n", "whose whole numbers have 64 bits"],
    ["yaml", "a: {{vars.half}}\n", "and another or text to YAML 1.1"],
    ["yaml", "a: {{vars.port}}:{{vars.port}}\n", "a reader of yaml would see another value"],
  ] as const) {
    it(`refuses a number that readers of ${format} would take for another: ${template.trim()}`, async () => {
      image = makeScratchImage(
        `vars: { big: 9223372036854775808, half: -.5, port: 22 }\nfiles: [ { template: a.hbs, path: /etc/web/a.${format} } ]\n`,
      );
      image.write("etc/parbake/templates/a.hbs", template);
      const { status, stderr } = await image.run(null, "check");
      assert.equal(status, 65, stderr);
      assert.ok(stderr.includes(says) && stderr.includes("a.hbs:1:"), stderr);
    });
  }

  it("takes a version that ends in a zero, from the config and from the command line", async () => {
    image = makeScratchImage("apps: { db: { profile: mysql, options: { version: 8.0 } } }\n");
    const fromConfig = await image.run(null, "tune", ...TYPE, "--json");
    assert.equal(fromConfig.status, 0, fromConfig.stderr);
    for (const [version, status] of [
      ["8.0", 0],
      ["8", 64],
    ] as const) {
      const { status: found, stderr } = await image.run(
        null,
        "tune",
        "mysql",
        "--memory",
        "8GiB",
        "--cpus",
        "2",
        "--set",
        `version=${version}`,
      );
      assert.equal(found, status, stderr);
    }
  });

  const alias = (name: string) => `no anchor &${name} stands above the alias *${name} in this file`;
  const aliases = Array.from({ length: 30 }, (_, n) => `  a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(10)}]\n`).join("");
  const many = (count: number, line: (index: number) => string) =>
    Array.from({ length: count }, (_, n) => line(n)).join("");
  const refused: readonly (readonly [title: string, config: string, at: string, says: string, dropIn?: string])[] = [
    ["secrets that are an alias of nothing", `secrets: *typo\n${FILE}`, "1:10", alias("typo")],
    ["apps that are one", `apps: *typo\n${FILE}`, "1:7", alias("typo")],
    ["a reserve that is one", `reserve: *typo\n${FILE}`, "1:10", alias("typo")],
    ["a validator that is one", FILE.replace(" }", ", validate: *v }"), "1:69", alias("v")],
    ["an onChange that is one", FILE.replace(" }", ", onChange: *v }"), "1:69", alias("v")],
    ["a health check that is one", FILE.replace(" }", ", healthCheck: *v }"), "1:72", alias("v")],
    [
      "an alias of another file's anchor",
      FILE.replace(" }", ', validate: &v [/bin/true, "{}"] }'),
      "1:12",
      alias("v"),
      "vars: { a: *v }\n",
    ],
    [
      "an alias within itself",
      `vars: { a: &a [*a] }\n${FILE}`,
      "1:16",
      "the alias *a is inside the value that it stands for",
    ],
    [
      "aliases that are billions of values",
      `vars:\n  a0: &a0 [x]\n${aliases}${FILE}`,
      "7:11",
      "more than 50000 values",
    ],
    ["a merge key", `vars: { a: &a { x: 1 }, b: { <<: *a } }\n${FILE}`, "1:30", "YAML 1.2 has no merge keys (<<)"],
    ["a type of another program", `vars: { a: !secret db }\n${FILE}`, "1:20", "parbake does not know the type !secret"],
    ["a set", `apps: !!set { db }\n${FILE}`, "1:13", "parbake does not know the type !!set"],
    ["YAML 1.1", `%YAML 1.1\n---\n${FILE}`, "1:1", "parbake reads YAML 1.2 without directives"],
    ["a second document", `${FILE}---\nsecrets: {}\n`, "2:1", "the file has a second YAML document"],
    [
      "an app that is declared twice",
      `apps:\n  db: { profile: nginx }\n  db: { profile: node }\n${FILE}`,
      "3:3",
      "app 'db' is declared twice, lines 2 and 3",
    ],
    ["a tab", `apps:\n\tdb: { profile: nginx }\n${FILE}`, "2:1", "a tab is used for indentation"],
    [
      "a dash that is missing",
      "files:\n  - template: a\n    path: /a\n  template: b\n    path: /b\n",
      "4:1",
      "has no dash",
    ],
    ["a megabyte of open brackets", `vars: ${"[".repeat(1_000_000)}`, "1:106", "values nest more than 100 deep"],
    ["dashes without end", "- ".repeat(100_000), "1:201", "values nest more than 100 deep"],
    [
      "a hundred thousand unknown keys",
      many(100_000, (n) => `u${n}: 1\n`).slice(0, 2 ** 20 - 4),
      "1:1",
      "more than 50000 values",
    ],
    [
      "a calculated 1.10",
      "apps:\n  a: { profile: custom, options: { version: 1.10 } }\n",
      "2:45",
      "1.10 would become 1.1",
    ],
    [
      "sizes that are more than the share",
      "apps:\n  a: { profile: custom, options: { heap: memoryBytes * 60 } }\n",
      "2:42",
      "in column 15 of 'memoryBytes * 60'",
    ],
    ["more than a megabyte", `vars: { a: ${"x".repeat(2 ** 20)} }\n`, "", "longer than 1 MiB"],
  ];
  for (const [title, config, at, says, dropIn] of refused) {
    it(`refuses ${title} with status 78, its place and no stack trace`, async () => {
      image = makeScratchImage(config);
      if (dropIn !== undefined) image.write("etc/parbake/parbake.d/10.yaml", dropIn);
      const file = dropIn === undefined ? "parbake.yaml" : "10.yaml";
      const { status, stdout, stderr } = await image.run(null, "check");
      assert.equal(status, 78, stderr.slice(0, 2000));
      assert.equal(stdout, "");
      const [, place] = new RegExp(`${file.replace(".", "\\.")}:((?:\\d+:\\d+)?):? `).exec(stderr) ?? [];
      assert.equal(place ?? "", at, stderr.slice(0, 2000));
      assert.ok(stderr.includes(says), stderr.slice(0, 2000));
      assert.doesNotMatch(stderr, /bug in parbake|RangeError|\n\s+at /);
    });
  }

  const templates: readonly (readonly [title: string, template: string, says: string])[] = [
    ["partial blocks in one another", "{{#> a}}".repeat(4000) + "{{/a}}".repeat(4000), "nested more than 200 deep"],
    [
      "parentheses after a brace in quotes",
      `{{add "}" ${"(add 1 ".repeat(20_000)}1${")".repeat(20_000)}}}`,
      "nested more than 200 deep",
    ],
    ["a number that Handlebars would change", "{{default vars.mode 0644}}\n", "the number 0644 would become 644"],
  ];
  for (const [title, template, says] of templates) {
    it(`refuses a template with ${title} with status 65`, async () => {
      image = makeScratchImage(CONFIG);
      image.write("etc/parbake/templates/web.txt.hbs", template);
      const { status, stderr } = await image.run(null, "check");
      assert.equal(status, 65, stderr.slice(0, 2000));
      assert.ok(stderr.includes(says), stderr.slice(0, 2000));
    });
  }

  it("of ten thousand variables, all of them read, is done in a moment", async () => {
    image = makeScratchImage(
      `imds: optional\nvars:\n${many(10_000, (n) => `  v${n}: 1\n`)}${FILE.replaceAll("web.txt", "web.yaml")}`,
    );
    image.write("etc/parbake/templates/web.yaml.hbs", "a:\n  {{yaml vars}}\n");
    const { status, stderr } = await image.run(null, "plan", ...TYPE);
    assert.equal(status, 0, stderr.slice(0, 2000));
  });
});
