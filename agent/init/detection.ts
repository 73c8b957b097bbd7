// How an image tells that it has an app, for every profile: by the name of its unit, or by the program that a unit of the operator's
// own runs. Pure data.

/** Packages name their units; `version` is what the unit's name says of it. */
export const UNITS: Readonly<Record<string, RegExp>> = {
  cassandra: /^cassandra\.service$/,
  clickhouse: /^clickhouse-server\.service$/,
  "ecs-agent": /^ecs\.service$/,
  elasticsearch: /^elasticsearch\.service$/,
  etcd: /^etcd\.service$/,
  haproxy: /^haproxy\.service$/,
  httpd: /^(?:apache2|httpd)\.service$/,
  influxdb: /^influxdb\.service$/,
  kafka: /^(?:confluent-)?kafka\.service$/,
  kubelet: /^kubelet\.service$/,
  logstash: /^logstash\.service$/,
  mariadb: /^mariadb\.service$/,
  memcached: /^memcached\.service$/,
  mongodb: /^mongod\.service$/,
  mysql: /^mysqld?\.service$/,
  nats: /^nats(?:-server)?\.service$/,
  nginx: /^nginx\.service$/,
  opensearch: /^opensearch\.service$/,
  pgbouncer: /^pgbouncer\.service$/,
  "php-fpm": /^php(?<version>\d+\.\d+)?-fpm\.service$/,
  // Debian's clusters are instances of a template, and its postgresql.service runs nothing; PGDG's units of RPM have a version.
  postgresql: /^postgresql(?:@|-(?<version>\d+))?\.service$/,
  prometheus: /^prometheus\.service$/,
  rabbitmq: /^rabbitmq-server\.service$/,
  redis: /^redis(?:-server|6)?\.service$/,
  solr: /^solr\.service$/,
  tomcat: /^tomcat\d*\.service$/,
  valkey: /^valkey(?:-server)?\.service$/,
  varnish: /^varnish\.service$/,
  zookeeper: /^zookeeper\.service$/,
};

interface ProgramRule {
  /** The program's name, of which the path does not matter. */
  readonly program: RegExp;
  /** Variables that a unit sets for nothing else: a start script hides the program. */
  readonly variables: RegExp;
  /** Arguments that take precedence over what the environment says. */
  readonly precedent: RegExp;
}

/** The first that fits counts. */
export const PROGRAMS: Readonly<Record<string, ProgramRule>> = {
  // A java like any other, but for its variables.
  "spring-boot": {
    program: /^(?!)/,
    variables: /^(?:SPRING|SERVER_TOMCAT)_\w+$/,
    precedent: /^(?:-(?:Xm[nsx]|XX:(?:Max|Min|Initial)\w+)|--server\.tomcat\.[\w.-]+)/,
  },
  jvm: {
    program: /^java$/,
    variables: /^(?:JAVA_HOME|JAVA_OPTS|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS)$/,
    precedent: /^-(?:Xm[nsx]|XX:(?:Max|Min|Initial)\w+)/,
  },
  puma: {
    program: /^puma$/,
    variables: /^PUMA_(?:MAX_THREADS|WORKERS)$/,
    precedent: /^(?:-w|-t|--workers|--threads)\b/,
  },
  // Other apps know of it, too: ENVOY_ADMIN_URL, SIDEKIQ_REDIS_URL.
  envoy: { program: /^envoy$/, variables: /^ENVOY_(?:BOOTSTRAP|UID|GID)$/, precedent: /^(?!)/ },
  sidekiq: {
    program: /^sidekiq(?:swarm)?$/,
    variables: /^SIDEKIQ_(?:COUNT|MAXMEM_MB|PRELOAD\w*)$/,
    precedent: /^(?:-c|--concurrency)\b/,
  },
  uwsgi: {
    program: /^uwsgi(?:-core|_python3\d*)?$/,
    variables: /^UWSGI_\w+$/,
    precedent: /^(?:-p|--processes|--workers|--threads|--reload-on-rss)\b/,
  },
  python: {
    program: /^(?:gunicorn|uvicorn)3?$/,
    variables: /^(?:GUNICORN_CMD_ARGS|UVICORN_\w+)$/,
    precedent: /^(?:-w|--workers|--threads)\b/,
  },
  node: {
    program: /^(?:node|nodejs|npm|pm2-runtime)$/,
    variables: /^NODE_(?:ENV|OPTIONS)$/,
    precedent: /^--(?:max-old-space-size|max_old_space_size)\b/,
  },
  dotnet: { program: /^dotnet$/, variables: /^(?:DOTNET|ASPNETCORE)_\w+$/, precedent: /^(?!)/ },
  // Its program has any name.
  go: { program: /^(?!)/, variables: /^GO(?:MEMLIMIT|MAXPROCS|GC|DEBUG)$/, precedent: /^(?!)/ },
};

/** Of no app that an image has: init shows their entries as comments. */
export const OFFERED: readonly string[] = ["sysctl", "hugepages", "systemd"];

/** Profiles that no image tells. */
export const UNTOLD: Readonly<Record<string, string>> = {
  custom: "its settings are the operator's own",
};
