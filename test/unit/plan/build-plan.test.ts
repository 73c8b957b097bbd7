import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AppConfig, Config, FileConfig } from "../../../agent/config/config.ts";
import type { Facts } from "../../../agent/facts/facts.ts";
import { buildPlan } from "../../../agent/plan/build-plan.ts";
import type { FileStep, Plan } from "../../../agent/plan/plan.ts";
import { formatProblem } from "../../../agent/refusal.ts";
import { plainText } from "../support/plain-text.ts";
import { SOME_FACTS } from "../support/some-facts.ts";

const at = (line: number) => ({ file: "parbake.yaml", line, column: 5 });

function app(name: string, profile: string, minBytes: number | null = null): AppConfig {
  const memory = { weight: 1, minBytes, maxBytes: null };
  return { name, profile, memory, cpu: { weight: 1 }, optional: false, options: {}, at: at(2) };
}

function file(template: string, path: string, mode = 0o644): FileConfig {
  const rest = { format: null, validate: null, onChange: [], healthCheck: null, onDrift: "overwrite" } as const;
  return { template, path, owner: "root", group: null, mode, ...rest, at: at(20) };
}

const SECRET_FILE = { owner: "postgres", group: null, mode: 0o400 };

const CONFIG: Config = {
  imds: "optional",
  reserve: { memory: { kind: "share", share: 0.05, minBytes: 256 * 2 ** 20, maxBytes: Infinity } },
  architectures: [],
  launchOn: [],
  apps: [app("web", "nginx")],
  secrets: [
    {
      name: "db",
      id: "prod/db",
      region: null,
      keys: [
        { ...SECRET_FILE, key: "password", file: "db/password", at: at(10) },
        { ...SECRET_FILE, key: "username", file: null, at: at(11) },
      ],
      at: at(9),
    },
  ],
  aws: { batch: false, startJitterMs: 0 },
  files: [],
  folders: [],
  metrics: null,
  maxImageAge: null,
  vars: { team: "blue" },
  varsAt: { team: at(30) },
  templatesFolder: "/etc/parbake/templates",
  secretsFolder: "/run/parbake/secrets/",
  secretsSizeBytes: 0,
  secretsGuarantee: "unswappable",
  sources: ["parbake.yaml"],
};

function build(
  config: Partial<Config>,
  templates: Readonly<Record<string, string | null>> = {},
  facts: Facts = SOME_FACTS,
) {
  return buildPlan({
    config: { ...CONFIG, ...config },
    facts,
    templates: new Map(Object.entries(templates)),
  });
}

function planOf(built: ReturnType<typeof buildPlan>): Plan {
  assert.deepEqual(built.kind === "refused" ? built.problems.map(formatProblem) : [], []);
  assert.ok(built.kind === "plan");
  return built.plan;
}

function fileStep(plan: Plan): FileStep {
  const found = plan.steps.find((one) => one.kind === "file");
  assert.ok(found);
  return found;
}

function refusalOf(built: ReturnType<typeof buildPlan>): string[] {
  assert.ok(built.kind === "refused");
  return [built.code, ...built.problems.map(formatProblem)];
}

function isTuned(source: string): boolean {
  return fileStep(planOf(build({ files: [file("a.txt.hbs", "/etc/a")] }, { "a.txt.hbs": source }))).isTuned;
}

function isOfInstance(source: string, partials: Readonly<Record<string, string>> = {}): boolean {
  const files = [file("a.txt.hbs", "/etc/a")];
  return fileStep(planOf(build({ files }, { "a.txt.hbs": source, ...partials }))).ofInstance === true;
}

function readTemplate(name: string): string {
  return readFileSync(join(import.meta.dirname, "../../../templates", name), "utf8");
}

describe("buildPlan", () => {
  it("puts secrets first with absolute paths, then files in the config's order", () => {
    const files = [file("b.txt.hbs", "/etc/b"), file("a.txt.hbs", "/etc/a")];
    const plan = planOf(build({ files }, { "a.txt.hbs": "A", "b.txt.hbs": "B {{vars.team}}\n" }));
    assert.deepEqual(plan.steps, [
      {
        kind: "secret",
        name: "db",
        id: "prod/db",
        region: null,
        at: at(9),
        keys: [
          { ...SECRET_FILE, key: "password", path: "/run/parbake/secrets/db/password", at: at(10) },
          { ...SECRET_FILE, key: "username", path: null, at: at(11) },
        ],
      },
      { ...step("b.txt.hbs", "/etc/b"), content: ["B blue\n"], at: at(20) },
      { ...step("a.txt.hbs", "/etc/a"), content: ["A"], at: at(20) },
    ]);
    assert.equal(plan.schema, 1);
    assert.equal(plan.secretsFolder, "/run/parbake/secrets/");
  });

  it("puts folders first of all, parents before what is in them, else in the config's order", () => {
    const folder = (path: string) => ({ path, owner: "api", group: null, mode: 0o750, at: at(30) });
    const plan = planOf(build({ folders: ["/srv/b/c", "/srv/b", "/opt/a", "/srv"].map(folder) }));
    assert.deepEqual(plan.steps.slice(0, 4), [
      { kind: "folder", path: "/srv", owner: "api", group: null, mode: 0o750, at: at(30) },
      { kind: "folder", path: "/srv/b", owner: "api", group: null, mode: 0o750, at: at(30) },
      { kind: "folder", path: "/opt/a", owner: "api", group: null, mode: 0o750, at: at(30) },
      { kind: "folder", path: "/srv/b/c", owner: "api", group: null, mode: 0o750, at: at(30) },
    ]);
    assert.equal(plan.part, null);
  });

  it("warns of a disk that is too small for the free space that its app should have", () => {
    const facts = { ...SOME_FACTS, fileSystems: [{ folder: "/var/lib/rabbitmq", sizeBytes: 8 * 2 ** 30 }] };
    const warn = (fileSystems: Facts["fileSystems"]) => {
      const built = build({ secrets: [], vars: {}, apps: [app("queue", "rabbitmq")] }, {}, { ...facts, fileSystems });
      return planOf(built).warnings.map(formatProblem);
    };
    assert.deepEqual(warn(facts.fileSystems), [
      "parbake.yaml:2:5: queue: disk_free_limit_absolute is only 2 GiB: the production checklist advises as much as the memory mark, so a disk " +
        "of four times that. Put /var/lib/rabbitmq on a larger disk, or give the option disk_free_limit_absolute.",
    ]);
    assert.deepEqual(warn([{ folder: "/var/lib/rabbitmq", sizeBytes: 30 * 2 ** 30 }]), []);
    assert.deepEqual(warn(null), []);
  });

  it("refuses to watch a file of secrets for edits: nothing is kept that would tell", () => {
    const watched = { ...file("a.txt.hbs", "/run/parbake/secrets/a", 0o400), onDrift: "keep" } as const;
    assert.deepEqual(refusalOf(build({ files: [watched] }, { "a.txt.hbs": "{{secrets.db.password.value}}" })), [
      "config",
      "parbake.yaml:20:5: /run/parbake/secrets/a holds a secret's value, so no digest of it is kept, and `onDrift: keep` could not tell an edit. Leave onDrift out: the file is written anew where it differs.",
    ]);
  });

  it("says of each file whether it reads what was tuned", () => {
    assert.equal(isTuned("{{facts.vcpus}}"), false);
    assert.equal(isTuned("{{apps.web.worker_processes}}"), true);
    assert.equal(isTuned("{{#if (gt apps.web.worker_processes 1)}}x{{/if}}"), true);
    assert.equal(isTuned("{{#with @root.apps.web}}{{worker_processes}}{{/with}}"), true);
  });

  it("says of each file whether it reads what only IMDS tells, in its partials too", () => {
    assert.equal(isOfInstance("{{facts.vcpus}} {{apps.web.worker_processes}} {{vars.team}}"), false);
    assert.equal(isOfInstance("{{#if facts.memTotalBytes}}x{{/if}}"), false);
    assert.equal(isOfInstance("{{facts.region}}"), true);
    assert.equal(isOfInstance("{{#if facts.tags.Role}}x{{/if}}"), true);
    assert.equal(isOfInstance("{{#with facts}}{{vcpus}}{{/with}}"), true);
    assert.equal(isOfInstance("{{#each facts}}{{@key}}{{/each}}"), true);
    assert.equal(isOfInstance("{{> part}}", { "part.hbs": "{{facts.instanceId}}" }), true);
    assert.equal(isOfInstance("{{#if vars.team}}a{{else}}{{facts.hostname}}{{/if}}"), true);
  });

  it("has IMDS decide all that is tuned where an app is tuned by the network of the instance type", () => {
    const config = { apps: [app("web", "nginx"), app("node", "kubelet")], files: [file("a.txt.hbs", "/etc/a")] };
    const ofInstance = (source: string) => fileStep(planOf(build(config, { "a.txt.hbs": source }))).ofInstance;
    assert.equal(ofInstance("{{apps.web.worker_processes}}"), true);
    assert.equal(ofInstance("{{facts.vcpus}}"), undefined);
  });

  it("lets a template read the memory and CPUs of an app, without taking them for settings", () => {
    const source = "{{#if apps.web.vcpus}}cpus{{/if}}{{#each apps.web}} {{@key}}{{/each}}";
    const plan = planOf(build({ files: [file("a.txt.hbs", "/etc/a")] }, { "a.txt.hbs": source }));
    assert.deepEqual(fileStep(plan).content, [
      "cpus worker_processes worker_connections busy_connections worker_rlimit_nofile",
    ]);
  });

  it("keeps references where a file below the secrets folder prints a secret's value", () => {
    const files = [file("a.env.hbs", "/run/parbake/secrets/a.env", 0o400)];
    const plan = planOf(build({ files }, { "a.env.hbs": "U={{secrets.db.username.value}}\n" }));
    assert.deepEqual(fileStep(plan).content, [
      "U=",
      { reference: { secret: "db", key: "username" }, format: "env", place: "alone" },
      "\n",
    ]);
  });

  it("refuses a secret's value in a file anywhere else, a sibling of the secrets folder included", () => {
    for (const path of ["/etc/a.env", "/run/parbake/secrets-not/a.env", "/run/parbake/secrets/../a.env"]) {
      const built = build(
        { files: [file("a.env.hbs", path, 0o400)] },
        { "a.env.hbs": "U={{secrets.db.username.value}}" },
      );
      assert.deepEqual(refusalOf(built), [
        "data",
        "/etc/parbake/templates/a.env.hbs:1:5: secrets.db.username.value is a secret's value, and this file is not on the secrets file system." +
          " Move the file below the secrets folder, or print the secret's .path and let the program read it there.",
      ]);
    }
  });

  it("refuses a file with a secret's value that others may read", () => {
    const files = [file("a.env.hbs", "/run/parbake/secrets/a.env", 0o644)];
    assert.deepEqual(refusalOf(build({ files }, { "a.env.hbs": "U={{secrets.db.username.value}}" })), [
      "config",
      "parbake.yaml:20:5: /run/parbake/secrets/a.env holds a secret's value and its mode 0644 lets every user in." +
        ' Give it mode: "0400", or "0440" and a group.',
    ]);
  });

  it("knows no path of a secret's key that has no file", () => {
    const files = [file("a.txt.hbs", "/etc/a")];
    assert.deepEqual(refusalOf(build({ files }, { "a.txt.hbs": "{{secrets.db.username.path}}" })), [
      "data",
      "/etc/parbake/templates/a.txt.hbs:1:3: secrets.db.username.path: the key has no file, and so no path. Give it one in the config: `file:`, a path below the secrets folder.",
    ]);
  });

  it("refuses missing templates in one problem, at the place where the config names the first", () => {
    const one = [file("gone.hbs", "/etc/a")];
    assert.deepEqual(refusalOf(build({ files: one }, { "gone.hbs": null })), [
      "config",
      "parbake.yaml:20:5: there is no template /etc/parbake/templates/gone.hbs. Create it, or correct files[].template.",
    ]);
    const files = [...one, file("also.hbs", "/etc/b"), file("gone.hbs", "/etc/c")];
    assert.deepEqual(refusalOf(build({ files }, { "gone.hbs": null })), [
      "config",
      "parbake.yaml:20:5: there are no templates gone.hbs and also.hbs in /etc/parbake/templates. Create them, or correct files[].template.",
    ]);
  });

  it("tells the problems of tuning and of every template at once, and calls that a config error", () => {
    const apps = [app("web", "nginx"), app("db", "postgresql", 2 ** 40)];
    const files = [file("a.txt.hbs", "/etc/a"), file("b.txt.hbs", "/etc/b"), file("c.txt.hbs", "/etc/c")];
    const templates = { "a.txt.hbs": "{{apps.db.anything}}{{vars.no}}", "b.txt.hbs": "{{#if}}", "c.txt.hbs": null };
    const [code, ...problems] = refusalOf(build({ apps, files }, templates));
    assert.equal(code, "config");
    assert.match(problems.join("\n"), /c\.txt\.hbs/);
    assert.match(problems.join("\n"), /unknown variable vars\.no/);
    assert.match(problems.join("\n"), /\{\{#if\}\} is never closed/);
    // Tuning failed, so nothing can be said about the settings.
    assert.doesNotMatch(problems.join("\n"), /apps\.db\.anything/);
    assert.equal(problems.length, 4);
  });

  describe("with an optional app", () => {
    const heavy = { ...app("db", "postgresql", 4 * 2 ** 30), optional: true };
    const files = [file("a.txt.hbs", "/etc/a")];
    const guarded = "{{#if apps.db.present}}{{apps.db.max_connections}}{{else}}none{{/if}}";
    const small = { ...SOME_FACTS, memLimitBytes: 2 * 2 ** 30 };

    function buildOn(facts: typeof SOME_FACTS, source: string) {
      const config = { ...CONFIG, apps: [app("web", "nginx"), heavy], files };
      return buildPlan({ config, facts, templates: new Map([["a.txt.hbs", source]]) });
    }

    it("renders its settings where it is present, and does without them where it is left out", () => {
      const [large, little] = [SOME_FACTS, small].map((facts) => planOf(buildOn(facts, guarded)));
      assert.deepEqual([fileStep(large!).content, large!.budget.leftOut], [["200"], []]);
      assert.deepEqual([fileStep(little!).content, little!.budget.leftOut], [["none"], ["db"]]);
      assert.deepEqual(
        little!.apps.map(({ name }) => name),
        ["web"],
      );
    });

    it("loops over the apps that are present alone", () => {
      const names = [SOME_FACTS, small].map((facts) =>
        fileStep(planOf(buildOn(facts, "{{#each apps}}{{@key}} {{/each}}"))),
      );
      assert.deepEqual(
        names.map(({ content }) => content),
        [["web db "], ["web "]],
      );
    });

    const unguarded = [
      "{{apps.db.max_connections}}",
      "{{#if apps.db.present}}{{else}}{{apps.db.max_connections}}{{/if}}",
      "{{#unless apps.db.present}}{{apps.db.max_connections}}{{/unless}}",
      "{{#if apps.web.present}}{{apps.db.vcpus}}{{/if}}",
      "{{#with apps.db}}{{max_connections}}{{/with}}",
      "{{default apps.db.max_connections 1}}",
      "{{json apps.db}}",
    ];
    for (const source of unguarded) {
      it(`refuses ${source} on every machine alike`, () => {
        for (const facts of [SOME_FACTS, small]) {
          const [code, ...problems] = refusalOf(buildOn(facts, source));
          assert.equal(code, "data");
          assert.match(
            problems[0]!,
            /the app db is optional, .* Put this inside \{\{#if apps\.db\.present\}\} … \{\{\/if\}\}\.$/,
          );
        }
      });
    }

    it("still knows its settings by name where it is left out", () => {
      const [, problem] = refusalOf(buildOn(small, "{{#if apps.db.present}}{{apps.db.max_conections}}{{/if}}"));
      assert.match(problem!, /unknown variable apps\.db\.max_conections .* Did you mean 'max_connections'\?$/);
    });
  });

  it("gives the same plan for the same input, byte for byte", () => {
    const files = [file("a.hbs", "/a")];
    const templates = { "a.hbs": "{{#each facts.disks}}{{name}}{{/each}}" };
    assert.equal(JSON.stringify(build({ files }, templates)), JSON.stringify(build({ files }, templates)));
  });
});

describe("the ready templates, whatever the app is called", () => {
  function render(name: string, profile: string, appName: string) {
    const built = build(
      { apps: [app(appName, profile)], files: [file(name, "/etc/a")] },
      { [name]: readTemplate(name) },
    );
    const plan = planOf(built);
    return { text: plainText(fileStep(plan).content), settings: plan.apps[0]!.settings };
  }

  it("postgresql.conf has every setting on a line of its own", () => {
    const { text, settings } = render("postgresql.conf.hbs", "postgresql", "db");
    const lines = text.trimEnd().split("\n").slice(1);
    assert.equal(lines.length, Object.keys(settings).length);
    assert.ok(lines.includes(`shared_buffers = ${settings.shared_buffers!.text}`));
    assert.ok(lines.includes("checkpoint_completion_target = 0.9"));
  });

  it("nginx.conf sets the workers", () => {
    const { text, settings } = render("nginx.conf.hbs", "nginx", "web");
    assert.match(text, /^worker_processes 4;$/m);
    assert.match(text, new RegExp(`^ +worker_connections ${settings.worker_connections!.text};$`, "m"));
  });

  it("jvm.env passes the options as one quoted word", () => {
    const { text, settings } = render("jvm.env.hbs", "jvm", "api");
    assert.equal(text.split("\n")[1], `JAVA_TOOL_OPTIONS="${settings.options!.text}"`);
  });

  it("node.env passes heap, thread pool and processes", () => {
    const { text, settings } = render("node.env.hbs", "node", "worker");
    assert.equal(text.split("\n")[1], `NODE_OPTIONS="${settings.options!.text}"`);
    assert.match(text, /^UV_THREADPOOL_SIZE=\d+\nWEB_CONCURRENCY=\d+\n$/m);
  });

  it("sysctl.conf has one assignment on each line", () => {
    const { text } = render("sysctl.conf.hbs", "sysctl", "system");
    assert.match(text, /^#.*\n(-?[a-z0-9_.-]+ = [0-9 ]+\n)+$/);
  });
});

function step(template: string, path: string) {
  const owner = { owner: "root", group: null, mode: 0o644 };
  return {
    kind: "file",
    template,
    path,
    ...owner,
    format: "text",
    formatReason: "the template's name",
    isTuned: false,
    validate: null,
    onChange: [],
    healthCheck: null,
    onDrift: "overwrite",
  };
}
