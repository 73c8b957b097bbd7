import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { encodeContent } from "../../../agent/apply/files/encode-content.ts";
import { SecretValue } from "../../../agent/aws/secret-value.ts";
import type { OptionValue } from "../../../agent/config/config.ts";
import { parseConfig } from "../../../agent/config/read/parse-config.ts";
import { readTemplates } from "../../../agent/config/read/read-templates.ts";
import type { Facts } from "../../../agent/facts/facts.ts";
import { factsForSize } from "../../../agent/facts/predict-facts.ts";
import { READERS } from "../../../agent/formats/readers.ts";
import { buildPlan, type BuiltPlan } from "../../../agent/plan/build-plan.ts";
import type { FileStep, Plan } from "../../../agent/plan/plan.ts";
import { formatProblem } from "../../../agent/refusal.ts";
import type { Profile } from "../../../agent/tuning/profile/profile.ts";
import { PROFILES } from "../../../agent/tuning/profiles.ts";
import { plainText } from "../support/plain-text.ts";
import { readEnvAsSystemd, readEnvWithSh } from "../support/readers.ts";
import { ELSEWHERE, FURTHER_OPTIONS, SPELLINGS, TOO_OLD, WITHOUT_TEMPLATE } from "../support/ready-settings.ts";
import {
  listReadyTemplates,
  parseAllExamples,
  readHead,
  TEMPLATES_FOLDER,
  type ParsedExample,
} from "../support/ready-templates.ts";
import { trustingInputs } from "../support/trusting.ts";

const GIB = 2 ** 30;
const SMALL_GIB = [0.5, 1, 2, 4, 8];
const MIDDLING = factsForSize(16 * GIB, 4);
const HUGE = factsForSize(24_576 * GIB, 896);

type GivenOptions = Readonly<Record<string, OptionValue>>;

describe("the ready templates", () => {
  const examples = parseAllExamples();

  describe("of every profile", () => {
    for (const profile of PROFILES.values())
      if (!(profile.name in WITHOUT_TEMPLATE))
        for (const options of listOptions(profile))
          it(`say all that ${describeApp(profile, options)} has, on a small, a middling and a huge machine`, () => {
            const bySystem = groupBySystem(examples.filter(({ config }) => ownerOf(config) === profile.name));
            assert.deepEqual([...bySystem.keys()].toSorted(), ["Amazon Linux 2023", "Debian 12"]);
            for (const [system, group] of bySystem) checkEverySize(profile, system, group, options);
          });

    it("are there, but for profiles that have no config file", () => {
      const served = new Set(examples.map(({ config }) => ownerOf(config)));
      const expected = [...PROFILES.keys()].filter((name) => !(name in WITHOUT_TEMPLATE));
      assert.deepEqual([...served].filter((name) => name !== "secrets").toSorted(), expected.toSorted());
      assert.deepEqual(Object.keys(SPELLINGS).toSorted(), expected.toSorted());
    });
  });

  describe("at their head", () => {
    for (const template of listReadyTemplates())
      it(`${template} shows config that can be pasted, and names its app`, () => {
        const shown = examples.filter((example) => example.template === template);
        assert.ok(shown.length > 0, "there is an example");
        for (const { config } of shown) {
          const own = config.files.find((file) => file.template === template);
          assert.ok(own, "it is in its own example");
          assert.ok(own.onChange.length > 0 || own.healthCheck !== null, "something reads the file when it changes");
          const name = ownerOf(config);
          if (name !== "secrets")
            assert.match(readHead(template), new RegExp(`the\\s+app\\s+with\\s+the\\s+profile\\s+\`${name}\``));
        }
      });

    it("hold no format by accident: each file's name tells one, or it is text", () => {
      const text = listReadyTemplates().filter((name) => formatOfFirst(examples, name) === "text");
      assert.deepEqual(text, [
        "elasticsearch.options.hbs",
        "haproxy.cfg.hbs",
        "httpd.conf.hbs",
        "memcached.conf.hbs",
        "opensearch.options.hbs",
        "rabbitmq.conf.hbs",
        "redis.conf.hbs",
        "secrets/keystore-password.txt.hbs",
        "secrets/tls.pem.hbs",
        "thp.conf.hbs",
        "valkey.conf.hbs",
      ]);
    });
  });

  it("become no files by themselves where the whole folder is beside a config", () => {
    const parsed = parseConfig([{ file: "parbake.yaml", text: "apps: { nginx: { profile: nginx } }\n" }], (_, named) =>
      readTemplates(TEMPLATES_FOLDER, named, trustingInputs("/")),
    );
    assert.ok(parsed.kind === "config");
    assert.deepEqual(parsed.config.files, []);
  });

  it("give the kubelet the structure that it documents", () => {
    assert.deepEqual(parse(render(examples, "kubelet.yaml.hbs")), {
      apiVersion: "kubelet.config.k8s.io/v1beta1",
      kind: "KubeletConfiguration",
      maxPods: 110,
      systemReserved: { memory: "0Mi" },
      kubeReserved: { cpu: "80m", memory: "1465Mi", "ephemeral-storage": "1Gi" },
      evictionHard: { "memory.available": "100Mi", "nodefs.available": "10%", "nodefs.inodesFree": "5%" },
    });
  });

  it("give Envoy the structure that it documents, in one variable", () => {
    const [bootstrap] = readEnvAsSystemd(render(examples, "envoy.env.hbs").replace("ENVOY_BOOTSTRAP=", "V0="));
    const heap = { name: "envoy.resource_monitors.fixed_heap" };
    const types = "type.googleapis.com/envoy.extensions.resource_monitors";
    const { overload_manager } = JSON.parse(bootstrap!);
    assert.deepEqual(overload_manager.actions, [
      { name: "envoy.overload_actions.shrink_heap", triggers: [{ ...heap, threshold: { value: 0.95 } }] },
      { name: "envoy.overload_actions.stop_accepting_requests", triggers: [{ ...heap, threshold: { value: 0.98 } }] },
    ]);
    const [memory, connections] = overload_manager.resource_monitors;
    assert.equal(memory.name, heap.name);
    assert.equal(memory.typed_config["@type"], `${types}.fixed_heap.v3.FixedHeapConfig`);
    assert.equal(typeof memory.typed_config.max_heap_size_bytes, "number");
    assert.deepEqual(connections, {
      name: "envoy.resource_monitors.global_downstream_max_connections",
      typed_config: {
        "@type": `${types}.downstream_connections.v3.DownstreamConnectionsConfig`,
        max_active_downstream_connections: 50_000,
      },
    });
  });

  it("set what other apps of the image ask of the kernel", () => {
    const beside = (template: string) => renderBeside(examples, template, ["clickhouse", "postgresql", "redis"]);
    const files = beside("sysctl.conf.hbs") + beside("thp.conf.hbs");
    assert.match(files, /^vm\.swappiness = 3$/m);
    assert.match(
      files,
      /^vm\.overcommit_memory = 1\nvm\.dirty_background_bytes = 67108864\nvm\.dirty_bytes = 536870912\nvm\.min_free_kbytes = 167772$/m,
    );
    assert.match(files, /^w \/sys\/kernel\/mm\/transparent_hugepage\/enabled - - - - madvise$/m);
  });

  it("give mongod the structure that it documents, its numbers as digits", () => {
    const { storage, net, setParameter } = parse(render(examples, "mongodb.yaml.hbs"));
    assert.equal(storage.dbPath, "/var/lib/mongodb");
    assert.match(String(storage.wiredTiger.engineConfig.cacheSizeGB), /^7\.\d+$/);
    assert.equal(typeof net.maxIncomingConnections, "number");
    assert.equal(setParameter.maxIndexBuildMemoryUsageMegabytes, "200");
  });

  describe("of secrets", () => {
    const HOSTILE = `a "b" 'c' $d \`e\` %f \\g #h ;i =j :k {l}\ttab żółw 🔑 `;
    const SECRETS = { host: "db.internal", port: "5432", dbname: "shop", username: "app", password: HOSTILE };

    for (const template of listReadyTemplates().filter((name) => name.startsWith("secrets/")))
      it(`${template} lands below the secrets folder, with a mode for its owner alone`, () => {
        for (const example of examples.filter((one) => one.template === template)) {
          const step = stepOf(planOf(example, MIDDLING), template);
          assert.match(step.path, /^\/run\/parbake\/secrets\//);
          assert.equal(step.mode, 0o400);
        }
      });

    it("app.env gives every value to systemd and to sh", () => {
      const text = fill(examples, "secrets/app.env.hbs", SECRETS);
      assert.deepEqual(readEnvAsSystemd(text), Object.values(SECRETS));
      const numbered = ["HOST", "PORT", "NAME", "USER", "PASSWORD"].reduce(
        (all, name, index) => all.replace(`DB_${name}=`, `V${index}=`),
        text,
      );
      assert.deepEqual(readEnvWithSh(numbered, 5), Object.values(SECRETS));
    });

    it("app.json gives every value to any reader of JSON", () => {
      assert.deepEqual(JSON.parse(fill(examples, "secrets/app.json.hbs", SECRETS)), { db: { ...SECRETS, port: 5432 } });
    });

    it("app.properties gives every value as java.util.Properties reads it", () => {
      const tokens = READERS.properties!(fill(examples, "secrets/app.properties.hbs", SECRETS));
      assert.deepEqual(
        tokens.filter(({ kind }) => kind === "text").map(({ text }) => text),
        [
          "spring.datasource.url",
          "jdbc:postgresql://db.internal:5432/shop",
          "spring.datasource.username",
          "app",
          "spring.datasource.password",
          HOSTILE,
        ],
      );
    });

    it("keystore-password.txt is the password and not a byte more", () => {
      assert.equal(fill(examples, "secrets/keystore-password.txt.hbs", { password: HOSTILE }), HOSTILE);
    });

    it("tls.pem is the three PEM texts, each from the start of a line, the certificate first", () => {
      const pem = (name: string) => `-----BEGIN ${name}-----\nAAAA\n-----END ${name}-----`;
      const parts = { certificate: pem("CERTIFICATE"), chain: pem("CERTIFICATE"), key: pem("KEY") };
      assert.equal(fill(examples, "secrets/tls.pem.hbs", parts), `${Object.values(parts).join("\n")}\n`);
    });
  });

  it("are all text that the formatter of the repository would leave: no tabs, no blanks at line ends", () => {
    for (const name of listReadyTemplates())
      assert.doesNotMatch(readFileSync(join(TEMPLATES_FOLDER, name), "utf8"), /\t|[ \t]$/m, name);
  });
});

function describeApp({ name }: Profile, options: GivenOptions): string {
  const given = Object.entries(options).map(([option, value]) => ` with ${option}: ${value}`);
  return name + given.join("");
}

/** None, and each choice and switch by itself: what decides which settings there are. */
function listOptions(profile: Profile): readonly GivenOptions[] {
  const single = Object.entries(profile.options).flatMap(([name, rule]): GivenOptions[] => {
    if (rule.kind === "choice") return rule.choices!.map((choice) => ({ [name]: choice }));
    return rule.kind === "boolean" ? [{ [name]: true }, { [name]: false }] : [];
  });
  return [{}, ...single, ...(FURTHER_OPTIONS[profile.name] ?? [])];
}

/** The one app of an example. */
function ownerOf({ apps }: ParsedExample["config"]): string {
  return apps.length === 1 && apps[0]!.name === apps[0]!.profile ? apps[0]!.name : "secrets";
}

/** An example for two systems counts for both. */
function groupBySystem(examples: readonly ParsedExample[]): ReadonlyMap<string, readonly ParsedExample[]> {
  const systems = ["Debian 12", "Amazon Linux 2023"];
  const groups = systems.map((system) => [system, examples.filter((one) => one.systems.includes(system))] as const);
  return new Map(groups.filter(([, group]) => group.length > 0));
}

function checkEverySize(
  profile: Profile,
  system: string,
  examples: readonly ParsedExample[],
  options: GivenOptions,
): void {
  const elsewhere = { ...ELSEWHERE[profile.name], ...TOO_OLD[`${profile.name} on ${system}`] };
  for (const facts of [findSmallest(examples, options), MIDDLING, HUGE]) {
    const plans = examples.map((example) => planOf(example, facts, options));
    const files = new Map(plans.flatMap(({ steps }) => steps.filter((step) => step.kind === "file").map(textByPath)));
    const saysAll = [...files.values()].join("\n");
    for (const [name, { text }] of Object.entries(plans[0]!.apps[0]!.settings)) {
      if (name in elsewhere) continue;
      const spell = SPELLINGS[profile.name]![name] ?? SPELLINGS[profile.name]!["*"];
      assert.ok(spell, `how ${name} is spelled is known`);
      const spellings = [spell(name, text)].flat();
      assert.ok(
        spellings.some((spelling) => standsIn(saysAll, spelling)),
        `${name}: no ${spellings.join(" and no ")} in\n${saysAll}`,
      );
    }
  }
}

/** With one CPU, and as little memory as will do. */
function findSmallest(examples: readonly ParsedExample[], options: GivenOptions): Facts {
  const machines = SMALL_GIB.map((gib) => factsForSize(gib * GIB, 1));
  const fits = (facts: Facts) => examples.every((example) => build(example, facts, options).kind === "plan");
  return machines.find(fits) ?? machines.at(-1)!;
}

/** Not as a part of a longer word. */
function standsIn(all: string, wanted: string): boolean {
  for (let index = all.indexOf(wanted); index !== -1; index = all.indexOf(wanted, index + 1)) {
    const [before, after] = [all[index - 1] ?? "\n", all[index + wanted.length] ?? "\n"];
    if (/[\s"=-]/.test(before) && (/[\s"]$/.test(wanted) || /[\s"]/.test(after))) return true;
  }
  return false;
}

function textByPath({ path, content }: FileStep): readonly [string, string] {
  return [path, plainText(content)];
}

function build({ config, templates }: ParsedExample, facts: Facts, options: GivenOptions = {}): BuiltPlan {
  const apps = config.apps.map((app) => ({ ...app, options: { ...app.options, ...options } }));
  return buildPlan({ config: { ...config, apps }, facts, templates });
}

/** Without a refusal or a warning. */
function planOf(example: ParsedExample, facts: Facts, options: GivenOptions = {}): Plan {
  const built = build(example, facts, options);
  assert.deepEqual(built.kind === "refused" ? built.problems.map(formatProblem) : [], []);
  assert.ok(built.kind === "plan");
  assert.deepEqual(built.plan.warnings.map(formatProblem), []);
  return built.plan;
}

function stepOf({ steps }: Plan, template: string): FileStep {
  const found = steps.find((step) => step.kind === "file" && step.template === template);
  assert.ok(found?.kind === "file");
  return found;
}

function firstOf(examples: readonly ParsedExample[], template: string): ParsedExample {
  return examples.find((example) => example.template === template)!;
}

function formatOfFirst(examples: readonly ParsedExample[], template: string): string | null {
  return stepOf(planOf(firstOf(examples, template), MIDDLING), template).format;
}

function render(examples: readonly ParsedExample[], template: string): string {
  return plainText(stepOf(planOf(firstOf(examples, template), MIDDLING), template).content);
}

/** With apps of these profiles in the image, too. */
function renderBeside(examples: readonly ParsedExample[], template: string, profiles: readonly string[]): string {
  const { config, ...example } = firstOf(examples, template);
  const others = profiles.map((profile) => ({ ...config.apps[0]!, name: profile, profile }));
  const built = build({ ...example, config: { ...config, apps: [...config.apps, ...others] } }, MIDDLING);
  assert.ok(built.kind === "plan");
  return plainText(stepOf(built.plan, template).content);
}

/** As apply fills it in. */
function fill(examples: readonly ParsedExample[], template: string, values: Readonly<Record<string, string>>): string {
  const example = firstOf(examples, template);
  const secret = example.config.secrets[0]!.name;
  const fetched = Object.entries(values).map(
    ([key, value]) => [key, new SecretValue(`${secret}#${key}`, Buffer.from(value))] as const,
  );
  const step = stepOf(planOf(example, MIDDLING), template);
  return encodeContent(step, new Map([[secret, { versionId: "v1", values: new Map(fetched) }]])).toString("utf8");
}
