import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Machine } from "../../e2e/support/machine.ts";
import { explainFewerFiles } from "./machine-limits.ts";
import type { Answer, RealProgram } from "./program.ts";
import { withService } from "./service.ts";
import { numberOf, textOf } from "./tune.ts";

const CONFIG = "/etc/nginx/parbake-test.conf";

const UNSAID = { busy_connections: "nginx has no directive for it" };

/** `-t` accepts it, `-T` repeats the connections; the workers and their file limit are what the kernel says of them. */
export const nginx: RealProgram = {
  title: "nginx (-t, -T and its workers)",
  profile: "nginx",
  async ask({ machine, root }, tuned) {
    const directive = (name: string): string => `${name} ${textOf(tuned, name)};`;
    await writeFile(
      join(root, CONFIG),
      `daemon off;
${directive("worker_processes")}
${directive("worker_rlimit_nofile")}
events { ${directive("worker_connections")} }
http { access_log off; server { listen 127.0.0.1:8080; } }
`,
    );
    await machine.run(["nginx", "-t", "-c", CONFIG]);
    const dumped = await machine.run(["nginx", "-T", "-c", CONFIG]);
    const [, connections] = /worker_connections (\d+);/.exec(dumped)!;
    const isReady = async (): Promise<boolean> =>
      (await listWorkers(machine)).length === numberOf(tuned, "worker_processes");
    const service = { name: "nginx", argv: ["nginx", "-c", CONFIG], isReady };
    const { workers, files } = await withService(machine, service, () => readWorkers(machine));
    const said = { worker_processes: workers, worker_connections: Number(connections), worker_rlimit_nofile: files };
    return allowFewerFiles(said, numberOf(tuned, "worker_rlimit_nofile"));
  },
};

async function readWorkers(machine: Machine): Promise<{ workers: number; files: number }> {
  const pids = await listWorkers(machine);
  const limits = await machine.run(["cat", `/proc/${pids[0]}/limits`]);
  return { workers: pids.length, files: Number(/^Max open files +(\d+)/m.exec(limits)![1]) };
}

/** Those that serve: a child of the master takes this title once it has set its limits. */
async function listWorkers(machine: Machine): Promise<readonly string[]> {
  const master = await machine.show("parbake-test-nginx.service", "MainPID");
  const list = `for pid in $(cat /proc/${master}/task/${master}/children)
do if grep -q "worker process" /proc/$pid/cmdline; then echo $pid; fi; done`;
  const { stdout } = await machine.attempt(["sh", "-c", list]);
  return stdout.split("\n").filter((pid) => pid !== "");
}

/** nginx goes on with fewer files where it may not have as many as it was told. */
function allowFewerFiles(said: Answer["said"], files: number): Answer {
  const reason = explainFewerFiles(files);
  if (reason === null) return { said, unsaid: UNSAID };
  return { said, unsaid: { ...UNSAID, worker_rlimit_nofile: reason }, limits: [reason] };
}
