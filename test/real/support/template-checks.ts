// How each real program is asked whether it takes the file of a ready template, where that file is meant to be.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseSize } from "../../../agent/size.ts";
import { hasMemory } from "./machine-limits.ts";
import type { Programs } from "./open-programs.ts";
import { includeInPgbouncer } from "./pgbouncer.ts";
import { commandFor, placeFile, type ReadyFile } from "./ready-files.ts";
import { redisCli, redisService } from "./redis.ts";
import { withService } from "./service.ts";

interface TemplateCheck {
  readonly template: string;
  /** The program, and what it is asked. */
  readonly title: string;
  /** Why this machine cannot try the file; null: it can. */
  readonly limit?: (file: ReadyFile) => string | null;
  /** Rejects where the program does not take the file, which is in its place. */
  readonly accept: (programs: Programs, file: ReadyFile) => Promise<void>;
}

export const CHECKS: readonly TemplateCheck[] = [
  byEnvironment("cassandra.env.hbs", "its flags by Java 17", "java $JVM_EXTRA_OPTS -version", largestHeap),
  byEnvironment("dotnet.env.hbs", "no .NET in Debian", "env"),
  byEnvironment("ecs-agent.env.hbs", "no agent in Debian: a number of 16 bits", "test $ECS_RESERVED_MEMORY -lt 65536"),
  byArguments("elasticsearch.options.hbs"),
  byEnvironment(
    "etcd.env.hbs",
    "etcd 3.4 takes it as a flag",
    "etcd --quota-backend-bytes=$ETCD_QUOTA_BACKEND_BYTES --version",
  ),
  byEnvironment("go.env.hbs", "no service of Go in Debian's root", "env"),
  {
    template: "haproxy.cfg.hbs",
    title: "HAProxy 2.6, beside Debian's haproxy.cfg (-c)",
    accept: runValidator,
  },
  byEnvironment("haproxy.env.hbs", "its arguments by HAProxy 2.6", "haproxy -Ws -c -q $EXTRAOPTS"),
  {
    template: "httpd.conf.hbs",
    title: "Apache httpd 2.4, among Debian's conf-enabled (apache2ctl -t)",
    accept: runValidator,
  },
  { template: "hugepages.conf.hbs", title: "systemd-sysctl 252", accept: runValidator },
  byEnvironment(
    "influxdb.env.hbs",
    "InfluxDB 1.6, beside Debian's influxdb.conf (config)",
    `influxd config -config /etc/influxdb/influxdb.conf | grep "cache-max-memory-size = $INFLUXDB_DATA_CACHE_MAX_MEMORY_SIZE"`,
  ),
  byEnvironment("jvm.env.hbs", "Java 17 takes it", "java -version", largestHeap),
  byEnvironment(
    "kafka.env.hbs",
    "its flags by Java 17",
    "java $KAFKA_HEAP_OPTS $KAFKA_JVM_PERFORMANCE_OPTS -version",
    largestHeap,
  ),
  byEnvironment("logstash.env.hbs", "its flags by Java 17", "java $LS_JAVA_OPTS -version", largestHeap),
  {
    template: "mariadb.cnf.hbs",
    title: "MariaDB 10.11, alone (--help) and beside Debian's mariadb.cnf (--print-defaults)",
    async accept(programs, file) {
      await runValidator(programs, file);
      const defaults = "--defaults-file=/etc/mysql/mariadb.cnf";
      const printed = await programs.machine.run(["mariadbd", defaults, "--print-defaults"]);
      const pool = valueOf(file.text, "innodb_buffer_pool_size =");
      assert.match(printed, new RegExp(`--innodb_buffer_pool_size=${pool}`));
    },
  },
  {
    template: "memcached.conf.hbs",
    title: "memcached 1.6, started by Debian's wrapper",
    limit: findBigTable,
    accept: startMemcached,
  },
  byEnvironment(
    "memcached.env.hbs",
    "its words as memcached's own arguments",
    "memcached -h -p $PORT -m $CACHESIZE -c $MAXCONN $OPTIONS",
  ),
  byUnit("mongodb.service.hbs", "mongod.service"),
  byEnvironment(
    "nats.env.hbs",
    "NATS 2.9 reads it in its config (-t)",
    `printf 'jetstream { max_memory_store: $NATS_MAX_MEMORY_STORE }' >/srv/nats.conf; nats-server -t -c /srv/nats.conf`,
  ),
  {
    template: "nginx.conf.hbs",
    title: "nginx 1.22, in place of Debian's nginx.conf (-t)",
    accept: runValidator,
  },
  byEnvironment(
    "node.env.hbs",
    "Node.js 18 takes it",
    `node --eval 'if (process.env.UV_THREADPOOL_SIZE < 1) process.exit(1)'`,
  ),
  byArguments("opensearch.options.hbs"),
  {
    template: "pgbouncer.ini.hbs",
    title: "PgBouncer 1.18, included in Debian's pgbouncer.ini (SHOW CONFIG)",
    accept: includeInPgbouncer,
  },
  byUnit("pgbouncer.service.hbs", "pgbouncer.service"),
  {
    template: "php-fpm.ini.hbs",
    title: "PHP-FPM 8.2, after Debian's own pool (-tt)",
    async accept({ machine }, { text }) {
      const { status, stderr } = await machine.attempt(["php-fpm8.2", "-tt"]);
      assert.equal(status, 0, stderr);
      assert.ok(stderr.includes(`\tpm.max_children = ${valueOf(text, "pm.max_children =")}\n`), stderr);
    },
  },
  {
    template: "postgresql.conf.hbs",
    title: "PostgreSQL 15, alone and in Debian's conf.d (-C)",
    async accept(programs, file) {
      await runValidator(programs, file);
      const postgres = "/usr/lib/postgresql/15/bin/postgres";
      const printed = await programs.machine.run([postgres, "-C", "work_mem", "-D", "/etc/postgresql/15/main"]);
      assert.equal(Number(printed) * 1024, parseSize(valueOf(file.text, "work_mem =").replace(/B$/, "")));
    },
  },
  byEnvironment("prometheus.env.hbs", "no Prometheus in Debian's root", "env"),
  byEnvironment("puma.env.hbs", "no Puma in Debian's root", "env"),
  byEnvironment("python.env.hbs", "no gunicorn in Debian's root", "env"),
  byUnit("rabbitmq.service.hbs", "rabbitmq-server.service"),
  {
    template: "redis.conf.hbs",
    title: "Redis 7, included at the end of Debian's redis.conf (CONFIG GET)",
    async accept({ machine, root }, { path, text }) {
      const own = ["port 0", "unixsocket /srv/redis.sock", "dir /srv", "daemonize no"];
      const config = ["include /etc/redis/redis.conf", ...own, `include ${path}`].join("\n");
      await writeFile(join(root, "etc/redis/parbake-test.conf"), `${config}\n`);
      const answer = await withService(machine, redisService(machine), () =>
        machine.run(redisCli("CONFIG", "GET", "maxmemory-policy")),
      );
      assert.equal(answer, `maxmemory-policy\n${valueOf(text, "maxmemory-policy")}`);
    },
  },
  byEnvironment("sidekiq.env.hbs", "its words as Sidekiq 6.4 has them", "sidekiq --version"),
  byEnvironment("solr.env.hbs", "its flags by Java 17", "java $SOLR_JAVA_MEM $SOLR_OPTS -version", largestHeap),
  byEnvironment("spring-boot.env.hbs", "its flags by Java 17", "java -version", largestHeap),
  { template: "sysctl.conf.hbs", title: "systemd-sysctl 252", accept: runValidator },
  byUnit("systemd.conf.hbs", "myapp.service"),
  { template: "thp.conf.hbs", title: "systemd-tmpfiles 252", accept: runValidator },
  byUnit("tomcat.service.hbs", "tomcat10.service"),
  byEnvironment(
    "uwsgi.env.hbs",
    "uWSGI 2.0 takes it",
    "uwsgi --plugin python3 --no-server --socket 127.0.0.1:0 --master",
  ),
  byUnit("varnish.service.hbs", "varnish.service"),
  byEnvironment("zookeeper.env.hbs", "its flags by Java 17", "java $JAVA_OPTS -version", largestHeap),
];

/** Templates whose program is not in Debian: test/unit/template/ready-templates.test.ts reads them by the program's grammar. */
export const WITHOUT_PROGRAM: Readonly<Record<string, string>> = {
  "clickhouse-users.xml.hbs": "ClickHouse is not in Debian: by the reader of XML",
  "clickhouse.xml.hbs": "ClickHouse is not in Debian: by the reader of XML",
  "envoy.env.hbs": "Envoy is not in Debian: by systemd's reader and one of JSON, as Envoy documents its structure",
  "kubelet.yaml.hbs": "the kubelet is not in Debian: by a reader of YAML, as it documents its structure",
  "mongodb.yaml.hbs": "mongod is not in Debian: by a reader of YAML, as it documents its structure",
  "mysql.cnf.hbs": "MySQL is not in Debian: by the reader of INI",
  "rabbitmq.conf.hbs": "RabbitMQ is not in Debian's root: as text, `key = value` on each line",
  "valkey.conf.hbs": "Valkey is not in Debian 12: the words are those of Redis, which takes them",
};

/** The validator that the template shows. */
async function runValidator({ machine }: Programs, file: ReadyFile): Promise<void> {
  await machine.run(commandFor(file));
}

/** systemd reads the file as an EnvironmentFile=, and a shell gives its words to a program. */
function byEnvironment(template: string, title: string, script: string, limit?: TemplateCheck["limit"]): TemplateCheck {
  return {
    template,
    title: `EnvironmentFile= of systemd 252; ${title}`,
    ...(limit ? { limit } : {}),
    async accept({ machine }, { path, text }) {
      const transient = [
        "systemd-run",
        "--quiet",
        "--wait",
        "--pipe",
        "--collect",
        `--property=EnvironmentFile=${path}`,
      ];
      const printed = await machine.run([...transient, "sh", "-ec", `env; ${script}`]);
      for (const [, name, value] of text.matchAll(/^(\w+)="?(.*?)"?$/gm)) {
        const seen = printed.split("\n").find((line) => line.startsWith(`${name}=`));
        assert.equal(seen, `${name}=${value}`);
      }
    },
  };
}

/** The launcher's own argument files know one flag a line and comments, as jvm.options.d does. */
function byArguments(template: string): TemplateCheck {
  return {
    template,
    title: "every flag by Java 17 (java @file)",
    limit: largestHeap,
    accept: async ({ machine }, { path }) => void (await machine.run(["java", `@${path}`, "-version"])),
  };
}

function byUnit(template: string, unit: string): TemplateCheck {
  return {
    template,
    title: "systemd-analyze verify, which prints nothing, and systemctl cat",
    async accept(programs, { text }) {
      const { machine } = programs;
      await placeFile(programs, {
        path: `/etc/systemd/system/${unit}`,
        text: "[Service]\nExecStart=/usr/bin/sleep infinity\n",
      });
      const { status, stdout, stderr } = await machine.attempt(["systemd-analyze", "verify", unit]);
      assert.deepEqual({ status, said: stdout + stderr }, { status: 0, said: "" });
      await machine.run(["systemctl", "daemon-reload"]);
      assert.ok((await machine.run(["systemctl", "cat", unit])).includes(text.trim()));
      await machine.run(["systemctl", "start", unit]);
      await machine.run(["systemctl", "stop", unit]);
    },
  };
}

/** -Xms takes what -Xmx allows. */
function largestHeap({ text }: ReadyFile): string | null {
  const sizes = [...text.matchAll(/-Xm[sx](\d+)([kKmM])/g)].map(
    ([, number, unit]) => Number(number) * (unit!.toLowerCase() === "k" ? 2 ** 10 : 2 ** 20),
  );
  return hasMemory(Math.max(...sizes)) ? null : "a heap that this machine cannot give";
}

const POINTER_BYTES = 8;

function findBigTable({ text }: ReadyFile): string | null {
  const tableBytes = POINTER_BYTES * 2 ** Number(valueOf(text, "-o hashpower=", ""));
  return hasMemory(tableBytes) ? null : "a hash table that this machine cannot give";
}

async function startMemcached({ machine }: Programs, { path, text }: ReadyFile): Promise<void> {
  const ask = ["/usr/bin/perl", "/usr/share/memcached/scripts/memcached-tool", "127.0.0.1:11211", "settings"];
  const service = {
    name: "memcached",
    argv: ["/usr/share/memcached/scripts/systemd-memcached-wrapper", path],
    isReady: async () => (await machine.attempt(ask)).stdout.includes("maxbytes"),
  };
  const settings = await withService(machine, service, () => machine.run(ask));
  assert.match(settings, new RegExp(`\\bmaxconns\\s+${valueOf(text, "-c")}\\b`));
}

/** What stands behind `name` on its line. */
function valueOf(text: string, name: string, separator = " "): string {
  const line = text.split("\n").find((one) => one.trim().startsWith(`${name}${separator}`));
  if (line === undefined) throw new Error(`no line ${name} in\n${text}`);
  return line.trim().slice(name.length + separator.length);
}
