// PHP-FPM with every child's memory_limit full, beside an opcache as large as that of a WordPress with plugins.

import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Programs } from "../../test/real/support/open-programs.ts";
import { withService } from "../../test/real/support/service.ts";
import { numberOf, type Tuned, textOf } from "../../test/real/support/tune.ts";
import { atEachShare } from "./load.ts";

const CONFIG = "/etc/php/8.2/fpm/parbake-bench.conf";
const SOCKET = "/srv/php-fpm.sock";

/** The children that began first still hold their memory when the last one has filled its own. */
const HOLD_S = 20;

/** It would not cache files of the last two seconds. */
const CACHE_AT_ONCE = ["-d", "opcache.file_update_protection=0"];

const COMPILE = `<?php
for ($file = 0; $file < 500 && opcache_get_status(false)['memory_usage']['used_memory'] < 48 << 20; $file++) {
  $code = '<?php ';
  for ($n = 0; $n < 200; $n++) $code .= "function f_{$file}_{$n}(\\$a) { return \\$a . 'text {$file} {$n}' . strlen(\\$a); }\\n";
  file_put_contents("/srv/code-$file.php", $code);
  opcache_compile_file("/srv/code-$file.php");
}
echo round(opcache_get_status(false)['memory_usage']['used_memory'] / 1048576);
`;

const FILL = `<?php
set_time_limit(0);
$most = ini_parse_quantity(ini_get('memory_limit')) - (4 << 20);
for ($held = []; memory_get_usage(true) < $most; ) $held[] = str_repeat('x', 100000);
sleep(${HOLD_S});
echo round(memory_get_usage(true) / 1048576);
`;

export const phpFpmLoads = atEachShare({
  title: "PHP-FPM 8.2",
  profile: "php-fpm",
  options: [],
  processes: ["php-fpm8.2"],
  run,
});

async function run({ machine, root }: Programs, tuned: Tuned): Promise<string> {
  await writeFile(join(root, "srv/compile.php"), COMPILE);
  await writeFile(join(root, "srv/fill.php"), FILL);
  await writeFile(join(root, CONFIG), configOf(tuned));
  const path = join(root, SOCKET);
  const isReady = () => askFastCgi(path, "/srv/none.php").then(Boolean, () => false);
  const service = {
    name: "php-fpm",
    argv: ["php-fpm8.2", "--nodaemonize", ...CACHE_AT_ONCE, "--fpm-config", CONFIG],
    isReady,
  };
  return withService(machine, service, async () => {
    const compiledMib = await askFastCgi(path, "/srv/compile.php");
    const children = numberOf(tuned, "pm_max_children");
    const filled = await Promise.all(Array.from({ length: children }, () => askFastCgi(path, "/srv/fill.php")));
    return `${children} children with ${Math.min(...filled.map(Number))} MiB each, ${compiledMib} MiB of opcache`;
  });
}

function configOf(tuned: Tuned): string {
  const directive = (name: string): string =>
    name === "memory_limit" ? "php_admin_value[memory_limit]" : name.replace(/^pm_/, "pm.");
  const lines = Object.keys(tuned).map((name) => `${directive(name)} = ${textOf(tuned, name)}`);
  const pool = ["[www]", "user = www-data", `listen = ${SOCKET}`, ...lines];
  return ["[global]", "error_log = /srv/php-fpm.log", ...pool].join("\n") + "\n";
}

/** The body of the answer to one request (FastCGI 1.0: begin, parameters and their end, no input). */
async function askFastCgi(path: string, script: string): Promise<string> {
  const socket = connect(path);
  await once(socket, "connect");
  const parameters = Object.entries({ SCRIPT_FILENAME: script, REQUEST_METHOD: "GET" }).map(([name, value]) =>
    Buffer.from(`${String.fromCharCode(name.length, value.length)}${name}${value}`),
  );
  const records = [
    record(1, Buffer.of(0, 1, 0, 0, 0, 0, 0, 0)),
    record(4, Buffer.concat(parameters)),
    record(4),
    record(5),
  ];
  socket.write(Buffer.concat(records));
  const [, body = ""] = /\r\n\r\n(\w*)/.exec(await text(socket)) ?? [];
  return body;
}

function record(type: number, content: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.of(1, type, 0, 1, content.length >> 8, content.length & 255, 0, 0), content]);
}
