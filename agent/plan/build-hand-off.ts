// The drop-ins that let systemd hand secrets over to services: `LoadCredential=` for each unit that the config names. They name
// files and hold no value, so they may outlive the boot; and the next one needs no `daemon-reload` for them. Pure.

import type { FileStep, FolderStep, SecretStep } from "./plan.ts";

const UNITS_FOLDER = "/etc/systemd/system";
// After a package's own and an operator's usual 10 to 50.
const DROP_IN = "60-parbake-credentials.conf";

export interface HandOff {
  readonly folders: readonly FolderStep[];
  readonly files: readonly FileStep[];
}

/** @param declared the config's own folders, which are as it says */
export function buildHandOff(secrets: readonly SecretStep[], declared: readonly FolderStep[]): HandOff {
  const lines = linesByUnit(secrets);
  const units = [...lines.keys()].toSorted();
  const known = new Set(declared.map(({ path }) => path));
  const folders = units
    .map(folderOf)
    .filter((path) => !known.has(path))
    .map(buildFolder);
  return { folders, files: units.map((unit) => buildDropIn(unit, lines.get(unit)!)) };
}

/** Whether parbake makes the file or the folder itself, to hand secrets over. */
export function isHandOff(path: string): boolean {
  return path.startsWith(`${UNITS_FOLDER}/`) && path.endsWith(`.d/${DROP_IN}`);
}

export function folderOf(unit: string): string {
  return `${UNITS_FOLDER}/${unit}.d`;
}

function linesByUnit(secrets: readonly SecretStep[]): Map<string, string[]> {
  const lines = new Map<string, string[]>();
  for (const { credential, path } of secrets.flatMap(({ keys }) => keys)) {
    if (credential === undefined || path === null) continue;
    const line = `LoadCredential=${credential.name}:${escapeSpecifiers(path)}`;
    for (const unit of credential.units) lines.set(unit, [...(lines.get(unit) ?? []), line]);
  }
  return lines;
}

// systemd.unit(5), "Specifiers".
function escapeSpecifiers(path: string): string {
  return path.replaceAll("%", "%%");
}

function buildFolder(path: string): FolderStep {
  return { kind: "folder", path, owner: "root", group: "root", mode: 0o755 };
}

function buildDropIn(unit: string, lines: readonly string[]): FileStep {
  const about = `# Made by parbake: the secrets of ${unit}, which finds them below $CREDENTIALS_DIRECTORY.`;
  return {
    kind: "file",
    template: "(credentials)",
    path: `${folderOf(unit)}/${DROP_IN}`,
    owner: "root",
    group: "root",
    mode: 0o644,
    format: "systemd",
    isTuned: false,
    content: [[about, "", "[Service]", ...lines.toSorted(), ""].join("\n")],
    validate: null,
    onChange: [],
    healthCheck: null,
    onDrift: "overwrite",
  };
}
