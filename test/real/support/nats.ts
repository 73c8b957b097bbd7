import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RealProgram } from "./program.ts";
import { type Service, withService } from "./service.ts";
import { textOf } from "./tune.ts";

const HOME = "/srv/nats";

export const nats: RealProgram = {
  title: "NATS 2.9 (its log at the start)",
  profile: "nats",
  blocks: {
    // The log has two digits behind the point.
    max_memory_store: { bytes: 2 ** 30 / 100, to: "nearest" },
  },
  async ask({ machine, root }, tuned) {
    await mkdir(join(root, HOME), { recursive: true });
    const config = `host: 127.0.0.1\nport: -1\njetstream { store_dir: "${HOME}", max_memory_store: $NATS_MAX_MEMORY_STORE }\n`;
    await writeFile(join(root, HOME, "nats.conf"), config);
    const log = `${HOME}/log`;
    const variables = textOf(tuned, "env").split("\n");
    const read = async (): Promise<string> => (await machine.attempt(["cat", log])).stdout;
    const service: Service = {
      name: "nats",
      argv: ["env", ...variables, "nats-server", "-c", `${HOME}/nats.conf`, "-l", log],
      isReady: async () => (await read()).includes("Server is ready"),
    };
    const said = await withService(machine, service, read);
    await machine.run(["rm", log]);
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
