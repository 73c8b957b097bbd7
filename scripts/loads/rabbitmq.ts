// RabbitMQ with its connections, up to a thousand, and more messages than the memory mark lets in.

import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { MIB } from "../../agent/size.ts";
import { rabbitmqCtl, rabbitmqService, writeRabbitmqConfig } from "../../test/real/support/rabbitmq.ts";
import { withService } from "../../test/real/support/service.ts";
import { numberOf } from "../../test/real/support/tune.ts";
import { atEachShare } from "./load.ts";

const SCRIPT = "send-stomp.mjs";

/** As many as one client opens in some seconds. */
const MOST_CONNECTIONS = 1000;

/** Of the mark, in messages: those that it has no memory for wait at the publishers, or go to the disk. */
const MESSAGES = 1.5;

export const rabbitmqLoads = atEachShare({
  title: "RabbitMQ 3.10",
  profile: "rabbitmq",
  options: [],
  processes: ["beam.smp", "erl_child_setup", "inet_gethost", "epmd"],
  async run({ machine, root }, tuned) {
    await writeRabbitmqConfig(root, tuned, ["rabbitmq_stomp"]);
    await copyFile(new URL(SCRIPT, import.meta.url).pathname, join(root, "srv", SCRIPT));
    const connections = Math.min(numberOf(tuned, "connection_max"), MOST_CONNECTIONS);
    const most = Math.floor(numberOf(tuned, "vm_memory_high_watermark_absolute") * MESSAGES);
    return withService(machine, rabbitmqService(machine, tuned), async () => {
      const said = await machine.run(["node", `/srv/${SCRIPT}`, String(connections), String(most)]);
      const [had, sentBytes] = said.trim().split(" ").map(Number);
      const alarms = await machine.run(rabbitmqCtl("eval", "rabbit_alarm:get_alarms()."));
      const isWaiting = alarms.includes("memory") ? "publishers wait" : "the disk takes the rest";
      return `${had} connections, ${Math.round(sentBytes! / MIB)} MiB of messages: ${isWaiting}`;
    });
  },
});
