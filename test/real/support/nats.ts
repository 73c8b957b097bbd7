import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Machine } from "../../e2e/support/machine.ts";
import type { Programs } from "./open-programs.ts";
import type { RealProgram } from "./program.ts";
import { type Service, withService } from "./service.ts";
import { type Tuned, textOf } from "./tune.ts";

const HOME = "/srv/nats";
const LOG = `${HOME}/log`;
const PORT = 4222;

export const nats: RealProgram = {
  title: "NATS 2.9 (its log at the start)",
  profile: "nats",
  blocks: {
    // The log has two digits behind the point.
    max_memory_store: { bytes: 2 ** 30 / 100, to: "nearest" },
  },
  async ask(programs, tuned) {
    const { machine } = programs;
    const said = await withService(machine, await natsService(programs, tuned), () => readLog(machine));
    const [, number, unit] = /Max Memory: +([\d.]+) ([KMGT])B/.exec(said)!;
    return {
      said: { max_memory_store: Math.round(Number(number) * 1024 ** (1 + "KMGT".indexOf(unit!))) },
      unsaid: {
        GOMEMLIMIT: "of the runtime, which the server does not tell",
        GOMAXPROCS: "of the runtime, which the server does not tell",
        env: "what is given to it: all of the variables",
      },
    };
  },
};

/** With JetStream, and a folder and a log of its own. */
export async function natsService({ machine, root }: Programs, tuned: Tuned): Promise<Service> {
  await machine.attempt(["rm", "-r", HOME]);
  await mkdir(join(root, HOME), { recursive: true });
  const store = `store_dir: "${HOME}", max_memory_store: $NATS_MAX_MEMORY_STORE`;
  const config = `host: 127.0.0.1\nport: ${PORT}\njetstream { ${store} }\n`;
  await writeFile(join(root, HOME, "nats.conf"), config);
  const variables = textOf(tuned, "env").split("\n");
  return {
    name: "nats",
    argv: ["env", ...variables, "nats-server", "-c", `${HOME}/nats.conf`, "-l", LOG],
    isReady: async () => (await readLog(machine)).includes("Server is ready"),
  };
}

async function readLog(machine: Machine): Promise<string> {
  return (await machine.attempt(["cat", LOG])).stdout;
}
