// The drop-ins that let systemd hand secrets over to services: `LoadCredential=` for each unit that the config names. They name
// files and hold no value, so they may outlive the boot; and the next one needs no `daemon-reload` for them. Pure.

import { DROP_IN, folderOf } from "../config/hand-off-path.ts";
import { declaredAt, type Declared } from "../refusal.ts";
import type { FileStep, FolderStep, SecretStep } from "./plan.ts";

interface HandOff {
  readonly folders: readonly FolderStep[];
  readonly files: readonly FileStep[];
}

/** @param declared the config's own folders, which are as it says */
export function buildHandOff(secrets: readonly SecretStep[], declared: readonly FolderStep[]): HandOff {
  const units = [...credentialsByUnit(secrets)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const known = new Set(declared.map(({ path }) => path));
  const folders = units
    .filter(([unit]) => !known.has(folderOf(unit)))
    .map(([unit, lines]) => buildFolder(folderOf(unit), lines));
  return { folders, files: units.map(([unit, lines]) => buildDropIn(unit, lines)) };
}

/** A line of a drop-in, and where its key is declared. Of several keys, the first stands for the drop-in. */
interface CredentialLine extends Declared {
  readonly line: string;
}

function credentialsByUnit(secrets: readonly SecretStep[]): Map<string, CredentialLine[]> {
  const byUnit = new Map<string, CredentialLine[]>();
  for (const { credential, path, at } of secrets.flatMap(({ keys }) => keys)) {
    if (credential === undefined || path === null) continue;
    const line = { line: `LoadCredential=${credential.name}:${escapeSpecifiers(path)}`, ...declaredAt(at) };
    for (const unit of credential.units) {
      const own = byUnit.get(unit) ?? [];
      byUnit.set(unit, own);
      own.push(line);
    }
  }
  return byUnit;
}

// systemd.unit(5), "Specifiers".
function escapeSpecifiers(path: string): string {
  return path.replaceAll("%", "%%");
}

function buildFolder(path: string, [first]: readonly CredentialLine[]): FolderStep {
  return { kind: "folder", path, owner: "root", group: "root", mode: 0o755, ...declaredAt(first?.at) };
}

function buildDropIn(unit: string, credentials: readonly CredentialLine[]): FileStep {
  const lines = credentials.map(({ line }) => line);
  const about = `# Made by parbake: the secrets of ${unit}, which finds them below $CREDENTIALS_DIRECTORY.`;
  return {
    kind: "file",
    template: "(credentials)",
    path: `${folderOf(unit)}/${DROP_IN}`,
    owner: "root",
    group: "root",
    mode: 0o644,
    format: "systemd",
    formatReason: "parbake's own drop-in",
    isTuned: false,
    content: [[about, "", "[Service]", ...lines.toSorted(), ""].join("\n")],
    validate: null,
    onChange: [],
    healthCheck: null,
    onDrift: "overwrite",
    ...declaredAt(credentials[0]?.at),
  };
}
