import assert from "node:assert/strict";
import { findServices } from "../../../agent/init/find-services.ts";
import { gatherInventory } from "../../../agent/init/gather-inventory.ts";
import { makeTree } from "../support/small-image.ts";

function findIn(unit: string, more: Readonly<Record<string, string>> = {}) {
  const { root } = makeTree({ "/etc/systemd/system/my.service": `[Service]\n${unit}\n`, ...more });
  return findServices(gatherInventory(root));
}

function profileOf(unit: string): string | null {
  const [found] = findIn(unit);
  return found?.kind === "app" ? found.profile : null;
}

function environmentFileOf(unit: string, more: Readonly<Record<string, string>> = {}): string | undefined {
  const [found] = findIn(`ExecStart=/usr/bin/java -jar a.jar\n${unit}`, more);
  return found?.kind === "app" ? found.replacements[0]?.[1] : undefined;
}

describe("a service of the operator's own", () => {
  for (const [unit, profile] of [
    ["ExecStart=/usr/bin/java -jar /opt/a.jar", "jvm"],
    ["ExecStart=-/opt/jdk-21/bin/java -jar /opt/a.jar", "jvm"],
    ["ExecStart = @/usr/bin/java a -jar b.jar", "jvm"],
    ["ExecStart=/usr/bin/env FOO=1 java -jar a.jar", "jvm"],
    [`ExecStart=/bin/sh -c 'exec java $OPTS -jar a.jar'`, "jvm"],
    ["ExecStart=/usr/bin/env \\\n  java -jar a.jar", "jvm"],
    [`Environment="JAVA_OPTS=-Xss1m"\nExecStart=/opt/tomcat/start`, "jvm"],
    ["ExecStart=/srv/venv/bin/gunicorn web:app", "python"],
    ["ExecStart=/usr/bin/python3 -m uvicorn web:app", "python"],
    ["ExecStart=/usr/bin/node /srv/app.js", "node"],
    ["Environment=NODE_ENV=production\nExecStart=/srv/start", "node"],
    ["ExecStart=/usr/local/bin/bundle exec puma -C config/puma.rb", "puma"],
    ["ExecStart=/usr/bin/dotnet /srv/api.dll", "dotnet"],
    ["Environment=GOMAXPROCS=2\nExecStart=/srv/api", "go"],
    ["Environment=SPRING_PROFILES_ACTIVE=prod\nExecStart=/usr/bin/java -jar a.jar", "spring-boot"],
    ["ExecStart=/usr/local/bin/bundle exec sidekiq -e production", "sidekiq"],
    ["Environment=SIDEKIQ_COUNT=2\nExecStart=/srv/jobs", "sidekiq"],
    ["Environment=SIDEKIQ_REDIS_URL=a\nExecStart=/usr/local/bin/bundle exec puma", "puma"],
    ["ExecStart=/srv/venv/bin/uwsgi --ini app.ini", "uwsgi"],
    ["ExecStart=/usr/local/bin/envoy -c /etc/envoy/envoy.yaml", "envoy"],
  ] as const)
    it(`is ${profile} by: ${unit.replaceAll("\n", "; ")}`, () => assert.equal(profileOf(unit), profile));

  for (const unit of [
    "ExecStart=/usr/bin/cat /usr/bin/java",
    "ExecStart=/srv/api",
    "#ExecStart=/usr/bin/java",
    "ExecStop=/usr/bin/java -jar stop.jar\nExecStart=/srv/start",
    "ExecStart=/usr/bin/javac a",
    "Environment=MY_JAVA_OPTS=1\nExecStart=/srv/start",
    "Environment=SIDEKIQ_REDIS_URL=a\nExecStart=/srv/web",
    "Environment=ENVOY_ADMIN_URL=a\nExecStart=/srv/web",
    "ExecStart=",
    "ExecStart",
  ])
    it(`is none by: ${unit.replaceAll("\n", "; ")}`, () => assert.equal(profileOf(unit), null));

  it("is none under a name that a package's unit has", () => {
    const { root } = makeTree({
      "/etc/systemd/system/kafka.service": "[Service]\nExecStart=/usr/bin/java kafka.Kafka\n",
    });
    assert.deepEqual(findServices(gatherInventory(root)), []);
  });

  it("says nothing of its command line, which may hold a secret", () => {
    assert.doesNotMatch(JSON.stringify(findIn("ExecStart=/usr/bin/java -Dpassword=hunter2 -jar a.jar")), /hunter2/);
  });

  it("that is a template is told, for nobody knows its instances", () => {
    const { root } = makeTree({ "/etc/systemd/system/w@.service": "[Service]\nExecStart=/usr/bin/java -jar %i.jar\n" });
    assert.deepEqual(
      findServices(gatherInventory(root)).map((found) => found.kind),
      ["note"],
    );
  });
});

describe("the environment file of a service", () => {
  it("is one that the unit reads and that nobody has written", () => {
    assert.equal(environmentFileOf("EnvironmentFile=-/etc/default/my"), "/etc/default/my");
    assert.equal(environmentFileOf("EnvironmentFile=/etc/app/my.env"), "/etc/app/my.env");
    assert.equal(environmentFileOf("EnvironmentFile=-/etc/default/%p"), "/etc/default/my");
  });
  it("is never a file of the image's: that has settings of the operator's own", () => {
    assert.equal(environmentFileOf("EnvironmentFile=-/etc/default/my", { "/etc/default/my": "A=1\n" }), "/etc/my.env");
    const both = { "/etc/default/my": "A=1\n", "/etc/my.env": "A=1\n" };
    assert.equal(environmentFileOf("EnvironmentFile=/etc/default/my", both), "/etc/my.parbake.env");
  });
  it("is never that of another service", () => {
    const unit = "[Service]\nEnvironmentFile=-/etc/default/both\nExecStart=/usr/bin/java -jar a.jar\n";
    const { root } = makeTree({ "/etc/systemd/system/a.service": unit, "/etc/systemd/system/b.service": unit });
    const files = findServices(gatherInventory(root)).map(
      (found) => found.kind === "app" && found.replacements[0]?.[1],
    );
    assert.deepEqual(files, ["/etc/default/both", "/etc/b.env"]);
  });
  it("is none of a secret's, none outside of /etc and none with a name that depends on something", () => {
    for (const path of [
      "/run/parbake/secrets/my.env",
      "/opt/my.env",
      "/etc/%i.env",
      "/etc/a*.env",
      "/etc/../opt/my.env",
      "/etc/my.conf",
    ])
      assert.equal(environmentFileOf(`EnvironmentFile=${path}`), "/etc/my.env");
  });
});
