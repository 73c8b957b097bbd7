// etcd with as much data as its quota allows, written by clients at once.

import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { MIB } from "../../agent/size.ts";
import { etcdService } from "../../test/real/support/etcd.ts";
import { withService } from "../../test/real/support/service.ts";
import { atEachShare, shareOf } from "./load.ts";

const SCRIPT = "fill-etcd.mjs";

/** Of a large object of Kubernetes: small ones take one client too long. */
const VALUE_BYTES = 20_000;

export const etcdLoads = atEachShare(
  {
    title: "etcd 3.4",
    profile: "etcd",
    options: [],
    processes: ["etcd"],
    async run({ machine, root }, tuned) {
      await copyFile(new URL(SCRIPT, import.meta.url).pathname, join(root, "srv", SCRIPT));
      const said = await withService(machine, etcdService(machine, tuned, ["--unsafe-no-fsync"]), () =>
        machine.run(["node", "--no-warnings", `/srv/${SCRIPT}`, String(VALUE_BYTES)]),
      );
      const [keys, databaseBytes] = said.trim().split(" ").map(Number);
      return `${keys} values of ${VALUE_BYTES} bytes fill ${Math.round(databaseBytes! / MIB)} MiB of quota`;
    },
  },
  // A larger database takes one client minutes to fill.
  [shareOf(512 * MIB), shareOf(2048 * MIB)],
);
