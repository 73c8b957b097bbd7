// Makes the .deb and the .rpm of both binaries with nfpm, byte for byte the same for the same binaries and time.
// Usage: build-packages.ts BINARIES-FOLDER OUTPUT-FOLDER, with SOURCE_DATE_EPOCH as the time of all files
// PARBAKE_SIGNING_KEY is a file with an OpenPGP key, for the .rpm.

import { execFileSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { formatCompletion } from "../../agent/cli/completion/format-completion.ts";
import { formatSchema } from "../../agent/schema/config-schema.ts";
import { TOP } from "../building/build-pinned-node.ts";
import { formatCommandsPage, formatConfigPage, formatTemplatesPage } from "../docs/write-man.ts";

const HERE = import.meta.dirname;
/** nfpm's name of an architecture, and the binary for it. */
const BINARIES = { amd64: "parbake", arm64: "parbake-linux-arm64" } as const;
/** The project has no mailbox yet; who builds packages for others says who they are. */
const MAINTAINER = "The parbake authors <parbake@localhost.localdomain>";

export interface Release {
  readonly version: string;
  readonly madeAt: Date;
  readonly maintainer: string;
}

export type Target = readonly [arch: keyof typeof BINARIES, format: "deb" | "rpm"];

const ALL: readonly Target[] = [
  ["amd64", "deb"],
  ["amd64", "rpm"],
  ["arm64", "deb"],
  ["arm64", "rpm"],
];

export function buildPackages(binaries: string, output: string, release: Release, targets = ALL): void {
  mkdirSync(output, { recursive: true });
  const stage = mkdtempSync(join(tmpdir(), "parbake-packages-"));
  try {
    stageSources(stage, release);
    for (const [arch, format] of targets) {
      cpSync(join(binaries, BINARIES[arch]), join(stage, "parbake"));
      runNfpm(stage, output, format, arch, release);
    }
  } finally {
    rmSync(stage, { recursive: true });
  }
}

function stageSources(stage: string, release: Release): void {
  for (const name of ["deb", "rpm", "release-units", "overrides"])
    cpSync(join(HERE, name), join(stage, name), { recursive: true });
  for (const name of [
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
    "NOTICE",
    "systemd/run.conf",
    "systemd/parbake.preset",
    "systemd/parbake.catalog",
  ])
    cpSync(join(TOP, name), join(stage, basename(name)));
  for (const unit of globSync("systemd/*.{service,timer,mount}", { cwd: TOP }))
    cpSync(join(TOP, unit), join(stage, "units", basename(unit)));
  for (const [name, text] of Object.entries(listMade(release)))
    writeFileSync(join(stage, name), name.endsWith(".gz") ? gzipSync(text, { level: 9 }) : text);
}

/** What is made here, by name: compressed where the name says so. */
function listMade(release: Release): Readonly<Record<string, string>> {
  const { version, madeAt } = release;
  const day = madeAt.toISOString().slice(0, 10);
  const read = (name: string): string => readFileSync(join(TOP, name), "utf8");
  return {
    "parbake.1.gz": formatCommandsPage(version, day),
    "parbake.yaml.5.gz": formatConfigPage(version, day),
    "parbake-templates.7.gz": formatTemplatesPage(version, day),
    "parbake.schema.json": formatSchema(),
    "parbake.bash": formatCompletion("bash"),
    "parbake.fish": formatCompletion("fish"),
    _parbake: formatCompletion("zsh"),
    copyright: formatCopyright(),
    "NOTICE.gz": read("NOTICE"),
    "changelog.gz": read("CHANGELOG.md"),
    "changelog.Debian.gz": formatDebianChangelog(release),
  };
}

/** As Debian's policy has it, 12.5. The notices of others are a file of their own, for their length. */
function formatCopyright(): string {
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: parbake
Comment: The binary has Node.js and npm packages in it, whose notices and licences
 are in /usr/share/doc/parbake/NOTICE.gz.

Files: *
Copyright: 2026 The parbake authors
License: Apache-2.0
 On Debian systems, the Apache License, Version 2.0, is in
 /usr/share/common-licenses/Apache-2.0.
`;
}

function formatDebianChangelog({ version, madeAt, maintainer }: Release): string {
  const at = madeAt.toUTCString().replace("GMT", "+0000");
  return `parbake (${formatDebianVersion(version)}) stable; urgency=medium

  * Release ${version}: what is new is in changelog.gz.

 -- ${maintainer}  ${at}
`;
}

/** As nfpm writes it: deb-version(7) sorts `~` before nothing, as semver.org does a pre-release. */
function formatDebianVersion(version: string): string {
  return `${version.replace("-", "~")}-1`;
}

function runNfpm(stage: string, output: string, format: string, arch: string, release: Release): void {
  const nfpm = execFileSync(join(TOP, "scripts/nfpm"), { encoding: "utf8" }).trim();
  const { PATH, PARBAKE_SIGNING_KEY, PARBAKE_SIGNING_PASSPHRASE } = process.env;
  const env = {
    PATH,
    // Of the files too, whose own times are those of this run.
    SOURCE_DATE_EPOCH: String(release.madeAt.getTime() / 1000),
    ARCH: arch,
    VERSION: release.version,
    MAINTAINER: release.maintainer,
    SIGNING_KEY: PARBAKE_SIGNING_KEY,
    NFPM_PASSPHRASE: PARBAKE_SIGNING_PASSPHRASE,
  };
  const argv = ["package", "--config", join(HERE, "nfpm.yaml"), "--packager", format, "--target", output];
  execFileSync(nfpm, argv, { cwd: stage, env, stdio: ["ignore", "ignore", "inherit"] });
}

if (import.meta.main) {
  const [binaries, output] = process.argv.slice(2) as [string, string];
  const { version } = JSON.parse(readFileSync(join(TOP, "package.json"), "utf8")) as { version: string };
  const madeAt = new Date(Number(process.env["SOURCE_DATE_EPOCH"]) * 1000);
  const maintainer = process.env["PARBAKE_MAINTAINER"] ?? MAINTAINER;
  buildPackages(resolve(binaries), resolve(output), { version, madeAt, maintainer });
}
