import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Machine } from "../../e2e/support/machine.ts";
import type { RealProgram } from "./program.ts";
import { textOf } from "./tune.ts";

const CONFIG = "/etc/php/8.2/fpm/parbake-test.conf";

/** `-tt` reads the file as a start does, and prints every directive as it has understood it. */
export const phpFpm: RealProgram = {
  title: "PHP-FPM 8.2 (-tt)",
  profile: "php-fpm",
  async ask({ machine, root }, tuned) {
    const names = Object.keys(tuned);
    const lines = names.map((name) => `${directiveOf(name)} = ${textOf(tuned, name)}`);
    const pool = ["[www]", "user = www-data", "listen = /srv/php-fpm.sock", ...lines];
    await writeFile(join(root, CONFIG), ["[global]", "error_log = /srv/php-fpm.log", ...pool].join("\n") + "\n");
    const { status, stderr } = await machine.attempt(["php-fpm8.2", "-tt", "--fpm-config", CONFIG]);
    if (status !== 0) throw new Error(stderr);
    const printed = new Map([...stderr.matchAll(/NOTICE: \t(\S+) = (.*)$/gm)].map(([, key, value]) => [key!, value!]));
    const said = Object.fromEntries(names.map((name) => [name, printed.get(directiveOf(name)) ?? "not printed"]));
    return { said: { ...said, memory_limit: await parseSize(machine, said["memory_limit"]!) } };
  },
};

/** As PHP reads it. */
function parseSize(machine: Machine, printed: string): Promise<string> {
  return machine.run(["php", "-n", "-r", "echo ini_parse_quantity($argv[1]);", "--", printed]);
}

function directiveOf(name: string): string {
  return name === "memory_limit" ? "php_admin_value[memory_limit]" : name.replace(/^pm_/, "pm.");
}
