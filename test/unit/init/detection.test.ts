// An image that has just what the heads of a profile's templates speak of: init finds the app there, and writes what they show.

import assert from "node:assert/strict";
import { dirname } from "node:path";
import { PROGRAMS, UNITS } from "../../../agent/init/detection.ts";
import { makeStartingConfig } from "../../../agent/init/starting-config.ts";
import { templateOf } from "../../../agent/names/unit-name.ts";
import { parseAllExamples, type ParsedExample } from "../support/ready-templates.ts";
import { makeTree } from "../support/small-image.ts";

const SYSTEMS = [
  ["Debian 12", "ID=debian\nVERSION_ID=12\n"],
  ["Amazon Linux 2023", "ID=amzn\nVERSION_ID=2023\n"],
] as const;

const examples = parseAllExamples();

function examplesOf(profile: string, system: string): readonly ParsedExample[] {
  return examples.filter(
    ({ config, systems }) => systems.includes(system) && config.apps.every((app) => app.profile === profile),
  );
}

function unitOf(each: readonly ParsedExample[]): string {
  return each.flatMap(({ config }) => config.files.flatMap(({ onChange }) => onChange))[0]!.unit;
}

/** @param unit its text */
function makeImage(each: readonly ParsedExample[], release: string, unit: string): ReturnType<typeof makeTree> {
  const files = each.flatMap(({ config }) => config.files);
  const folders = each.flatMap(({ config }) => config.folders);
  const names = [...files, ...folders].flatMap(({ owner, group }) => [owner, group ?? owner]);
  const made = new Set(folders.map(({ path }) => path));
  const accounts = [...new Set(["www-data", ...names])].filter((name) => name !== "root");
  const name = unitOf(each);
  return makeTree({
    "/etc/os-release": release,
    "/etc/passwd": accounts
      .map((account, index) => `${account}:x:${900 + index}:${900 + index}::/:/bin/false\n`)
      .join(""),
    "/etc/group": accounts.map((account, index) => `${account}:x:${900 + index}:\n`).join(""),
    [`/usr/lib/systemd/system/${templateOf(name) ?? name}`]: unit,
    ...Object.fromEntries(files.flatMap(({ validate }) => (validate ? [[validate[0]!, "program"]] : []))),
    ...Object.fromEntries(
      [...files, ...folders]
        .map(({ path }) => dirname(path))
        .filter((path) => !made.has(path))
        .map((path) => [path, "folder"]),
    ),
    // What tells PostgreSQL's version.
    ...(name === "postgresql@15-main.service" ? { "/etc/postgresql/15/main/postgresql.conf": "empty" } : {}),
    ...(name === "postgresql.service" ? { "/var/lib/pgsql/data/PG_VERSION": "16\n" } : {}),
  });
}

for (const [system, release] of SYSTEMS)
  describe(`on ${system}, init`, () => {
    for (const profile of Object.keys(UNITS))
      it(`finds ${profile} by its unit, and has its files where the heads have them`, async () => {
        const each = examplesOf(profile, system);
        const { root } = makeImage(each, release, "[Service]\nExecStart=/usr/bin/a\n");
        const { apps, config } = await makeStartingConfig(root, "/etc/parbake/parbake.yaml");
        assert.deepEqual(
          apps.map((app) => [app.profile, app.problems]),
          [[profile, []]],
        );
        for (const file of each.flatMap((example) => example.config.files))
          assert.match(config.text, new RegExp(`^    path: ${file.path.replaceAll(".", "\\.")}$`, "m"));
        assert.match(
          config.text,
          new RegExp(`^    onChange: \\{ \\w+: ${unitOf(each).replaceAll(".", "\\.")} \\}$`, "m"),
        );
      });

    for (const profile of Object.keys(PROGRAMS))
      it(`finds ${profile} by what a unit says, and has its files told to that unit`, async () => {
        const each = examplesOf(profile, system);
        const variable = { jvm: "JAVA_OPTS", puma: "PUMA_WORKERS", python: "GUNICORN_CMD_ARGS", node: "NODE_ENV" };
        const others = {
          dotnet: "DOTNET_ROOT",
          envoy: "ENVOY_UID",
          go: "GOGC",
          sidekiq: "SIDEKIQ_COUNT",
          "spring-boot": "SPRING_PROFILES_ACTIVE",
          uwsgi: "UWSGI_MODULE",
        };
        const name = { ...variable, ...others }[profile]!;
        const { root } = makeImage(each, release, `[Service]\nEnvironment=${name}=1\nExecStart=/srv/start\n`);
        const { apps, config } = await makeStartingConfig(root, "/etc/parbake/parbake.yaml");
        assert.deepEqual(
          apps.map((app) => [app.name, app.profile, app.problems]),
          [["myapp", profile, []]],
        );
        assert.match(config.text, /^ {4}path: \/etc\/myapp\.env\n {4}onChange: \{ restart: myapp\.service \}$/m);
      });
  });
