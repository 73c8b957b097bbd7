// How the config of each app spells what is tuned for it, by the apps' own documents: what a ready template has to say. Any one
// of several spellings will do, where systems differ.

import type { OptionValue } from "../../../agent/config/config.ts";

type Spell = (name: string, text: string) => string | readonly string[];

/** Profiles for which there is no file to write. */
export const WITHOUT_TEMPLATE: Readonly<Record<string, string>> = {
  custom: "its settings are named by the operator, for a config that parbake does not know",
};

/** Of every profile that is on the plain JVM. */
const JVM_ELSEWHERE = {
  gcMemory: "what the collector takes by itself",
  heap: "in options, as HotSpot would round it",
  threads: "maxThreads is a part of them",
  gcThreads: "in options, where the collector has such threads",
  concGcThreads: "in options, where the collector has such threads",
};

/** Settings that stand in no file by themselves. */
export const ELSEWHERE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  cassandra: {
    gcMemory: "what the collector takes by itself",
    metaspace: "no limit, unless the operator wants one",
    threads: "for cassandra.yaml, which is one whole file",
    pageCache: "what is left for the kernel",
  },
  elasticsearch: {
    gcMemory: "what the collector takes by itself",
    metaspace: "no limit, unless the operator wants one",
    threads: "its pools follow from the processors",
    pageCache: "what is left for the kernel",
  },
  envoy: { max_heap_size_bytes: "in bootstrap", max_active_downstream_connections: "in bootstrap" },
  hugepages: { size: "the pages times their size" },
  jvm: { ...JVM_ELSEWHERE, threads: "the application's own pools keep to it" },
  kafka: {
    gcMemory: "what the collector takes by itself",
    metaspace: "no limit, unless the operator wants one",
    threads: "its pools follow from the processors",
    pageCache: "what is left for the kernel",
    options: "both variables together",
  },
  logstash: {
    gcMemory: "what the collector takes by itself",
    metaspace: "no limit, unless the operator wants one",
    threads: "its pools follow from the processors",
    pageCache: "what is left for the kernel",
  },
  nginx: { busy_connections: "for limit_conn and an alert" },
  opensearch: {
    gcMemory: "what the collector takes by itself",
    metaspace: "no limit, unless the operator wants one",
    threads: "its pools follow from the processors",
    pageCache: "what is left for the kernel",
  },
  pgbouncer: { server_connections: "for max_connections of the databases" },
  prometheus: { series: "for an alert" },
  puma: { mode: "0 workers are the single mode" },
  solr: {
    gcMemory: "what the collector takes by itself",
    metaspace: "no limit, unless the operator wants one",
    threads: "its pools follow from the processors",
    pageCache: "what is left for the kernel",
  },
  zookeeper: {
    gcMemory: "what the collector takes by itself",
    metaspace: "no limit, unless the operator wants one",
    threads: "its pools follow from the processors",
    pageCache: "what is left for the kernel",
  },
  "spring-boot": JVM_ELSEWHERE,
  tomcat: JVM_ELSEWHERE,
};

/** Settings that the version of a system's own package does not know. */
export const TOO_OLD: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "redis on Amazon Linux 2023": { maxmemory_clients: "since Redis 7" },
};

/** Options with a range that bring a setting of their own. */
export const FURTHER_OPTIONS: Readonly<Record<string, readonly Readonly<Record<string, OptionValue>>[]>> = {
  hugepages: [{ group: 1000 }],
  systemd: [{ swap: "1GiB" }, { swap: 0 }],
};

const KERNELS_OWN = {
  "vm.overcommit_memory": 0,
  "vm.dirty_background_bytes": 0,
  "vm.dirty_bytes": 0,
  "vm.min_free_kbytes": 67_584,
};

const assign: Spell = (name, text) => [`${name}=${text}`, `${name}="${text}"`];
const spaced: Spell = (name, text) => `${name} = ${text}`;
const dashed: Spell = (name, text) => `${name.replaceAll("_", "-")} ${text}`;
const element: Spell = (name, text) => `<${name}>${text}</${name}>`;

/** By setting; `*` for all others. */
export const SPELLINGS: Readonly<Record<string, Readonly<Record<string, Spell>>>> = {
  cassandra: {
    ...jvmFlags(),
    heap: (_, text) => `MAX_HEAP_SIZE=${text}`,
    concurrent_writes: (_, text) => `-Dcassandra.settings.concurrent_writes=${text}`,
    options: (_, text) => `JVM_EXTRA_OPTS="${text} `,
    gc: (_, text) => ({ g1: "-XX:+UseG1GC", cms: "-XX:+UseConcMarkSweepGC" })[text]!,
    "*": assign,
  },
  clickhouse: { "*": element },
  dotnet: { env: (_, text) => text, "*": assign },
  "ecs-agent": { "*": assign },
  elasticsearch: { ...searchFlags() },
  etcd: { env: (_, text) => text, "*": assign },
  go: { env: (_, text) => text, "*": assign },
  envoy: { bootstrap: (_, text) => `ENVOY_BOOTSTRAP="${text.replaceAll('"', '\\"')}"` },
  haproxy: { memory: (_, text) => `-m ${text}`, "*": dashed },
  httpd: { "*": (name, text) => `${name} ${text}` },
  hugepages: {
    vm_nr_hugepages: (_, text) => `vm.nr_hugepages = ${text}`,
    nr_hugepages: (_, text) => `w /sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages - - - - ${text}`,
    vm_hugetlb_shm_group: (_, text) => `vm.hugetlb_shm_group = ${text}`,
    conf: (_, text) => text,
  },
  influxdb: {
    env: (_, text) => text,
    cache_max_memory_size: (_, text) => `INFLUXDB_DATA_CACHE_MAX_MEMORY_SIZE=${text}`,
    query_concurrency: (_, text) => `INFLUXD_QUERY_CONCURRENCY=${text}`,
    query_memory_bytes: (_, text) => `INFLUXD_QUERY_MEMORY_BYTES=${text}`,
    "*": assign,
  },
  jvm: plainJvm((text) => `JAVA_TOOL_OPTIONS="${text}"`),
  kafka: {
    ...jvmFlags(),
    num_network_threads: (_, text) => `--override num.network.threads=${text}`,
    num_io_threads: (_, text) => `--override num.io.threads=${text}`,
    "*": assign,
  },
  kubelet: {
    maxPods: (_, text) => `maxPods: ${text}`,
    systemReservedMemory: (_, text) => `memory: "${text}"`,
    kubeReservedMemory: (_, text) => `memory: "${text}"`,
    kubeReservedCpu: (_, text) => `cpu: "${text}"`,
    kubeReservedStorage: (_, text) => `ephemeral-storage: "${text}"`,
    evictionHardMemory: (_, text) => `memory.available: "${text}"`,
    evictionHardNodefs: (_, text) => `nodefs.available: "${text}"`,
    evictionHardInodes: (_, text) => `nodefs.inodesFree: "${text}"`,
    conf: (_, text) => text.split("\n").slice(0, 2).join("\n"),
  },
  logstash: {
    ...jvmFlags(),
    pipeline_workers: (_, text) => `-XX:ActiveProcessorCount=${text}`,
    options: (_, text) => `LS_JAVA_OPTS="${text}"`,
  },
  mariadb: { "*": spaced },
  memcached: {
    memory: (_, text) => [`-m ${text}`, `CACHESIZE=${text}`],
    connections: (_, text) => [`-c ${text}`, `MAXCONN=${text}`],
    threads: (_, text) => `-t ${text}`,
    itemSizeMax: (_, text) => `-I ${text}`,
    hashpower: (_, text) => `-o hashpower=${text}`,
    options: (_, text) => [text.replaceAll(" -", "\n-"), text.slice(text.indexOf("-t "))],
  },
  mongodb: {
    cacheSizeGB: (_, text) => [`cacheSizeGB: ${text}`, `cacheSizeGB: "${text}"`],
    maxIncomingConnections: (_, text) => `maxIncomingConnections: ${text}`,
    maxIndexBuildMemoryUsageMegabytes: (_, text) => `maxIndexBuildMemoryUsageMegabytes: "${text}"`,
    LimitNOFILE: assign,
  },
  mysql: { "*": spaced },
  nats: { env: (_, text) => text, max_memory_store: (_, text) => `NATS_MAX_MEMORY_STORE=${text}`, "*": assign },
  nginx: { "*": (name, text) => `${name} ${text};` },
  node: {
    workers: (_, text) => `WEB_CONCURRENCY=${text}`,
    maxOldSpaceSize: (_, text) => `--max-old-space-size=${text}`,
    maxSemiSpaceSize: (_, text) => `--max-semi-space-size=${text}`,
    threadpoolSize: (_, text) => `UV_THREADPOOL_SIZE=${text}`,
    options: (_, text) => `NODE_OPTIONS="${text}"`,
  },
  opensearch: { ...searchFlags() },
  pgbouncer: { LimitNOFILE: assign, "*": spaced },
  "php-fpm": {
    memory_limit: (_, text) => `php_admin_value[memory_limit] = ${text}`,
    "*": (name, text) => `${name.replace("pm_", "pm.")} = ${text}`,
  },
  postgresql: { "*": spaced },
  prometheus: {
    env: (_, text) => text,
    query_max_concurrency: (_, text) => `--query.max-concurrency=${text}`,
    query_max_samples: (_, text) => `--query.max-samples=${text}`,
    options: (_, text) => `ARGS="${text}"`,
    "*": assign,
  },
  puma: {
    workers: (_, text) => `WEB_CONCURRENCY=${text}`,
    threads: (_, text) => `RAILS_MAX_THREADS=${text}\nPUMA_MAX_THREADS=${text}`,
    MALLOC_ARENA_MAX: assign,
    env: (_, text) => text.split("\n").slice(0, 2).join("\n"),
  },
  python: {
    workers: (_, text) => `WEB_CONCURRENCY=${text}`,
    threads: (_, text) => `--threads=${text}`,
    worker_class: (_, text) => `--worker-class=${text}`,
    worker_connections: (_, text) => `--worker-connections=${text}`,
    env: (_, text) => text,
    options: (_, text) => `GUNICORN_CMD_ARGS="${text}"`,
  },
  rabbitmq: {
    vm_memory_high_watermark_absolute: (_, text) => `vm_memory_high_watermark.absolute = ${text}`,
    disk_free_limit_absolute: (_, text) => `disk_free_limit.absolute = ${text}`,
    schedulers: (_, text) => `+S ${text}:${text}`,
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: (name, text) => `Environment="${name}=${text}"`,
    LimitNOFILE: assign,
    "*": spaced,
  },
  redis: { "*": dashed },
  sidekiq: {
    processes: (_, text) => `SIDEKIQ_COUNT=${text}`,
    concurrency: (_, text) => `RAILS_MAX_THREADS=${text}`,
    MALLOC_ARENA_MAX: assign,
    env: (_, text) => text,
  },
  solr: { ...jvmFlags(), "*": assign },
  "spring-boot": {
    ...plainJvm((text) => `JAVA_TOOL_OPTIONS="${text}"`),
    maxThreads: (_, text) => `SERVER_TOMCAT_THREADS_MAX=${text}`,
    maxConnections: (_, text) => `SERVER_TOMCAT_MAX_CONNECTIONS=${text}`,
  },
  sysctl: {
    fs_aio_max_nr: (_, text) => `fs.aio-max-nr = ${text}`,
    // What the kernel has itself is left out, and only the heading of the file then stands for it.
    ...Object.fromEntries(
      Object.entries(KERNELS_OWN).map(([key, most]): [string, Spell] => [
        key.replaceAll(".", "_"),
        (_, text) => (Number(text) <= most ? "# Written by parbake:" : `${key} = ${text}`),
      ]),
    ),
    thp: (_, text) => `w /sys/kernel/mm/transparent_hugepage/enabled - - - - ${text}`,
    thp_defrag: (_, text) => `w /sys/kernel/mm/transparent_hugepage/defrag - - - - ${text}`,
    thp_max_ptes_none: (_, text) => `w /sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none - - - - ${text}`,
    tmpfiles: (_, text) => text,
    conf: (_, text) => text,
    "*": (name, text) => `${SYSCTL_KEYS.find((key) => key.replaceAll(".", "_") === name)} = ${text}`,
  },
  systemd: { conf: (_, text) => text, section: (_, text) => `[${text}]\n`, "*": assign },
  tomcat: {
    ...plainJvm((text) => `Environment="CATALINA_OPTS=${text} `),
    "*": (name, text) => `-Dparbake.${name}=${text}`,
  },
  uwsgi: { env: (_, text) => text, "*": (name, text) => `UWSGI_${name.toUpperCase()}=${text}` },
  valkey: { "*": dashed },
  varnish: {
    malloc: (_, text) => `-s malloc,${text}`,
    transient: (_, text) => `-s Transient=malloc,${text}`,
    options: (_, text) => text,
    "*": (name, text) => `-p ${name}=${text}`,
  },
  zookeeper: { ...jvmFlags(), options: (_, text) => `JAVA_OPTS="${text}"\nSERVER_JVMFLAGS="${text}"` },
};

const SYSCTL_KEYS = [
  "net.core.somaxconn",
  "net.ipv4.tcp_max_syn_backlog",
  "net.core.rmem_max",
  "net.core.wmem_max",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_wmem",
  "vm.max_map_count",
  "kernel.pid_max",
  "vm.swappiness",
  "fs.inotify.max_user_instances",
  "fs.inotify.max_user_watches",
  "net.netfilter.nf_conntrack_max",
];

function jvmFlags(): Readonly<Record<string, Spell>> {
  return {
    heap: (_, text) => `-Xmx${text}`,
    metaspace: (_, text) => `-XX:MaxMetaspaceSize=${text}`,
    codeCache: (_, text) => `-XX:ReservedCodeCacheSize=${text}`,
    directMemory: (_, text) => `-XX:MaxDirectMemorySize=${text}`,
    threadStack: (_, text) => `-Xss${text}`,
  };
}

function plainJvm(options: (text: string) => string): Readonly<Record<string, Spell>> {
  return {
    ...jvmFlags(),
    activeProcessorCount: (_, text) => `-XX:ActiveProcessorCount=${text}`,
    gc: (_, text) =>
      ({ g1: "-XX:+UseG1GC", serial: "-XX:+UseSerialGC", parallel: "-XX:+UseParallelGC", zgc: "-XX:+UseZGC" })[text]!,
    options: (_, text) => options(text),
  };
}

/** One a line. */
function searchFlags(): Readonly<Record<string, Spell>> {
  return {
    ...jvmFlags(),
    heap: (_, text) => `-Xms${text}\n-Xmx${text}`,
    node_processors: (_, text) => `-XX:ActiveProcessorCount=${text}`,
    options: (_, text) => text.replaceAll(" ", "\n"),
    "*": (name, text) => `-XX:${name}=${text}`,
  };
}
