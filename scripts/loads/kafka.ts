// A Kafka broker, its heap touched from the start, that two producers write to and a consumer reads from.

import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GIB } from "../../agent/size.ts";
import type { Programs } from "../../test/real/support/open-programs.ts";
import { type Service, withService } from "../../test/real/support/service.ts";
import { type Tuned, textOf } from "../../test/real/support/tune.ts";
import { fetchJars } from "./fetch-jars.ts";
import { atEachShare, shareOf } from "./load.ts";

const VERSION = "3.9.1";
const CLASSES = "/srv/kafka/*";
const BROKER = "127.0.0.1:9092";
const RECORDS = 150_000;

/** Other programs on the JVM are named otherwise, so that they do not count. */
const LOAD_JAVA = "/srv/load-java";

const CONFIG = `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:9093
listeners=PLAINTEXT://${BROKER},CONTROLLER://127.0.0.1:9093
controller.listener.names=CONTROLLER
log.dirs=/srv/kafka-logs
num.partitions=50
offsets.topic.replication.factor=1
`;

/** 1 GiB and not less: its least is above 512 MiB. */
const KAFKA_SHARES = [shareOf(GIB), shareOf(2 * GIB), shareOf(16 * GIB, 4)];

export const kafkaLoads = atEachShare(
  { title: `Kafka ${VERSION}`, profile: "kafka", options: [], processes: ["java"], run },
  KAFKA_SHARES,
);

async function run(programs: Programs, tuned: Tuned): Promise<string> {
  await install(programs);
  return withService(programs.machine, broker(programs, textOf(tuned, "options")), async () => {
    await Promise.all(["first", "second"].map((topic) => runTool(programs, "ProducerPerformance", produce(topic))));
    const consume = ["--topic", "first", "--messages", String(RECORDS), "--bootstrap-server", BROKER];
    await runTool(programs, "ConsumerPerformance", [...consume, "--timeout", "60000"]);
    return `heap of ${textOf(tuned, "heap")} touched, 2 times ${RECORDS} records of 1000 bytes`;
  });
}

function produce(topic: string): readonly string[] {
  const size = ["--num-records", String(RECORDS), "--record-size", "1000", "--throughput", "-1"];
  return ["--topic", topic, ...size, "--producer-props", `bootstrap.servers=${BROKER}`];
}

async function install({ machine, root }: Programs): Promise<void> {
  const jars = await fetchJars("kafka", [
    `org.apache.kafka:kafka_2.13:${VERSION}`,
    `org.apache.kafka:kafka-tools:${VERSION}`,
  ]);
  await mkdir(join(root, "srv/kafka"), { recursive: true });
  await cp(jars, join(root, "srv/kafka"), { recursive: true });
  await writeFile(join(root, "srv/server.properties"), CONFIG);
  await machine.run(["ln", "-sf", "/usr/lib/jvm/java-17-openjdk-amd64/bin/java", LOAD_JAVA]);
  await machine.run(["rm", "-rf", "/srv/kafka-logs"]);
  const format = ["format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c", "/srv/server.properties"];
  await machine.run([LOAD_JAVA, "-cp", CLASSES, "kafka.tools.StorageTool", ...format]);
}

function broker({ machine }: Programs, options: string): Service {
  const flags = [...options.split(" "), "-XX:+AlwaysPreTouch"];
  return {
    name: "kafka",
    argv: ["/usr/bin/java", ...flags, "-cp", CLASSES, "kafka.Kafka", "/srv/server.properties"],
    isReady: async () =>
      (await machine.attempt(["bash", "-c", `true < /dev/tcp/${BROKER.replace(":", "/")}`])).status === 0,
  };
}

function runTool({ machine }: Programs, tool: string, parameters: readonly string[]): Promise<string> {
  const program = [LOAD_JAVA, "-Xmx128m", "-cp", CLASSES, `org.apache.kafka.tools.${tool}`, ...parameters];
  return machine.run(program);
}
