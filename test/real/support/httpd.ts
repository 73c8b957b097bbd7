import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Machine } from "../../e2e/support/machine.ts";
import type { RealProgram } from "./program.ts";
import { type Service, withService } from "./service.ts";
import { textOf } from "./tune.ts";

const CONFIG = "/srv/httpd.conf";
const PORT = 8082;
const MODULES = ["mpm_event", "authz_core", "status"];

/** A value that does not fit with the others is corrected, and `-t` says so. */
const SILENT = ["ServerLimit", "ThreadLimit", "StartServers", "MinSpareThreads", "MaxSpareThreads"];

export const httpd: RealProgram = {
  title: "Apache httpd 2.4 (-t, mod_status)",
  profile: "httpd",
  async ask({ machine, root }, tuned) {
    const lines = Object.keys(tuned).map((name) => `${name} ${textOf(tuned, name)}`);
    await writeFile(join(root, CONFIG), configOf(lines));
    const { status, stderr } = await machine.attempt(["apache2", "-f", CONFIG, "-t"]);
    assert.deepEqual({ status, stderr: stderr.trim() }, { status: 0, stderr: "Syntax OK" });
    const said = await withService(machine, httpdService(machine), () => readStatus(machine));
    const numberOf = (name: string): number => Number(new RegExp(`^${name}: (\\d+)\\r?$`, "m").exec(said)![1]);
    return {
      said: {
        // A letter for each.
        MaxRequestWorkers: /^Scoreboard: (\S*)/m.exec(said)![1]!.length,
        ThreadsPerChild: (numberOf("BusyWorkers") + numberOf("IdleWorkers")) / numberOf("Processes"),
      },
      unsaid: Object.fromEntries(SILENT.map((name) => [name, "httpd would correct it, and say so"])),
    };
  },
};

function configOf(lines: readonly string[]): string {
  const modules = MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so\n`);
  return `ServerName test
PidFile /srv/httpd.pid
DefaultRuntimeDir /srv
ErrorLog /srv/httpd.log
Listen 127.0.0.1:${PORT}
User www-data
Group www-data
${modules.join("")}<Location /status>
  SetHandler server-status
</Location>
${lines.join("\n")}
`;
}

function httpdService(machine: Machine): Service {
  // The first processes are there, and each has all of its threads.
  const isReady = async (): Promise<boolean> => /^IdleWorkers: [1-9]/m.test(await readStatus(machine));
  return { name: "httpd", argv: ["apache2", "-f", CONFIG, "-D", "FOREGROUND"], isReady };
}

async function readStatus(machine: Machine): Promise<string> {
  const ask = `exec 3<>/dev/tcp/127.0.0.1/${PORT} && printf 'GET /status?auto HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3`;
  return (await machine.attempt(["bash", "-c", ask])).stdout;
}
