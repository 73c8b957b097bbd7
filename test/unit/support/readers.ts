// Readers of environment files that share no code with parbake: sh, and a restatement of systemd's for where it cannot run.

import { execFileSync } from "node:child_process";

/** What sh has in V0, V1, … after reading `file`. */
export function readEnvWithSh(file: string, count: number): string[] {
  const print = Array.from({ length: count }, (_, index) => `printf '%s\\0' "$V${index}"\n`).join("");
  return splitAtNul(execFileSync("/bin/sh", ["-s"], { input: `${file}\n${print}`, env: { HOME: "/home" } }));
}

function splitAtNul(output: Buffer): string[] {
  return output.toString("utf8").split("\0").slice(0, -1);
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
