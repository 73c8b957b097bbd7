import assert from "node:assert/strict";
import { describeWhere, skipSuite } from "../e2e/support/requirements.ts";
import { etcd } from "./support/etcd.ts";
import { haproxy } from "./support/haproxy.ts";
import { httpd } from "./support/httpd.ts";
import { influxdb } from "./support/influxdb.ts";
import { java } from "./support/java.ts";
import { mariadb } from "./support/mariadb.ts";
import { memcached } from "./support/memcached.ts";
import { nats } from "./support/nats.ts";
import { nginx } from "./support/nginx.ts";
import { debianNode, pinnedNode } from "./support/node.ts";
import { openPrograms, type Programs, PROGRAMS_REQUIREMENTS } from "./support/open-programs.ts";
import { pgbouncer } from "./support/pgbouncer.ts";
import { phpFpm } from "./support/php-fpm.ts";
import { postgresql } from "./support/postgresql.ts";
import type { Block } from "./support/program.ts";
import { prometheus } from "./support/prometheus.ts";
import { rabbitmq } from "./support/rabbitmq.ts";
import { redis } from "./support/redis.ts";
import { sidekiq } from "./support/sidekiq.ts";
import { systemd } from "./support/systemd.ts";
import { tomcat } from "./support/tomcat.ts";
import { type Size, tune, type TunedSetting } from "./support/tune.ts";
import { uwsgi } from "./support/uwsgi.ts";
import { varnish } from "./support/varnish.ts";
import { zookeeper } from "./support/zookeeper.ts";

const PROGRAMS = [
  etcd,
  haproxy,
  httpd,
  influxdb,
  java,
  mariadb,
  memcached,
  nats,
  nginx,
  debianNode,
  pinnedNode,
  pgbouncer,
  phpFpm,
  postgresql,
  prometheus,
  rabbitmq,
  redis,
  sidekiq,
  systemd,
  tomcat,
  uwsgi,
  varnish,
  zookeeper,
];

const SIZES: readonly Size[] = [
  { memory: "512MiB", vcpus: 1 },
  { memory: "16GiB", vcpus: 4 },
  { memory: "1TiB", vcpus: 128 },
];

describeWhere(PROGRAMS_REQUIREMENTS, "real programs", function () {
  this.timeout(120_000);
  let programs: Programs;

  before(async function () {
    this.timeout(1_200_000);
    const opened = await openPrograms();
    if ("reason" in opened) skipSuite(this, opened.reason);
    programs = opened;
  });
  after(() => programs?.close());

  for (const program of PROGRAMS)
    describe(program.title, () => {
      for (const size of SIZES)
        it(`accepts and reports what is tuned for ${describeSize(size)}`, async function () {
          const tuned = await tune(program.profile, size, program.options);
          const { said, unsaid = {}, limits = [] } = await program.ask(programs, tuned);
          if (limits.length > 0) this.test!.title += ` (${limits.join("; ")})`;
          const asked = Object.entries(tuned).filter(([name]) => !(name in unsaid));
          const settle = ([name, setting]: [string, TunedSetting]) => [
            name,
            settleBlock(readAs(setting, said[name]), setting.value, program.blocks?.[name]),
          ];
          assert.deepEqual(
            Object.fromEntries(asked.map(settle)),
            Object.fromEntries(asked.map(([name, setting]) => [name, expectationOf(setting)])),
          );
        });
    });
});

function describeSize({ memory, vcpus }: Size): string {
  return `${memory} and ${vcpus} ${vcpus === 1 ? "CPU" : "CPUs"}`;
}

/** What the program has to say: a switch in the words of its config. */
function expectationOf({ value, text }: TunedSetting): number | string {
  return typeof value === "boolean" ? text : value;
}

function readAs({ value }: TunedSetting, said: number | string | undefined): number | string | undefined {
  return typeof value === "number" && said !== undefined ? Number(said) : said;
}

/** What was tuned, where the program says it in whole blocks of its own; else what it said. */
function settleBlock(said: number | string | undefined, tuned: TunedSetting["value"], block: Block | undefined) {
  if (block === undefined || typeof said !== "number" || typeof tuned !== "number") return said;
  const isClose = Math.abs(said - tuned) < block.bytes;
  return isClose && (block.to === "nearest" || said <= tuned) ? tuned : said;
}
