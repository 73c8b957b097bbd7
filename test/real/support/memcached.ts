import { join } from "node:path";
import { askSocket } from "./ask-socket.ts";
import { explainFewerFiles, hasMemory } from "./machine-limits.ts";
import type { RealProgram } from "./program.ts";
import { withService } from "./service.ts";
import { numberOf, type Tuned, textOf } from "./tune.ts";

const SOCKET = "/srv/memcached.sock";
const POINTER_BYTES = 8;

/** It has no check of a config: it is started for each size, and takes no memory before there is data. */
export const memcached: RealProgram = {
  title: "memcached 1.6 (stats settings)",
  profile: "memcached",
  async ask({ machine, root }, tuned) {
    const tooMuch = findTooMuch(tuned);
    const flags = textOf(tuned, "options").split(/ (?=-)/);
    const bearable = flags.filter((flag) => !Object.keys(tooMuch).some((name) => flag.startsWith(FLAGS[name]!)));
    const ask = () => askSocket(join(root, SOCKET), "stats settings\r\nquit\r\n");
    const service = {
      name: "memcached",
      argv: ["memcached", "-s", SOCKET, ...bearable.flatMap((flag) => flag.split(" "))],
      user: "memcache",
      isReady: () => ask().then(Boolean, () => false),
    };
    const answer = await withService(machine, service, ask);
    const stats = new Map([...answer.matchAll(/^STAT (\S+) (.*?)\r?$/gm)].map(([, key, value]) => [key!, value!]));
    return {
      said: {
        memory: stats.get("maxbytes")!,
        connections: stats.get("maxconns")!,
        threads: stats.get("num_threads")!,
        itemSizeMax: stats.get("item_size_max")!,
        hashpower: stats.get("hashpower_init")!,
      },
      unsaid: { options: "what is given to it: all of the others", ...tooMuch },
      limits: Object.values(tooMuch),
    };
  },
};

const FLAGS: Readonly<Record<string, string>> = { connections: "-c ", hashpower: "-o hashpower=" };

/** What it ends for at its start: a file for each connection, and the whole hash table, have to be there. */
function findTooMuch(tuned: Tuned): Readonly<Record<string, string>> {
  const files = explainFewerFiles(numberOf(tuned, "connections"));
  const canHoldTable = hasMemory(POINTER_BYTES * 2 ** numberOf(tuned, "hashpower"));
  return {
    ...(files === null ? {} : { connections: files }),
    ...(canHoldTable ? {} : { hashpower: "without hashpower: the table is more than this machine can give" }),
  };
}
