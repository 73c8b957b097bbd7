// The apps that parbake can tune, by name.

import { cassandra } from "./cassandra.ts";
import { custom } from "./custom.ts";
import { dotnet } from "./dotnet.ts";
import { elasticsearch } from "./elasticsearch.ts";
import { go } from "./go.ts";
import { haproxy } from "./haproxy.ts";
import { hugepages } from "./hugepages.ts";
import { jvm } from "./jvm.ts";
import { kafka } from "./kafka.ts";
import { kubelet } from "./kubelet.ts";
import { nginx } from "./nginx.ts";
import { node } from "./node.ts";
import { opensearch } from "./opensearch.ts";
import { phpFpm } from "./php-fpm.ts";
import { postgresql } from "./postgresql.ts";
import { puma } from "./puma.ts";
import { python } from "./python.ts";
import { sysctl } from "./sysctl.ts";
import { systemd } from "./systemd.ts";
import type { Profile } from "./setting.ts";

export const PROFILES: ReadonlyMap<string, Profile> = new Map(
  [
    cassandra,
    custom,
    dotnet,
    elasticsearch,
    go,
    haproxy,
    hugepages,
    jvm,
    kafka,
    kubelet,
    nginx,
    node,
    opensearch,
    phpFpm,
    postgresql,
    puma,
    python,
    sysctl,
    systemd,
  ].map((profile) => [profile.name, profile]),
);
