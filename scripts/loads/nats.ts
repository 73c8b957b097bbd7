// NATS with a stream in memory, filled by small messages until JetStream takes no more.

import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { MIB } from "../../agent/size.ts";
import { natsService } from "../../test/real/support/nats.ts";
import { withService } from "../../test/real/support/service.ts";
import { numberOf } from "../../test/real/support/tune.ts";
import { atEachShare, shareOf } from "./load.ts";

const SCRIPT = "fill-stream.mjs";

/** With its subject and what JetStream adds it is a little less than the option messageSize. */
const PAYLOAD_BYTES = 200;

/** More than that one client does not fill in time. */
const SHARES = [shareOf(512 * MIB), shareOf(2048 * MIB)];

export const natsLoads = atEachShare(
  {
    title: "NATS 2.9",
    profile: "nats",
    options: [],
    processes: ["nats-server"],
    async run(programs, tuned) {
      const { machine, root } = programs;
      const service = await natsService(programs, tuned);
      await copyFile(new URL(SCRIPT, import.meta.url).pathname, join(root, "srv", SCRIPT));
      const messages = await withService(machine, service, () =>
        machine.run(["node", `/srv/${SCRIPT}`, String(PAYLOAD_BYTES)]),
      );
      const storeMib = Math.round(numberOf(tuned, "max_memory_store") / MIB);
      return `${messages.trim()} messages of ${PAYLOAD_BYTES} bytes fill ${storeMib} MiB of stream`;
    },
  },
  SHARES,
);
