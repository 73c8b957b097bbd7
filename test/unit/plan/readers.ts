// Readers of config formats that share no code with parbake: sh, Python's own, and small restatements of two C and Java parsers.

import { execFileSync, spawnSync } from "node:child_process";

/** What sh takes the shell words `words` for. */
export function readWithSh(words: readonly string[]): string[] {
  const script = words.map((word) => `printf '%s\\0' ${word}\n`).join("");
  return splitAtNul(execFileSync("/bin/sh", ["-s"], { input: script, env: { HOME: "/home" } }));
}

/** What sh has in V0, V1, … after reading `file`. */
export function readEnvWithSh(file: string, count: number): string[] {
  const print = Array.from({ length: count }, (_, index) => `printf '%s\\0' "$V${index}"\n`).join("");
  return splitAtNul(execFileSync("/bin/sh", ["-s"], { input: `${file}\n${print}`, env: { HOME: "/home" } }));
}

function splitAtNul(output: Buffer): string[] {
  return output.toString("utf8").split("\0").slice(0, -1);
}

export function hasPython(module: string): boolean {
  return spawnSync("python3", ["-c", `import ${module}`]).status === 0;
}

/** Runs `expression` on `text`; its value comes back as JSON. */
export function readWithPython(imports: string, expression: string, text: string): unknown {
  const program = `import json, sys, ${imports}\ntext = sys.stdin.buffer.read().decode("utf-8")\nprint(json.dumps(${expression}))`;
  return JSON.parse(execFileSync("python3", ["-c", program], { input: text }).toString());
}

/** The state table of systemd's src/basic/env-file.c, for the values only. */
export function readEnvAsSystemd(file: string): string[] {
  const values: string[] = [];
  let state: "pre-key" | "key" | "pre-value" | "value" | "escape" | "single" | "double" | "double-escape" | "comment" =
    "pre-key";
  let value = "";
  const push = () => values.push(value.replace(/[ \t]+$/, state === "value" ? "" : "$&"));
  for (const char of `${file}\n`) {
    const isNewline = char === "\n" || char === "\r";
    if (state === "pre-key") {
      if (char === "#" || char === ";") state = "comment";
      else if (!/\s/.test(char)) state = "key";
    } else if (state === "comment") state = isNewline ? "pre-key" : "comment";
    else if (state === "key") {
      if (isNewline) state = "pre-key";
      else if (char === "=") [state, value] = ["pre-value", ""];
    } else if (state === "pre-value" || state === "value") {
      if (isNewline) {
        push();
        state = "pre-key";
      } else if (state === "pre-value" && char === "'") state = "single";
      else if (state === "pre-value" && char === '"') state = "double";
      else if (char === "\\") state = "escape";
      else if (!(state === "pre-value" && /\s/.test(char))) [state, value] = ["value", value + char];
    } else if (state === "escape") [state, value] = ["value", isNewline ? value : value + char];
    else if (state === "single") {
      if (char === "'") state = "pre-value";
      else value += char;
    } else if (state === "double") {
      if (char === '"') state = "pre-value";
      else if (char === "\\") state = "double-escape";
      else value += char;
    } else {
      state = "double";
      if ('"\\`$'.includes(char)) value += char;
      else if (char !== "\n") value += `\\${char}`;
    }
  }
  return values;
}

/** java.util.Properties.load, for files without continuation lines. */
export function readProperties(file: string): [key: string, value: string][] {
  return file
    .split(/[\n\r]/)
    .filter((line) => !/^[ \t\f]*([#!]|$)/.test(line))
    .map((line): [string, string] => {
      const [, key = "", value = ""] = /^[ \t\f]*((?:\\.|[^\\=: \t\f])*)[ \t\f]*[=:]?[ \t\f]*(.*)$/.exec(line) ?? [];
      return [unescapeJava(key), unescapeJava(value)];
    });
}

function unescapeJava(text: string): string {
  const named: Record<string, string> = { n: "\n", r: "\r", t: "\t", f: "\f" };
  return text.replace(/\\(?:u([0-9a-f]{4})|(.))/g, (_, hex: string | undefined, char: string) =>
    hex === undefined ? (named[char] ?? char) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** GUC_scanstr of PostgreSQL, on what stands between the outer quotes. */
export function readPostgresqlString(quoted: string): string {
  const named: Record<string, string> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };
  return quoted
    .slice(1, -1)
    .replace(/\\(.)|''/gs, (_, char: string | undefined) => (char === undefined ? "'" : (named[char] ?? char)));
}

/** The copying loop of ngx_conf_read_token, on what stands between the quotes. */
export function readNginxString(quoted: string): string {
  const named: Record<string, string> = { n: "\n", r: "\r", t: "\t", '"': '"', "'": "'", "\\": "\\" };
  return quoted.slice(1, -1).replace(/\\(.)/gs, (whole, char: string) => named[char] ?? whole);
}
