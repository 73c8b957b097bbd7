// The apps that parbake can tune, by name.

import { jvm } from "./jvm.ts";
import { nginx } from "./nginx.ts";
import { node } from "./node.ts";
import { postgresql } from "./postgresql.ts";
import type { Profile } from "./setting.ts";
import { sysctl } from "./sysctl.ts";

export const PROFILES: ReadonlyMap<string, Profile> = new Map(
  [jvm, nginx, node, postgresql, sysctl].map((profile) => [profile.name, profile]),
);
