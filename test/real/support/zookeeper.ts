import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RealProgram } from "./program.ts";
import { type Service, withService } from "./service.ts";
import { textOf } from "./tune.ts";

const HOME = "/srv/zookeeper";
const PORT = 2181;
const MAIN = "org.apache.zookeeper.server.quorum.QuorumPeerMain";

export const zookeeper: RealProgram = {
  title: "ZooKeeper 3.8 on Java 17 (jcmd VM.flags)",
  profile: "zookeeper",
  blocks: {
    // HotSpot rounds the heap up to regions of G1, 32 MiB at most.
    heap: { bytes: 32 * 2 ** 20, to: "nearest" },
  },
  async ask({ machine, root }, tuned) {
    await mkdir(join(root, HOME), { recursive: true });
    const config = `dataDir=${HOME}\nclientPort=${PORT}\nclientPortAddress=127.0.0.1\nadmin.enableServer=false\n`;
    await writeFile(join(root, HOME, "zoo.cfg"), config);
    const flags = textOf(tuned, "options").split(" ");
    const service: Service = {
      name: "zookeeper",
      argv: ["java", ...flags, "-cp", "/usr/share/java/zookeeper.jar", MAIN, `${HOME}/zoo.cfg`],
      isReady: async () => (await machine.attempt(["bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/${PORT}`])).status === 0,
    };
    const printed = await withService(machine, service, () => machine.run(["jcmd", MAIN, "VM.flags", "-all"]));
    const numberOf = (flag: string): number =>
      Number(new RegExp(`^ *\\w+ ${flag} += (\\d+) `, "m").exec(printed)?.[1] ?? NaN);
    return {
      said: {
        heap: numberOf("MaxHeapSize"),
        codeCache: numberOf("ReservedCodeCacheSize"),
        directMemory: numberOf("MaxDirectMemorySize"),
        threadStack: numberOf("ThreadStackSize") * 1024,
      },
      unsaid: {
        gcMemory: "what the collector is reckoned with, which is no flag",
        metaspace: "no limit, unless the operator wants one",
        threads: "its pools follow from the processors",
        pageCache: "what is left for the kernel",
        options: "what is given to it: all of the flags",
      },
    };
  },
};
