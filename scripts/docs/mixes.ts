// Usual mixes of apps on one machine, for MIXES.md. A test checks what each mix claims.

import { GIB, MIB } from "../../agent/size.ts";
import type { AppPlan } from "../../agent/tuning/tuning.ts";

export interface Mix {
  readonly title: string;
  /** An instance type of the catalogue, or what the OS sees of a machine. */
  readonly machine: string | { readonly memoryBytes: number; readonly vcpus: number };
  /** `apps` of the config, as an operator would write it. */
  readonly apps: string;
  readonly reasons: readonly Reason[];
}

/** Why an expert would divide the machine like that, and the check that parbake does. */
interface Reason {
  readonly says: string;
  readonly holds: (apps: (name: string) => AppPlan) => boolean;
}

function share(app: AppPlan): number {
  return app.memoryBytes;
}

function numberOf(app: AppPlan, setting: string): number {
  const value = app.settings[setting]?.value;
  return typeof value === "number" ? value : NaN;
}

export const MIXES: readonly Mix[] = [
  {
    title: "WordPress: nginx, PHP-FPM and MariaDB",
    machine: "t3.small",
    apps: `web: { profile: nginx }
php: { profile: php-fpm }
db: { profile: mariadb, options: { connections: 40 } }`,
    reasons: [
      {
        says: "A page is made by PHP from many small queries, so the children and the buffer pool matter and nginx does not.",
        holds: (app) => share(app("web")) <= share(app("php")) && share(app("web")) <= share(app("db")),
      },
      {
        says: "The database takes at least as many connections as there are children to open them.",
        holds: (app) => numberOf(app("db"), "max_connections") >= numberOf(app("php"), "pm_max_children"),
      },
    ],
  },
  {
    title: "Rails: nginx, Puma, PostgreSQL and Redis",
    machine: "m7g.large",
    apps: `web: { profile: nginx }
app: { profile: puma }
db: { profile: postgresql, options: { version: 17, workload: web } }
cache: { profile: redis, memory: { max: 512MiB }, options: { policy: allkeys-lru } }`,
    reasons: [
      {
        says: "The cache has a limit that the operator set, and what that frees is the others'.",
        holds: (app) => share(app("cache")) <= 512 * MIB,
      },
      {
        says: "Puma has a process for each core and needs no more; the database has more, for it can always use more.",
        holds: (app) => share(app("db")) > share(app("app")),
      },
    ],
  },
  {
    title: "Rails with jobs: Puma, Sidekiq, PgBouncer and PostgreSQL",
    machine: "m7g.xlarge",
    apps: `app: { profile: puma }
jobs: { profile: sidekiq, options: { concurrency: 10 } }
pool: { profile: pgbouncer, options: { poolSize: 15 } }
db: { profile: postgresql, options: { version: 17, workload: web } }`,
    reasons: [
      {
        says: "Threads wait for the pooler and not for the database, whose connections are those of the pools.",
        holds: (app) =>
          numberOf(app("pool"), "server_connections") < numberOf(app("db"), "max_connections") &&
          numberOf(app("pool"), "max_client_conn") >
            numberOf(app("app"), "workers") * numberOf(app("app"), "threads") + numberOf(app("jobs"), "concurrency"),
      },
      {
        says: "A unit of Sidekiq is one process and can use no more; what it leaves is the database's.",
        holds: (app) => share(app("jobs")) <= 512 * MIB && share(app("db")) > share(app("app")),
      },
    ],
  },
  {
    title: "Varnish in front of Apache and PHP",
    machine: "m7g.large",
    apps: `cache: { profile: varnish }
web: { profile: httpd }
php: { profile: php-fpm }`,
    reasons: [
      {
        says: "A worker of httpd waits for each child of PHP, and hands on what it makes: httpd needs little.",
        holds: (app) =>
          numberOf(app("web"), "MaxRequestWorkers") >= numberOf(app("php"), "pm_max_children") &&
          share(app("web")) * 4 < share(app("cache")),
      },
      {
        says: "Of what the cache may have, the larger part is pages.",
        holds: (app) => numberOf(app("cache"), "malloc") * 2 > share(app("cache")),
      },
    ],
  },
  {
    title: "A Java service behind nginx, small",
    machine: "t4g.small",
    apps: `web: { profile: nginx }
api: { profile: jvm }`,
    reasons: [
      {
        says: "nginx only hands requests on: the memory is the heap's.",
        holds: (app) => numberOf(app("api"), "heap") > 4 * share(app("web")),
      },
    ],
  },
  {
    title: "A Java service behind nginx, larger",
    machine: "c7g.xlarge",
    apps: `web: { profile: nginx }
api: { profile: jvm }`,
    reasons: [
      {
        says: "More memory makes a larger heap, not more of nginx: connections that wait take little.",
        holds: (app) => share(app("api")) > 6.2 * GIB && share(app("web")) < 0.5 * GIB,
      },
    ],
  },
  {
    title: "Seven apps on 24 GiB",
    machine: { memoryBytes: 24 * GIB, vcpus: 8 },
    apps: `web: { profile: nginx }
shop: { profile: node, options: { cluster: true } }
api: { profile: jvm, memory: { max: 4GiB } }
jobs: { profile: python, options: { workers: 4 } }
queue: { profile: rabbitmq }
cache: { profile: redis }
db: { profile: postgresql, memory: { weight: 3 }, options: { version: 17 } }`,
    reasons: [
      {
        says: "The database holds the data that all others ask for: it is given more weight, and has more than any other.",
        holds: (app) =>
          ["web", "shop", "api", "jobs", "queue", "cache"].every((name) => share(app(name)) < share(app("db"))),
      },
    ],
  },
  {
    title: "Kafka alone, with an exporter",
    machine: "m7g.xlarge",
    apps: `broker: { profile: kafka }
exporter: { profile: go, memory: { max: 64MiB } }`,
    reasons: [
      {
        says: "A broker reads and writes by the page cache, so its heap is no more than half of its share.",
        holds: (app) => numberOf(app("broker"), "heap") * 2 <= share(app("broker")),
      },
    ],
  },
  {
    title: "Kafka with its ZooKeeper",
    machine: "r7g.large",
    apps: `broker: { profile: kafka }
ensemble: { profile: zookeeper }
kernel: { profile: sysctl }`,
    reasons: [
      {
        says: "ZooKeeper holds its tree in the heap and has no use for more: it has a quarter of the broker's weight, and stops at its cap.",
        holds: (app) =>
          share(app("ensemble")) < share(app("broker")) / 3 && numberOf(app("ensemble"), "heap") <= 4 * GIB,
      },
      {
        says: "Both must stay in memory: what swaps is neither's page cache, but a heap in the middle of a collection.",
        holds: (app) => numberOf(app("kernel"), "vm_swappiness") === 1,
      },
    ],
  },
  {
    title: "Elasticsearch, Kibana and Logstash",
    machine: "m6i.xlarge",
    apps: `search: { profile: elasticsearch, memory: { weight: 4 } }
kibana: { profile: node, memory: { max: 2GiB } }
logstash: { profile: logstash, memory: { min: 2GiB } }`,
    reasons: [
      {
        says: "Kibana is plain Node to parbake: the operator says what it may have. Logstash ships what others say, so its weight is small, and the operator says what it needs at least; the index has the rest.",
        holds: (app) => share(app("search")) > share(app("kibana")) + share(app("logstash")),
      },
    ],
  },
  {
    title: "Python, Celery, Redis and PostgreSQL",
    machine: "m7i.xlarge",
    apps: `web: { profile: python }
worker: { profile: python, options: { workers: 4 } }
broker: { profile: redis, memory: { max: 1GiB } }
db: { profile: postgresql, options: { version: 17, workload: web } }`,
    reasons: [
      {
        says: "Workers are counted by CPUs, the rows that a database may keep in memory are not: it has more than they.",
        holds: (app) => share(app("db")) > share(app("web")) + share(app("worker")),
      },
    ],
  },
  {
    title: "A Node cluster, nginx and memcached",
    machine: "c7i.2xlarge",
    apps: `web: { profile: nginx }
app: { profile: node, options: { cluster: true } }
cache: { profile: memcached }`,
    reasons: [
      {
        says: "A process for each CPU, and what nginx leaves is theirs and the cache's.",
        holds: (app) => share(app("web")) * 4 < share(app("app")) && share(app("web")) * 4 < share(app("cache")),
      },
    ],
  },
  {
    title: "ClickHouse with a log shipper",
    machine: "r7i.xlarge",
    apps: `db: { profile: clickhouse }
shipper: { profile: go, memory: { max: 256MiB } }`,
    reasons: [
      {
        says: "What the shipper may not have is for queries and caches.",
        holds: (app) => share(app("shipper")) <= 256 * MIB && share(app("db")) > share(app("shipper")),
      },
    ],
  },
  {
    title: "Prometheus and Grafana",
    machine: "t3.large",
    apps: `metrics: { profile: prometheus, memory: { weight: 4 } }
grafana: { profile: go }`,
    reasons: [
      {
        says: "Prometheus keeps its newest series in memory and dies where they do not fit: its weight is the larger.",
        holds: (app) => share(app("metrics")) > share(app("grafana")),
      },
    ],
  },
  {
    title: "An instance of Amazon ECS with a log shipper",
    machine: "m7g.large",
    apps: `tasks: { profile: ecs-agent }
shipper: { profile: go, memory: { max: 256MiB } }`,
    reasons: [
      {
        says: "Tasks get what neither the shipper nor the system has: the agent, which knows of neither, is told.",
        holds: (app) => numberOf(app("tasks"), "ECS_RESERVED_MEMORY") > share(app("shipper")),
      },
    ],
  },
  {
    title: "A Kubernetes node with an agent of one's own",
    machine: "m7i.2xlarge",
    apps: `node: { profile: kubelet }
agent: { profile: custom, memory: { max: 512MiB }, options: { cacheSize: memoryBytes * 50% } }
kernel: { profile: sysctl }`,
    reasons: [
      {
        says: "Pods take what the agent beside them may not have.",
        holds: (app) => share(app("agent")) <= 512 * MIB && share(app("node")) > share(app("agent")),
      },
    ],
  },
];
