import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RealProgram } from "./program.ts";
import { type Service, withService } from "./service.ts";
import { textOf } from "./tune.ts";

const APP = "/srv/uwsgi-app.py";
const LOG = "/srv/uwsgi.log";

/** Its log says each worker, with its threads; and the memory beyond which a worker starts anew. */
export const uwsgi: RealProgram = {
  title: "uWSGI 2.0 (UWSGI_* variables, its log)",
  profile: "uwsgi",
  options: ["reload=true", "threads=3"],
  async ask({ machine, root }, tuned) {
    await writeFile(join(root, APP), "def application(environ, start):\n  start('200 OK', [])\n  return [b'']\n");
    const read = async (): Promise<string> => (await machine.attempt(["cat", LOG])).stdout;
    const flags = ["--plugin", "python3", "--wsgi-file", APP, "--socket", "127.0.0.1:0", "--master", "--show-config"];
    const service: Service = {
      name: "uwsgi",
      argv: ["env", ...textOf(tuned, "env").split("\n"), "uwsgi", ...flags, "--logto", LOG],
      isReady: async () => listWorkers(await read()).length === Number(textOf(tuned, "workers")),
    };
    const said = await withService(machine, service, async () => {
      const log = await read();
      // Told to end, its threads may take a minute.
      await machine.run(["systemctl", "kill", "--signal=KILL", "parbake-test-uwsgi.service"]);
      return log;
    });
    await machine.run(["rm", LOG]);
    const workers = listWorkers(said);
    const [, reloadMib] = /reload-on-rss = (\d+)/.exec(said)!;
    return {
      said: { workers: workers.length, threads: workers[0]!, reload_on_rss: Number(reloadMib) * 2 ** 20 },
      unsaid: { env: "what is given to it: all of the variables" },
    };
  },
};

/** The threads of each. */
function listWorkers(log: string): readonly string[] {
  return [...log.matchAll(/^spawned uWSGI worker \d+ \(pid: \d+, cores: (\d+)\)$/gm)].map(([, threads]) => threads!);
}
