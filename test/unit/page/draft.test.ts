import assert from "node:assert/strict";
import fc from "fast-check";
import { parseConfig } from "../../../agent/config/read/parse-config.ts";
import { type Draft, draftOf, newApp, NO_RESERVE, writeSize } from "../../../agent/page/draft.ts";
import { writeYaml } from "../../../agent/page/write-yaml.ts";

const CONFIG = `reserve: { memory: { share: 5%, min: 300MiB, max: 4GiB } }
architectures: [arm64]
secretsSize: 3MiB
secrets: { db: { id: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db", keys: { password: { file: db/password } } } }
vars: { token: canary }
files: [ { template: a.hbs, path: /etc/a } ]
apps:
  db: { profile: postgresql, memory: { weight: 3, min: 512MiB, max: 8GiB }, options: { version: 16 } }
  web: { profile: nginx, cpu: { weight: 2 }, optional: true, enforce: true }
  api: { profile: jvm, enforce: { unit: api.service, memoryHigh: 90% } }
  job: { profile: node, enforce: job@1.service }
`;

function draft(text: string): Draft {
  const parsed = parseConfig([{ file: "parbake.yaml", text }]);
  assert.ok(parsed.kind === "config", JSON.stringify(parsed));
  return draftOf(parsed.config);
}

describe("a draft", () => {
  it("has of a config what decides the tuning, as it was written, and nothing else", () => {
    assert.deepEqual(draft(CONFIG), {
      apps: [
        {
          name: "db",
          profile: "postgresql",
          weight: "3",
          min: "512MiB",
          max: "8GiB",
          cpuWeight: "",
          optional: false,
          enforce: null,
          options: { version: "16" },
        },
        { ...newApp("web", "nginx"), cpuWeight: "2", optional: true, enforce: { unit: "", memoryHigh: "" } },
        { ...newApp("api", "jvm"), enforce: { unit: "api.service", memoryHigh: "90%" } },
        { ...newApp("job", "node"), enforce: { unit: "job@1.service", memoryHigh: "" } },
      ],
      reserve: { share: "5%", min: "300MiB", max: "4GiB" },
      secretsSize: "3MiB",
      architectures: ["arm64"],
    });
  });

  it("has a reserve of one size as its least and its most", () => {
    const { reserve } = draft("reserve: { memory: 1536MiB }\napps: { web: { profile: nginx } }\n");
    assert.deepEqual(reserve, { share: "0%", min: "1536MiB", max: "1536MiB" });
    assert.deepEqual(draft("apps: { web: { profile: nginx } }\n").reserve, NO_RESERVE);
  });

  it("writes sizes that are read back as the same bytes", () => {
    assert.deepEqual([0, 1000, 2 ** 20, 1536 * 2 ** 20, 2 ** 33].map(writeSize), [
      "0",
      "1000B",
      "1MiB",
      "1536MiB",
      "8GiB",
    ]);
  });
});

const WRITTEN = `reserve: { memory: { share: 5%, min: 300MiB, max: 4GiB } }
secretsSize: 3MiB
architectures: [arm64]
apps:
  db:
    profile: postgresql
    memory: { weight: 3, min: 512MiB, max: 8GiB }
    options:
      version: 16
  web:
    profile: nginx
    cpu: { weight: 2 }
    optional: true
    enforce: true
  api:
    profile: jvm
    enforce: { unit: api.service, memoryHigh: 90% }
  job:
    profile: node
    enforce: "job@1.service"
`;

describe("a draft as YAML", () => {
  it("is what a person would have written", () => assert.equal(writeYaml(draft(CONFIG)), WRITTEN));

  it("is read back as the same draft, whatever an option says", () => {
    const anyText = fc.oneof(
      fc.string({ unit: "grapheme", minLength: 1 }),
      fc.constantFrom(
        "true",
        "null",
        "~",
        "8.0",
        "0x10",
        "1e3",
        "- a",
        "a: b",
        "#",
        "'",
        '"',
        "\u0085",
        "\ufeffx",
        "a, b]",
      ),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        const before: Draft = {
          apps: [{ ...newApp("app", "custom"), options: { workers: text.trim() || "1" } }],
          reserve: NO_RESERVE,
          secretsSize: "",
          architectures: [],
        };
        assert.deepEqual(draft(writeYaml(before)), before);
      }),
    );
  });
});
