import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parseConfig } from "../../agent/config/read/parse-config.ts";
import { TEMPLATE_FORMATS } from "../../agent/formats/format-of.ts";
import type { Position, Problem } from "../../agent/refusal.ts";
import { renderTemplate } from "../../agent/template/render-template.ts";
import { contextOf } from "../unit/support/context-of.ts";
import { formatOf } from "../unit/support/format-of.ts";
import { SEED } from "../unit/support/hostile.ts";
import { NEVER_MS } from "./support/never-ms.ts";
import { brokenSource } from "./support/source.ts";

const TOP = join(import.meta.dirname, "../..");
/** How much longer than in a normal run to look. */
const SCALE = Number(process.env["FUZZ_SCALE"] ?? 1);
const PARAMETERS = { seed: SEED, endOnFailure: false } as const;

function readAll(folder: string, extension: string): { readonly name: string; readonly source: string }[] {
  const names = readdirSync(join(TOP, folder), { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.endsWith(extension))
    .map((name) => ({ name, source: readFileSync(join(TOP, folder, name), "utf8") }));
}

const TEMPLATES = [...readAll("test/golden", ".hbs"), ...readAll("templates", ".hbs")];

const TEMPLATE_WORDS = [
  ..."{{ }} {{{ }}} {{# {{/ {{^ {{> {{! {{!-- --}} {{~ ~}} {{else}} {{& {{* {{#> \\{{ {{{{ }}}}".split(" "),
  ..."{{#if {{#each {{#with {{/if}} {{/each}} {{/with}} as |x| ( ) = . ../ @key @root this".split(" "),
  ..."vars.no vars facts.vcpus apps.db secrets.db.password.value".split(" "),
  ..."{{vars.quotes}} {{raw vars.quotes}} {{json vars}} {{> part}} {{#each apps.db}}{{@key}}={{this}}{{/each}}".split(
    " ",
  ),
  '"a"',
  "'",
  "[a b]",
  "\n",
  " ",
  "12",
];

const CONFIG = `# a comment
imds: optional
reserve: { memory: { share: 10%, min: 300MiB } }
apps:
  db: { profile: postgresql, memory: { weight: 3, min: 512MiB, max: 31GiB }, options: { version: 16 } }
secrets:
  db: { id: prod/db, keys: { password: { file: db/password, owner: api, mode: "0440" } } }
files:
  - template: pg.conf.hbs
    path: /etc/pg/90.conf
    owner: postgres
    mode: "0640"
    format: postgresql
    validate: [ /usr/bin/pg, -C, x ]
    onChange: { restart: postgresql.service, reload: [ a.service, b.service ] }
    onDrift: keep
vars: { region: x, list: [1, 2] }
`;

const FRONT_MATTER = `---
path: /etc/nginx/nginx.conf
owner: root
mode: "0644"
format: nginx
validate: [ nginx, -t, -c, "{}" ]
onChange: { reload: nginx.service }
healthCheck: [ /bin/true ]
---
worker_processes {{vars.region}};
`;

const YAML_WORDS = [
  ...": - ? , [ ] { } & * ! | > % @ ` # --- ... <<: &a *a !!int !!binary ~ null 1e999 0x10 .nan".split(" "),
  ..."apps: files: secrets: memory: path: mode: template: vars: owner: reserve: db: \n \t ' \" 9999999999999999GiB -1".split(
    " ",
  ),
  "\n",
  "\n  ",
  "\n- ",
  ": ",
  "%YAML 1.1\n---\n",
  "%TAG ! x\n",
];

describe(`broken sources (FUZZ_SEED=${SEED})`, function () {
  this.timeout(NEVER_MS);
  it("end in a rendered file or in problems with places inside the template", () => {
    const source = brokenSource(
      TEMPLATES.map((template) => template.source),
      TEMPLATE_WORDS,
    );
    const partial = fc.oneof(fc.constant(""), source);
    const format = fc.option(fc.constantFrom(...TEMPLATE_FORMATS), { nil: null });
    const context = contextOf(JSON.parse(readFileSync(join(TOP, "test/golden/values-json/context.json"), "utf8")));
    fc.assert(
      fc.property(source, partial, format, fc.nat(TEMPLATES.length - 1), (text, part, chosen, index) => {
        const texts = new Map([
          ["app.hbs", text],
          ["part.hbs", part],
        ]);
        const rendered = renderTemplate({
          source: text,
          file: "app.hbs",
          format: chosen ?? formatOf(TEMPLATES[index]!.name),
          context,
          secretValuesAllowed: true,
          partials: new Map([["part", { file: "part.hbs", source: part }]]),
        });
        checkProblems(rendered.kind === "broken" ? rendered.problems : rendered.warnings, texts);
      }),
      { ...PARAMETERS, numRuns: 1500 * SCALE },
    );
  });

  it("end in a config or in problems with places inside the YAML", () => {
    fc.assert(
      fc.property(brokenSource([CONFIG], YAML_WORDS), (text) => {
        const parsed = parseConfig([{ file: "parbake.yaml", text }]);
        checkProblems(parsed.kind === "problems" ? parsed.problems : [], new Map([["parbake.yaml", text]]));
      }),
      { ...PARAMETERS, numRuns: 1500 * SCALE },
    );
  });

  it("end in a config or in problems with places inside the front matter", () => {
    const config = "files: [{ template: b.hbs, path: /etc/b }]\n";
    fc.assert(
      fc.property(brokenSource([FRONT_MATTER], YAML_WORDS), (text) => {
        const parsed = parseConfig([{ file: "parbake.yaml", text: config }], (folder) => ({
          folder,
          sources: new Map([
            ["a.hbs", text],
            ["b.hbs", text],
          ]),
        }));
        const texts = new Map([
          ["parbake.yaml", config],
          ["templates/a.hbs", text],
          ["templates/b.hbs", text],
        ]);
        checkProblems(parsed.kind === "problems" ? parsed.problems : [], texts);
      }),
      { ...PARAMETERS, numRuns: 1000 * SCALE },
    );
  });
});

function checkProblems(problems: readonly Problem[], texts: ReadonlyMap<string, string>): void {
  for (const { what, fix, at } of problems) {
    assert.ok(what !== "" && fix !== "");
    if (at === undefined) continue;
    const text = texts.get(at.file);
    assert.ok(text !== undefined, `${what} is said of ${at.file}`);
    // Editors do not agree on whether a carriage return alone ends a line.
    const isInside = [/\n/, /\r\n?|\n/].some((lineEnd) => isPlaceIn(text.split(lineEnd), at));
    assert.ok(isInside, `${what}: ${at.line}:${at.column}`);
  }
}

function isPlaceIn(lines: readonly string[], { line = 1, column = 1 }: Position): boolean {
  return line >= 1 && line <= lines.length && column >= 1 && column <= lines[line - 1]!.length + 1;
}
