import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Machine } from "../../e2e/support/machine.ts";
import type { RealProgram } from "./program.ts";
import { type Service, withService } from "./service.ts";
import { type Tuned, textOf } from "./tune.ts";

const HOME = "/srv/rabbitmq";
const PORT = 5672;
const BIN = "/usr/lib/rabbitmq/bin";

/** Files and a node of its own, so that nothing of the package's is touched. */
const ENVIRONMENT = [
  `HOME=${HOME}`,
  "RABBITMQ_NODENAME=rabbit@localhost",
  `RABBITMQ_CONFIG_FILE=${HOME}/rabbitmq.conf`,
  `RABBITMQ_ENABLED_PLUGINS_FILE=${HOME}/enabled_plugins`,
  `RABBITMQ_MNESIA_BASE=${HOME}/mnesia`,
  `RABBITMQ_LOG_BASE=${HOME}/log`,
];

/** The directives of its config, by setting. */
const DIRECTIVES: Readonly<Record<string, string>> = {
  total_memory_available_override_value: "total_memory_available_override_value",
  vm_memory_high_watermark_absolute: "vm_memory_high_watermark.absolute",
  disk_free_limit_absolute: "disk_free_limit.absolute",
  connection_max: "connection_max",
  channel_max: "channel_max",
};

/** In the settings' order. */
const ASKED = `[vm_memory_monitor:get_total_memory(), vm_memory_monitor:get_memory_limit(), rabbit_disk_monitor:get_disk_free_limit(),
  element(2, application:get_env(rabbit, connection_max)), element(2, application:get_env(rabbit, channel_max)),
  erlang:system_info(schedulers_online)].`;

export const rabbitmq: RealProgram = {
  title: "RabbitMQ 3.10 (rabbitmqctl eval)",
  profile: "rabbitmq",
  async ask({ machine, root }, tuned) {
    await writeRabbitmqConfig(root, tuned);
    const answer = await withService(machine, rabbitmqService(machine, tuned), () =>
      machine.run(rabbitmqCtl("eval", ASKED)),
    );
    const numbers = answer.match(/\d+/g)!;
    const names = [...Object.keys(DIRECTIVES), "schedulers"];
    return {
      said: Object.fromEntries(names.map((name, index) => [name, numbers[index] ?? "unknown"])),
      unsaid: {
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "what is given to it: the schedulers say whether it was taken",
        LimitNOFILE: "its unit's",
      },
    };
  },
};

export function rabbitmqCtl(...argv: readonly string[]): readonly string[] {
  return ["env", ...ENVIRONMENT, `${BIN}/rabbitmqctl`, "--quiet", ...argv];
}

export async function writeRabbitmqConfig(root: string, tuned: Tuned, plugins: readonly string[] = []): Promise<void> {
  await mkdir(join(root, HOME), { recursive: true });
  const lines = Object.entries(DIRECTIVES).map(([name, directive]) => `${directive} = ${textOf(tuned, name)}`);
  await writeFile(
    join(root, HOME, "rabbitmq.conf"),
    [...lines, `listeners.tcp.local = 127.0.0.1:${PORT}`].join("\n") + "\n",
  );
  await writeFile(join(root, HOME, "enabled_plugins"), `[${plugins.join(",")}].\n`);
}

export function rabbitmqService(machine: Machine, tuned: Tuned): Service {
  const flags = textOf(tuned, "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS");
  // Where it listens it has started; to ask it takes an Erlang of its own, which on a busy machine would only delay it.
  const isReady = async (): Promise<boolean> =>
    (await machine.attempt(["bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/${PORT}`])).status === 0;
  const argv = ["env", ...ENVIRONMENT, `RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=${flags}`, `${BIN}/rabbitmq-server`];
  return { name: "rabbitmq", argv, isReady, patienceMs: 90_000 };
}
