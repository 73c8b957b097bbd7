import assert from "node:assert/strict";
import { Ajv } from "ajv";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { configSchema } from "../../../agent/schema/config-schema.ts";
import type { JsonSchema } from "../../../agent/schema/json-schema.ts";
import { PROFILES } from "../../../agent/tuning/profiles.ts";
import { type Sample, listDocuments, listFiles, listHeads, listLiterals } from "./support/corpus.ts";
import { objectionsOf, problemsOf } from "./support/judge.ts";

/** What stands in the place of a value. */
const TEXTS = (
  "|x|0|1|16|true|no|512MiB|1.5 GiB|5%|30s|/a|/a/b|a/b|0644|0400|" +
  "nginx.service|a@1.service|root|eu-west-1|strip|keep|fail|text|m7g.*|2027-01-31"
).split("|");
const OTHERS = [0, 1, 16, 0.5, 1e6, -1, true, false, null, [], {}, ["a"], ["/a"], { a: 1 }, { file: "f" }];

const isValid = ({ text }: Sample): boolean => problemsOf(text).length === 0;

describe("the schema of the config", () => {
  for (const [name, list, least] of [
    ["file of the tests", listFiles, 20],
    ["block of the documents", listDocuments, 15],
    ["head of a template", listHeads, 50],
    ["text in the code of the tests", listLiterals, 100],
  ] as const)
    it(`takes each valid ${name}`, () => {
      const valid = list().filter(isValid);
      assert.ok(valid.length >= least, `only ${valid.length}`);
      for (const { from, text } of valid) assert.deepEqual(objectionsOf(text), [], `${from}:\n${text}`);
    });

  it("has no pattern that only JavaScript reads: Python's validator stops at a property of Unicode", () =>
    assert.doesNotMatch(JSON.stringify(configSchema()), /\\\\p\{/));

  const APP = "apps: { a: { profile: nginx } }\n";
  const refused: Readonly<Record<string, string>> = {
    "a mistyped key": "app: {}\n",
    "a mistyped key further down": "apps: { db: { profile: nginx, memmory: {} } }\n",
    "a list where a mapping belongs": "apps: [a]\n",
    "a text where a list belongs": "files: x\n",
    "an app without a profile": "apps: { db: {} }\n",
    "an app with nothing": "apps:\n  db:\n",
    "a profile that there is not": "apps: { db: { profile: nginy } }\n",
    "an option that the profile has not": "apps: { db: { profile: postgresql, options: { threads: 1 } } }\n",
    "a choice that the option has not": "apps: { db: { profile: postgresql, options: { workload: wbe } } }\n",
    "a whole number that is none": "apps: { db: { profile: jvm, options: { threads: many } } }\n",
    "an option without a value": "apps: { a: { profile: custom, options: { n: } } }\n",
    "a name that no template can say": "apps: { a.b: { profile: nginx } }\n",
    "a size without a unit": "apps: { db: { profile: nginx, memory: { min: 512 } } }\n",
    "a size in GB": "apps: { db: { profile: nginx, memory: { min: 1GB } } }\n",
    "a weight of nothing": "apps: { db: { profile: nginx, memory: { weight: 0 } } }\n",
    "a weight in quotes": "apps: { db: { profile: nginx, memory: { weight: '2' } } }\n",
    "an app that may be optional": "apps: { db: { profile: nginx, optional: maybe } }\n",
    "a reserve of everything": `reserve: { memory: { share: 100% } }\n${APP}`,
    "a reserve that is a share": `reserve: 10%\n${APP}`,
    "an unknown choice": `imds: nope\n${APP}`,
    "an architecture in uname's words": `architectures: [aarch64]\n${APP}`,
    "a file without a template": "files: [ { path: /p } ]\n",
    "a mode without quotes": "files: [ { template: t, path: /p, mode: 0644 } ]\n",
    "a file that runs as its owner": 'files: [ { template: t, path: /p, mode: "4755" } ]\n',
    "a path that climbs": "files: [ { template: t, path: /a/../b } ]\n",
    "a path that is not absolute": "files: [ { template: t, path: a/b } ]\n",
    "a template outside its folder": "files: [ { template: ../t, path: /b } ]\n",
    "a format that there is not": "files: [ { template: t, path: /b, format: jsn } ]\n",
    "a unit without its suffix": "files: [ { template: t, path: /p, onChange: { reload: nginx } } ]\n",
    "a template of units, which nothing runs as":
      "files: [ { template: t, path: /p, onChange: { reload: a@.service } } ]\n",
    "a share that a timer is kept to": "apps: { a: { profile: node, enforce: a.timer } }\n",
    "a share that each instance of a template would have": "apps: { a: { profile: node, enforce: a@.service } }\n",
    "a part of a share without its unit":
      "apps: { a: { profile: node, enforce: { unit: a.service, memoryHigh: 90 } } }\n",
    "a folder without a path": `folders: [ { owner: api } ]\n${APP}`,
    "a secret without an id": "secrets: { db: { keys: { a: {} } } }\n",
    "a secret without keys": "secrets: { db: { id: x } }\n",
    "a secret that all may read": 'secrets: { s: { id: i, keys: { k: { file: f, mode: "0444" } } } }\n',
    "a name that Secrets Manager has not": 'secrets: { s: { id: "a b", keys: { k: {} } } }\n',
    "a stage that begins like AWS's": "secrets: { s: { id: i, stage: AWSCURENT, keys: { k: {} } } }\n",
    "a pointer that is none": "secrets: { s: { id: i, keys: { k: { pointer: a/b } } } }\n",
    "a credential for what is no service": "secrets: { s: { id: i, keys: { k: { file: f, units: [a.timer] } } } }\n",
    "a region in other words": "secrets: { s: { id: i, region: Ireland, keys: { k: {} } } }\n",
    "a duration without a unit": `aws: { startJitter: 5 }\n${APP}`,
    "an age without a limit": `maxImageAge: { then: fail }\n${APP}`,
    "a salt that is too short": `seal: { salt: abc }\n${APP}`,
    "an allowance without a reason": `seal: { allow: [ { path: /a, owner: o } ] }\n${APP}`,
    "a day that is none": `seal: { allow: [ { path: /a, reason: r, owner: o, until: soon } ] }\n${APP}`,
  };
  for (const [name, text] of Object.entries(refused))
    it(`refuses ${name}, as parbake does`, () => {
      assert.notDeepEqual(problemsOf(text), []);
      assert.notDeepEqual(objectionsOf(text), []);
    });

  // What no schema can tell: it sees values, not how they are spelt, and each by itself.
  const beyond: Readonly<Record<string, readonly [why: string, text: string]>> = {
    "an empty config": ["parbake.d may have the rest", "apps: {}\n"],
    "a floor above the cap": ["two values", "apps: { db: { profile: nginx, memory: { min: 2GiB, max: 1GiB } } }\n"],
    "two files on one path": ["two values", "files:\n  - { template: a, path: /p }\n  - { template: b, path: /p }\n"],
    "a file in parbake's own place": ["a path by its meaning", "files: [ { template: t, path: /etc/parbake/x } ]\n"],
    "a path with a character that nobody sees": [
      "invisible characters are a table",
      'files: [ { template: t, path: "/etc/a\\u200b" } ]\n',
    ],
    "a file that says nowhere where it goes": ["its template may", "files: [ { template: t } ]\n"],
    "a program that PATH would have to find": [
      "the first of a list",
      "files: [ { template: t, path: /a, validate: [nginx, -t] } ]\n",
    ],
    "a name that JavaScript reserves": ["a list", "apps: { constructor: { profile: nginx } }\n"],
    "a number that YAML alone reads": ["a spelling", "apps: { db: { profile: nginx, memory: { weight: 1e1 } } }\n"],
    "a size option out of its range": [
      "sizes are texts",
      "apps: { w: { profile: memcached, options: { itemSize: 900GiB } } }\n",
    ],
    "an expression that makes no sense": ["an expression", "apps: { a: { profile: custom, options: { n: 1 + } } }\n"],
    "a range of sizes that ends before it begins": [
      "a syntax of its own",
      `launchOn: ["m7g.{8xlarge..large}"]\n${APP}`,
    ],
    "a wait of a day": ["durations are texts", `aws: { startJitter: 24h }\n${APP}`],
    "a stage and a version": [
      "two values",
      "secrets: { s: { id: i, stage: AWSPENDING, version: 0123456789abcdef0123456789abcdef, keys: { k: {} } } }\n",
    ],
    "a credential without a file": ["two values", "secrets: { s: { id: i, keys: { k: { units: [a.service] } } } }\n"],
    "metrics that no collector reads": ["a place of its own", `metrics: /var/lib/x.txt\n${APP}`],
    "an allowance of all of a kind": [
      "path or digest",
      `seal: { allow: [ { kind: k, reason: r, owner: o } ] }\n${APP}`,
    ],
    "a digest without a salt": ["two values", `seal: { allow: [ { digest: d, reason: r, owner: o } ] }\n${APP}`],
  };
  for (const [name, [why, text]] of Object.entries(beyond))
    it(`leaves ${name} to parbake: ${why}`, () => {
      assert.notDeepEqual(problemsOf(text), []);
      assert.deepEqual(objectionsOf(text), []);
    });

  it("takes whatever parbake takes, whatever stands in the place of a value", () => {
    const configs = [...listHeads(), ...listDocuments(), ...listFiles()].filter(isValid).map(({ text }) => text);
    const value = fc.constantFrom<unknown>(...TEXTS, ...OTHERS);
    fc.assert(
      fc.property(fc.constantFrom(...configs), fc.nat(), value, (text, place, other) => {
        const changed = stringify(replaceOne(parse(text), place, other));
        if (problemsOf(changed).length === 0) assert.deepEqual(objectionsOf(changed), [], changed);
      }),
      { numRuns: 2000 },
    );
  });

  it("gives defaults and examples that are good values", () => {
    const schema = configSchema();
    const shown = listShown(schema);
    assert.ok(shown.length > 150, `only ${shown.length}`);
    const ajv = new Ajv({ strict: false });
    for (const each of shown)
      for (const value of [...(each.examples ?? []), ...(each.default === undefined ? [] : [each.default])])
        assert.ok(ajv.validate(each, value), `${each.description}: ${JSON.stringify(value)}`);
  });

  it("knows every profile and its options, by names that an editor offers", () => {
    const texts = [...PROFILES.values()].map(({ name, options }) => ({
      name,
      text: stringify({ apps: { a: { profile: name, options: fill(options) } } }),
    }));
    for (const { name, text } of texts) assert.deepEqual(objectionsOf(text), [], name);
  });
});

/** The parts of a schema that have a default or examples. */
function listShown(schema: JsonSchema): JsonSchema[] {
  const parts = Object.values(schema).flatMap((part: unknown) => (Array.isArray(part) ? (part as unknown[]) : [part]));
  const inner = [...parts, ...Object.values(schema.properties ?? {})].filter(
    (part): part is JsonSchema => typeof part === "object" && part !== null,
  );
  const own = schema.examples !== undefined || schema.default !== undefined ? [schema] : [];
  return [...own, ...inner.flatMap(listShown)];
}

/** Each option at its default, where it has one. */
function fill(options: Readonly<Record<string, { readonly kind: string; readonly default: unknown }>>): object {
  const given = Object.entries(options).filter(([, rule]) => rule.default !== null && rule.kind !== "size");
  return Object.fromEntries(given.map(([name, rule]) => [name, rule.default]));
}

/** @param place counts the values of the tree, in its order, round and round */
function replaceOne(tree: unknown, place: number, other: unknown): unknown {
  const count = countValues(tree);
  let left = place % count;
  const visit = (node: unknown): unknown => {
    if (left-- === 0) return other;
    if (Array.isArray(node)) return node.map(visit);
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, each]) => [key, visit(each)]));
  };
  return visit(tree);
}

function countValues(node: unknown): number {
  if (typeof node !== "object" || node === null) return 1;
  return Object.values(node).reduce((sum: number, each) => sum + countValues(each), 1);
}
