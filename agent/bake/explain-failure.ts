// Why a package manager could not be asked, as the end of a sentence: how it ended, and its first error. Pure.

import { describeCommandFailure, firstLines, type CommandResult } from "../host/run-command.ts";

/** @param command as a person would type it */
export function explainFailure(command: string, result: CommandResult, timeoutMs: number): string {
  const said = "output" in result ? firstError(result.output) : "";
  return `\`${command}\` failed: ${describeCommandFailure(result, timeoutMs)}${said === "" ? "" : `: ${said}`}`;
}

/** Both print warnings before it. */
function firstError(output: string): string {
  return /^(?:E|Error): (.+)$/m.exec(output)?.[1] ?? firstLines(output, 1);
}
