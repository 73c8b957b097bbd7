// The apps that parbake can tune, by name.

import { memcached } from "./caches/memcached.ts";
import { redis } from "./caches/redis.ts";
import { valkey } from "./caches/valkey.ts";
import { varnish } from "./caches/varnish.ts";
import { custom } from "./custom/custom.ts";
import { clickhouse } from "./databases/clickhouse.ts";
import { etcd } from "./databases/etcd.ts";
import { influxdb } from "./databases/influxdb.ts";
import { mariadb } from "./databases/mariadb.ts";
import { mongodb } from "./databases/mongodb.ts";
import { mysql } from "./databases/mysql.ts";
import { postgresql } from "./databases/postgresql.ts";
import { cassandra } from "./jvm/cassandra.ts";
import { elasticsearch } from "./jvm/elasticsearch.ts";
import { jvm } from "./jvm/jvm.ts";
import { kafka } from "./jvm/kafka.ts";
import { logstash } from "./jvm/logstash.ts";
import { opensearch } from "./jvm/opensearch.ts";
import { solr } from "./jvm/solr.ts";
import { springBoot } from "./jvm/spring-boot.ts";
import { tomcat } from "./jvm/tomcat.ts";
import { zookeeper } from "./jvm/zookeeper.ts";
import type { Profile } from "./profile/profile.ts";
import { dotnet } from "./runtimes/dotnet.ts";
import { go } from "./runtimes/go.ts";
import { node } from "./runtimes/node.ts";
import { phpFpm } from "./runtimes/php-fpm.ts";
import { puma } from "./runtimes/puma.ts";
import { python } from "./runtimes/python.ts";
import { sidekiq } from "./runtimes/sidekiq.ts";
import { uwsgi } from "./runtimes/uwsgi.ts";
import { envoy } from "./servers/envoy.ts";
import { haproxy } from "./servers/haproxy.ts";
import { httpd } from "./servers/httpd.ts";
import { nats } from "./servers/nats.ts";
import { nginx } from "./servers/nginx.ts";
import { pgbouncer } from "./servers/pgbouncer.ts";
import { prometheus } from "./servers/prometheus.ts";
import { rabbitmq } from "./servers/rabbitmq.ts";
import { ecsAgent } from "./system/ecs-agent.ts";
import { hugepages } from "./system/hugepages.ts";
import { kubelet } from "./system/kubelet.ts";
import { sysctl } from "./system/sysctl.ts";
import { systemd } from "./system/systemd.ts";

export const PROFILES: ReadonlyMap<string, Profile> = new Map(
  [
    cassandra,
    clickhouse,
    custom,
    dotnet,
    ecsAgent,
    elasticsearch,
    envoy,
    etcd,
    go,
    haproxy,
    httpd,
    hugepages,
    influxdb,
    jvm,
    kafka,
    kubelet,
    logstash,
    mariadb,
    memcached,
    mongodb,
    mysql,
    nats,
    nginx,
    node,
    opensearch,
    pgbouncer,
    phpFpm,
    postgresql,
    prometheus,
    puma,
    python,
    rabbitmq,
    redis,
    sidekiq,
    solr,
    springBoot,
    sysctl,
    systemd,
    tomcat,
    uwsgi,
    valkey,
    varnish,
    zookeeper,
  ].map((profile) => [profile.name, profile]),
);
