// What `init` makes of real Debians, with the packages as they come: the config passes `check`, the programs take what `apply`
// renders by it, each in its place, and what init asks to be done in the bake is all that was missing.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quote } from "../../agent/host/trust.ts";
import { BINARY } from "../binary/support/scratch-image.ts";
import { run } from "../e2e/support/command.ts";
import { describeWhere, skipSuite } from "../e2e/support/requirements.ts";
import { buildRootfs, restoreRootfs } from "../e2e/support/rootfs.ts";
import { PACKAGES } from "./support/open-programs.ts";

interface InitJson {
  readonly apps: readonly { readonly name: string; readonly unit: string; readonly active: boolean }[];
  readonly units: readonly string[];
  readonly warnings: readonly { readonly what: string; readonly fix: string }[];
}

interface PlanJson {
  readonly plans: readonly [{ readonly steps: readonly StepJson[] }];
}

interface StepJson {
  readonly path: string;
  readonly validate?: readonly string[] | null;
  readonly healthCheck?: readonly string[] | null;
}

interface Debian {
  readonly suite: string;
  readonly packages: readonly string[];
  /** Those of PHP and PostgreSQL. */
  readonly php: string;
  readonly postgresql: string;
  readonly units: readonly string[];
  /** What stays to be said of units for which nothing can be done in the bake. */
  readonly notes: readonly string[];
}

const COMMON = ["haproxy.service", "memcached.service", "nginx.service"];

const DEBIANS: readonly Debian[] = [
  {
    suite: "bookworm",
    packages: PACKAGES,
    php: "8.2",
    postgresql: "15",
    units: [
      ...COMMON,
      "apache2.service",
      "etcd.service",
      "influxdb.service",
      "nats-server.service",
      "pgbouncer.service",
      "php8.2-fpm.service",
      "prometheus.service",
      "rabbitmq-server.service",
      "tomcat10.service",
      "varnish.service",
    ],
    notes: ["/usr/lib/systemd/system/uwsgi-app@.service runs uwsgi, and parbake does not know its instances"],
  },
  {
    suite: "trixie",
    packages: [
      "gunicorn",
      "haproxy",
      "mariadb-server",
      "memcached",
      "nginx-light",
      "php8.4-fpm",
      "postgresql-17",
      "redis-server",
      "valkey-server",
    ],
    php: "8.4",
    postgresql: "17",
    units: [...COMMON, "mariadb.service", "php8.4-fpm.service", "valkey-server.service"],
    notes: [],
  },
];

const SERVICE = "[Service]\nEnvironmentFile=-/etc/api.env\nExecStart=/usr/bin/java -jar /opt/api.jar\n";

/** A shell in an image, with /proc, with parbake as /parbake, and with processes that end with it, whatever becomes of the test. */
const APART = [
  "unshare",
  "--mount",
  "--propagation=private",
  "--pid",
  "--fork",
  "--kill-child",
  "sh",
  "-ec",
  'mount -t proc proc "$0/proc"; touch "$0/parbake"; mount --bind "$2" "$0/parbake"; exec chroot "$0" /bin/sh -ec "$1"',
];

/** Words for that shell, and what they print. */
type InImage = (script: string) => Promise<string>;

describe("init", () => {
  for (const debian of DEBIANS)
    describeWhere(
      { root: true, debian: true, programs: ["chroot", "mmdebstrap", "setpriv", "unshare", "zstd"] },
      `on a Debian ${debian.suite} with its own packages`,
      function () {
        this.timeout(120_000);
        let folder: string;
        let root: string;
        let said: InitJson;
        const parbake = (command: string, ...words: readonly string[]) =>
          run([BINARY, command, "--root", root, ...words], { env: { AWS_EC2_METADATA_DISABLED: "true" } });
        const inImage: InImage = (script) => run([...APART, root, script, BINARY]);

        before(async function () {
          this.timeout(1_200_000);
          const rootfs = await buildRootfs(debian.packages, debian.suite);
          if (rootfs.kind === "unavailable") skipSuite(this, rootfs.reason);
          folder = await mkdtemp(join(tmpdir(), "parbake-init-"));
          root = join(folder, "root");
          await mkdir(root);
          await restoreRootfs(rootfs.path, root);
          await writeFile(join(root, "etc/systemd/system/api.service"), SERVICE);
          said = JSON.parse(await parbake("init", "--json")) as InitJson;
        });
        after(() => rm(folder, { recursive: true, force: true }));

        it("finds every app, and none that is not there", () => {
          const cluster = `postgresql@${debian.postgresql}-main.service`;
          const expected = [...debian.units, "api.service", "redis-server.service", cluster];
          assert.deepEqual(said.apps.map(({ unit }) => unit).toSorted(), expected.toSorted());
          assert.ok(said.apps.every(({ active }) => active));
          assert.ok(said.units.includes("postgresql@.service"));
        });

        it("writes a config that check takes", async () => {
          assert.match(await parbake("check"), new RegExp(`^valid: ${said.apps.length} apps, `, "m"));
        });

        it("asks for nothing more once its own advice was followed", async () => {
          for (const { fix } of said.warnings)
            if (fix.startsWith("In the bake: ")) await inImage(fix.slice("In the bake: ".length));
          const { warnings } = JSON.parse(await parbake("init", "--dry-run", "--json")) as InitJson;
          assert.deepEqual(
            warnings.map(({ what }) => what).filter((what) => !what.startsWith("apply will replace the whole of")),
            debian.notes,
          );
          assert.doesNotMatch(await parbake("check"), / does not (?:read|include) /);
        });

        it("says the same of the image when it runs in it", async () => {
          const mounted = JSON.parse(await parbake("init", "--dry-run", "--json")) as InitJson;
          assert.deepEqual(JSON.parse(await inImage("/parbake init --dry-run --json")), mounted);
        });

        it("has the programs take what apply writes by it: its validators say so, and each program reads it from its own config", async () => {
          await mkdir(join(root, "etc/parbake/parbake.d"));
          await writeFile(join(root, "etc/parbake/parbake.d/offline.yaml"), "imds: optional\n");
          await parbake("apply");
          const { plans } = JSON.parse(await parbake("plan", "--json")) as PlanJson;
          const commands = plans[0].steps.flatMap(({ path, validate, healthCheck }) =>
            [validate, healthCheck].flatMap((argv) =>
              argv ? [argv.map((word) => quote(word.replace("{}", path)))] : [],
            ),
          );
          assert.ok(commands.length >= 4);
          for (const argv of commands) await inImage(argv.join(" "));
          for (const script of listScripts(debian)) await inImage(script);
        });
      },
    );
});

/** Debian's own file, with the line that `init` advised, but for its places. */
const PGBOUNCER = `
  sed -e '/^\\(logfile\\|pidfile\\|listen_addr\\|unix_socket_dir\\|auth_\\w*\\) /d' -e '/^.databases.$/a test = user=postgres' \\
    -e '/^.pgbouncer.$/a unix_socket_dir = /tmp\\nauth_type = any\\nlogfile = /tmp/pgbouncer.log\\npidfile = /tmp/pgbouncer.pid' \\
    /etc/pgbouncer/pgbouncer.ini >/tmp/pgbouncer.ini
  setpriv --reuid=postgres --regid=postgres --clear-groups pgbouncer -q -d /tmp/pgbouncer.ini
  show="psql -h /tmp -p 6432 -U postgres -d pgbouncer -Atc"
  until $show 'SHOW VERSION' >/dev/null 2>&1; do sleep 0.1; done
  clients=$($show 'SHOW CONFIG' | sed -n 's/^max_client_conn|\\([0-9]*\\)|.*/\\1/p')
  kill $(cat /tmp/pgbouncer.pid)
  grep -qx "max_client_conn = $clients" /etc/pgbouncer/parbake.ini`;

/** Each fails where its program does not take its config, or has another value than the file that parbake wrote. */
function listScripts({ php, postgresql, units }: Debian): readonly string[] {
  const cluster = `/etc/postgresql/${postgresql}/main`;
  const show = `setpriv --reuid=postgres --regid=postgres --clear-groups /usr/lib/postgresql/${postgresql}/bin/postgres -D ${cluster} -C`;
  const redisLike = (name: string) =>
    `grep -v '^\\(port\\|daemonize\\|logfile\\|dir\\|pidfile\\) ' /etc/${name}/${name}.conf >/tmp/${name}.conf
    printf 'port 0\\nunixsocket /tmp/${name}.sock\\ndir /tmp\\ndaemonize yes\\npidfile /tmp/${name}.pid\\n' >>/tmp/${name}.conf
    ${name}-server /tmp/${name}.conf
    until ${name}-cli -s /tmp/${name}.sock ping 2>/dev/null; do sleep 0.1; done
    policy=$(${name}-cli -s /tmp/${name}.sock CONFIG GET maxmemory-policy | tail -n 1)
    ${name}-cli -s /tmp/${name}.sock SHUTDOWN NOSAVE
    grep -qx "maxmemory-policy $policy" /etc/${name}/parbake.conf`;
  return [
    "nginx -t -q",
    `test "$(${show} max_connections)" = "$(sed -n 's/^max_connections = //p' ${cluster}/conf.d/90-parbake.conf)"`,
    `php-fpm${php} -tt 2>&1 | grep -q "pm.max_children = $(sed -n 's/^pm.max_children = //p' /etc/php/${php}/fpm/pool.d/zz-parbake.conf)$"`,
    // As the unit starts it.
    "set -a; . /etc/default/haproxy; haproxy -Ws -f $CONFIG -c -q $EXTRAOPTS",
    redisLike("redis"),
    ...(units.includes("valkey-server.service") ? [redisLike("valkey")] : []),
    ...(units.includes("mariadb.service")
      ? [
          `mariadbd --print-defaults | grep -q -e "--innodb_buffer_pool_size=$(sed -n 's/^innodb_buffer_pool_size = //p' /etc/mysql/mariadb.conf.d/90-parbake.cnf) "`,
        ]
      : []),
    ...(units.includes("pgbouncer.service") ? [PGBOUNCER] : []),
    ...(units.includes("prometheus.service")
      ? [
          "set -a; . /etc/api.env; java -version",
          "set -a; . /etc/default/prometheus; timeout 5 prometheus $ARGS --version",
        ]
      : []),
  ];
}
