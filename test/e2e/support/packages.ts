// Packages to test with: those of the built binaries, as a release makes them; and small ones of any version, with scripts in the
// place of the binaries.

import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildPackages } from "../../../scripts/packaging/build-packages.ts";
import { attempt, run } from "./command.ts";
import { skipSuite } from "./requirements.ts";

const TOP = new URL("../../../", import.meta.url).pathname;
const MAINTAINER = "A. Tester <a@example.net>";
const MADE_AT = new Date("2026-11-29T12:00:00Z");

/** This machine's, in the words of each packager. */
export const [DEB, RPM] = process.arch === "arm64" ? (["arm64", "aarch64"] as const) : (["amd64", "x86_64"] as const);

/** From a suite's `before`, which it skips where nfpm cannot be built. */
export async function requireNfpm(context: Mocha.Context): Promise<void> {
  const { status, stderr } = await attempt([join(TOP, "scripts/nfpm")], { timeoutMs: 600_000 });
  if (status !== 0) skipSuite(context, stderr.trim());
}

/** Of dist/, signed if there is a key. */
export async function makeRelease(folder: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
  const binaries = { PARBAKE_BINARIES: join(TOP, "dist"), SOURCE_DATE_EPOCH: String(MADE_AT.getTime() / 1000) };
  await run([join(TOP, "scripts/release"), folder], {
    env: { ...process.env, ...binaries, ...env },
    timeoutMs: 600_000,
  });
}

/** This machine's alone, of dist/. */
export function makeDeb(folder: string, version: string): string {
  buildPackages(join(TOP, "dist"), folder, { version, madeAt: MADE_AT, maintainer: MAINTAINER }, [[DEB, "deb"]]);
  return join(folder, `parbake_${version}-1_${DEB}.deb`);
}

export async function makeSmallPackages(folder: string, version: string): Promise<void> {
  const binaries = join(folder, "binaries");
  await mkdir(binaries, { recursive: true });
  for (const name of ["parbake", "parbake-linux-arm64"]) {
    await writeFile(join(binaries, name), `#!/bin/sh\necho "parbake ${version}"\n`);
    await chmod(join(binaries, name), 0o755);
  }
  buildPackages(binaries, folder, { version, madeAt: MADE_AT, maintainer: MAINTAINER });
}

/** The same package under an older version, without the time that compressing it takes. */
export async function repackAs(version: string, deb: string, folder: string): Promise<string> {
  const tree = join(folder, "tree");
  await run(["dpkg-deb", "--raw-extract", deb, tree]);
  await run(["sed", "-i", `s/^Version: .*/Version: ${version}/`, join(tree, "DEBIAN/control")]);
  const older = join(folder, `parbake_${version}.deb`);
  await run(["dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, older]);
  return older;
}
