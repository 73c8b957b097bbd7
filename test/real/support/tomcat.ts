import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hasMemory } from "./machine-limits.ts";
import type { RealProgram } from "./program.ts";
import { type Service, withService } from "./service.ts";
import { numberOf, type Tuned, textOf } from "./tune.ts";

const BASE = "/srv/tomcat";
const HOME = "/usr/share/tomcat10";
const PORT = 8085;

const SERVER = `<Server port="-1"><Service name="Catalina">
  <Connector port="${PORT}" address="127.0.0.1" maxThreads="\${parbake.maxThreads:-1}" maxConnections="\${parbake.maxConnections:-1}"/>
  <Engine name="Catalina" defaultHost="localhost"><Host name="localhost" appBase="webapps"/></Engine>
</Service></Server>
`;

/** What the running one says of its connector and of its JVM. */
const PAGE = `<%@ page import="java.lang.management.*,javax.management.*" %><%
  MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
  for (ObjectName name : beans.queryNames(new ObjectName("Catalina:type=ThreadPool,*"), null))
    out.println("maxThreads=" + beans.getAttribute(name, "maxThreads") + "\\nmaxConnections=" + beans.getAttribute(name, "maxConnections"));
%>`;

/** What the plain JVM is asked of, test/real/support/java.ts does. */
const OF_JAVA = [
  "heap",
  "metaspace",
  "codeCache",
  "directMemory",
  "threadStack",
  "gc",
  "gcThreads",
  "concGcThreads",
  "activeProcessorCount",
  "gcMemory",
];

export const tomcat: RealProgram = {
  title: "Tomcat 10.1 (its own beans)",
  profile: "tomcat",
  async ask({ machine, root }, tuned) {
    for (const folder of ["conf", "logs", "temp", "work", "webapps/ROOT"])
      await mkdir(join(root, BASE, folder), { recursive: true });
    await chmod(join(root, BASE), 0o755);
    await writeFile(join(root, BASE, "conf/server.xml"), SERVER);
    await writeFile(join(root, BASE, "webapps/ROOT/index.jsp"), PAGE);
    await machine.run(["cp", "/etc/tomcat10/web.xml", `${BASE}/conf`]);
    const ask = `exec 3<>/dev/tcp/127.0.0.1/${PORT} && printf 'GET /index.jsp HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3`;
    const read = async (): Promise<string> => (await machine.attempt(["bash", "-c", ask])).stdout;
    const places = [`CATALINA_HOME=${HOME}`, `CATALINA_BASE=${BASE}`, `CATALINA_OPTS=${optionsOf(tuned)}`];
    const service: Service = {
      name: "tomcat",
      argv: ["env", ...places, `${HOME}/bin/catalina.sh`, "run"],
      isReady: async () => /^maxThreads=/m.test(await read()),
      patienceMs: 90_000,
    };
    const said = await withService(machine, service, read);
    const spoken = (name: string): string => new RegExp(`^${name}=(\\d+)`, "m").exec(said)![1]!;
    return {
      said: { maxThreads: spoken("maxThreads"), maxConnections: spoken("maxConnections") },
      unsaid: {
        ...Object.fromEntries(OF_JAVA.map((name) => [name, "the JVM's, which the JVM alone is asked for"])),
        threads: "the JVM's own are among them",
        options: "what is given to it: all of the others",
      },
    };
  },
};

/** Beyond this machine's memory, without the heap. */
function optionsOf(tuned: Tuned): string {
  const flags = textOf(tuned, "options");
  const bearable = hasMemory(numberOf(tuned, "heap")) ? flags : flags.replace(/-Xmx\S+ /, "");
  const properties = ["maxThreads", "maxConnections"].map((name) => `-Dparbake.${name}=${textOf(tuned, name)}`);
  return [bearable, ...properties].join(" ");
}
