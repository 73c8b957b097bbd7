// The apps that parbake can tune, by name.

import { custom } from "./custom.ts";
import { hugepages } from "./hugepages.ts";
import { jvm } from "./jvm.ts";
import { kubelet } from "./kubelet.ts";
import { nginx } from "./nginx.ts";
import { node } from "./node.ts";
import { postgresql } from "./postgresql.ts";
import { sysctl } from "./sysctl.ts";
import { systemd } from "./systemd.ts";
import type { Profile } from "./setting.ts";

export const PROFILES: ReadonlyMap<string, Profile> = new Map(
  [custom, hugepages, jvm, kubelet, nginx, node, postgresql, sysctl, systemd].map((profile) => [
    profile.name,
    profile,
  ]),
);
