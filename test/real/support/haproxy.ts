import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { askSocket } from "./ask-socket.ts";
import { explainFewerFiles } from "./machine-limits.ts";
import type { Answer, RealProgram } from "./program.ts";
import { withService } from "./service.ts";
import { numberOf, type Tuned, textOf } from "./tune.ts";

const CONFIG = "/etc/haproxy/parbake-test.cfg";
/** Where it says how it is. */
export const HAPROXY_STATS = "/srv/haproxy.sock";

const DIRECTIVES = { maxconn: "maxconn", maxsslconn: "maxsslconn", nbthread: "nbthread", ulimit_n: "ulimit-n" };

/** `-c` accepts the file; `show info` says what the running one has. */
export const haproxy: RealProgram = {
  title: "HAProxy 2.6 (-c, show info)",
  profile: "haproxy",
  async ask({ machine, root }, tuned) {
    await writeFile(join(root, CONFIG), configOf(tuned));
    const argv = ["haproxy", "-m", textOf(tuned, "memory"), "-f", CONFIG];
    await machine.run([...argv, "-c"]);
    const showInfo = () => askSocket(join(root, HAPROXY_STATS), "show info\n");
    const isReady = () => showInfo().then(Boolean, () => false);
    const answer = await withService(machine, { name: "haproxy", argv: [...argv, "-db"], isReady }, showInfo);
    const info = new Map([...answer.matchAll(/^([\w-]+): (.*)$/gm)].map(([, key, value]) => [key!, value!]));
    return allowFewerFiles(
      {
        memory: Number(info.get("Memmax_MB")) * 2 ** 20,
        maxconn: info.get("Maxconn")!,
        maxsslconn: info.get("MaxSslConns")!,
        nbthread: info.get("Nbthread")!,
        ulimit_n: info.get("Ulimit-n")!,
      },
      numberOf(tuned, "ulimit_n"),
    );
  },
};

/** The section `global` with its limits. */
export function haproxyGlobal(tuned: Tuned): string {
  const lines = Object.entries(DIRECTIVES).map(([name, directive]) => `  ${directive} ${textOf(tuned, name)}\n`);
  return `global
  stats socket ${HAPROXY_STATS}
  # Goes on where this machine lets it have fewer files than it wants.
  no strict-limits
${lines.join("")}`;
}

function configOf(tuned: Tuned): string {
  return `${haproxyGlobal(tuned)}defaults
  mode http
  timeout client 1s
  timeout server 1s
  timeout connect 1s
frontend test
  bind 127.0.0.1:8080
`;
}

function allowFewerFiles(said: Answer["said"], files: number): Answer {
  const reason = explainFewerFiles(files);
  return reason === null ? { said } : { said, unsaid: { ulimit_n: reason }, limits: [reason] };
}
