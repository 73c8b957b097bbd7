// What the page shows where there is no image: a database, a service and a web server on one machine. Pure.

import { newApp, NO_RESERVE } from "./draft.ts";
import type { PageState } from "./page-state.ts";

export const EXAMPLE: PageState = {
  draft: {
    apps: [
      { ...newApp("db", "postgresql"), weight: "3" },
      { ...newApp("api", "jvm"), options: { threads: "100" } },
      newApp("web", "nginx"),
    ],
    reserve: NO_RESERVE,
    secretsSize: "",
    architectures: [],
  },
  machines: ["m7g.large", "t4g.small", "r7g.2xlarge"],
  chosen: "m7g.large",
  setting: "",
  family: "",
};
