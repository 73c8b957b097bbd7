// Joins variables to an environment file, for programs that read their tuning from the environment.

import { text } from "./build-setting.ts";
import type { Setting } from "./profile.ts";

/** One `NAME=value` a line, as systemd's EnvironmentFile= has it. */
export function joinEnvironment(variables: Readonly<Record<string, Setting>>): Setting {
  const lines = Object.entries(variables).map(([name, { text: value }]) => `${name}=${value}`);
  return text(lines.join("\n"), { formula: "the variables, one a line", source: "systemd.exec(5), EnvironmentFile=" });
}
