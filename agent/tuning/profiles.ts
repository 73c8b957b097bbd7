// The apps that parbake can tune, by name.

import { cassandra } from "./cassandra.ts";
import { clickhouse } from "./clickhouse.ts";
import { custom } from "./custom.ts";
import { dotnet } from "./dotnet.ts";
import { elasticsearch } from "./elasticsearch.ts";
import { go } from "./go.ts";
import { haproxy } from "./haproxy.ts";
import { hugepages } from "./hugepages.ts";
import { jvm } from "./jvm.ts";
import { kafka } from "./kafka.ts";
import { kubelet } from "./kubelet.ts";
import { mariadb } from "./mariadb.ts";
import { memcached } from "./memcached.ts";
import { mongodb } from "./mongodb.ts";
import { mysql } from "./mysql.ts";
import { nginx } from "./nginx.ts";
import { node } from "./node.ts";
import { opensearch } from "./opensearch.ts";
import { phpFpm } from "./php-fpm.ts";
import { postgresql } from "./postgresql.ts";
import { prometheus } from "./prometheus.ts";
import { puma } from "./puma.ts";
import { python } from "./python.ts";
import { rabbitmq } from "./rabbitmq.ts";
import { redis } from "./redis.ts";
import { sysctl } from "./sysctl.ts";
import { systemd } from "./systemd.ts";
import { valkey } from "./valkey.ts";
import type { Profile } from "./setting.ts";

export const PROFILES: ReadonlyMap<string, Profile> = new Map(
  [
    cassandra,
    clickhouse,
    custom,
    dotnet,
    elasticsearch,
    go,
    haproxy,
    hugepages,
    jvm,
    kafka,
    kubelet,
    mariadb,
    memcached,
    mongodb,
    mysql,
    nginx,
    node,
    opensearch,
    phpFpm,
    postgresql,
    prometheus,
    puma,
    python,
    rabbitmq,
    redis,
    sysctl,
    systemd,
    valkey,
  ].map((profile) => [profile.name, profile]),
);
