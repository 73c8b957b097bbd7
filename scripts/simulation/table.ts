// The results of boots: a line of each for a terminal, and the page that is kept. Pure.

import type { Result } from "./boot-row.ts";
import type { UnitState } from "./observe.ts";

export function formatLine({ row, seen, problems }: Result): string {
  const units = seen.units.map(({ unit, upAfterMs }) => `${shortName(unit)} ${formatTime(upAfterMs)}`);
  const verdict = problems.length === 0 ? "as promised" : "NOT as promised";
  const head = `${row}: ${verdict}; ${units.join(", ") || "no unit waits for parbake"}; status ${seen.status ?? "none yet"}, ${seen.system}`;
  return [head, ...problems.map((problem) => `  ! ${problem}`)].join("\n");
}

/** @param machine what the boots were measured on, in words */
export function formatPage(results: readonly Result[], machine: string): string {
  const units = [...new Set(results.flatMap(({ seen }) => seen.units.map(({ unit }) => unit)))].toSorted();
  const broken = results.filter(({ problems }) => problems.length > 0);
  return `# ${results.length} boots

\`scripts/simulate --write\` makes this page anew, as root; [README.md](README.md) says how, and what the services are. The times are
examples of one run, on ${machine}: seconds from systemd's start to the moment when the service was up. An
emulated machine has a kernel and a memory of its own and, without KVM, takes many times as long for all that it does.

\`held\`: not up when the boot was over, as promised, because what it needs could not be had. \`last\`: the last of those that came up.
\`status\`: with which parbake.service ended. \`system\`: what \`systemctl is-system-running\` says. ${
    broken.length === 0
      ? "Every boot went as promised."
      : `Not as promised: ${broken.map(({ row }) => `[${row}](#${row.replaceAll(".", "")})`).join(", ")}.`
  }

${formatTable(
  ["boot", "what befalls it", ...units.map(shortName), "last", "status", "system"],
  results.map((result) => formatRow(result, units)),
)}
## What they say

Of each boot that was not a quiet one: \`journalctl -b -u parbake -p err\`, and what the console says of parbake.

${results.filter(isLoud).map(formatWords).join("\n")}`;
}

function formatRow({ row, title, machine, seen, problems }: Result, units: readonly string[]): string[] {
  const stateOf = (name: string): UnitState | undefined => seen.units.find(({ unit }) => unit === name);
  const times = units.map(stateOf).map((state) => (state ? formatTime(state.upAfterMs) : "–"));
  const up = seen.units.flatMap(({ upAfterMs }) => upAfterMs ?? []);
  const last = up.length === 0 ? "–" : formatTime(Math.max(...up));
  const what = machine === "emulated" ? `${title} (emulated)` : title;
  return [problems.length === 0 ? row : `**${row}**`, what, ...times, last, String(seen.status ?? "–"), seen.system];
}

function isLoud({ seen, problems }: Result): boolean {
  return seen.errors.length > 0 || seen.console.length > 0 || problems.length > 0;
}

function formatWords({ row, title, seen, problems }: Result): string {
  const parts = [
    `### ${row}\n\n${title[0]!.toUpperCase()}${title.slice(1)}.\n`,
    ...(problems.length > 0 ? [`Not as promised:\n\n${problems.map((each) => `- ${each}\n`).join("")}`] : []),
    formatLines("The journal", seen.errors),
    formatLines("The console", seen.console),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

function formatLines(where: string, lines: readonly string[]): string {
  if (lines.length === 0) return "";
  const counted = Map.groupBy(lines.map(withoutProcess), (line) => line);
  const text = [...counted].map(([line, { length }]) => (length > 1 ? `${line}   (${length} times)` : line));
  return `${where}:\n\n\`\`\`text\n${text.join("\n")}\n\`\`\`\n`;
}

/** Process numbers differ from run to run. */
function withoutProcess(line: string): string {
  return line.replace(/^(\[[ \d.]+\] )?([\w-]+)\[\d+\]:/, "$2:");
}

function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

function formatTime(ms: number | null): string {
  return ms === null ? "held" : (ms / 1000).toFixed(1);
}

function shortName(unit: string): string {
  return unit.replace(/\.service$/, "");
}
