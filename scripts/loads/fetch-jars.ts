// Fetches the jars of a program on the JVM, with all that it needs, from Maven Central into .cache.

import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../test/e2e/support/command.ts";

const CACHE = new URL("../../.cache/", import.meta.url).pathname;

/**
 * The folder that holds them.
 * @param artifacts as Maven writes them: `group:artifact:version`
 */
export async function fetchJars(name: string, artifacts: readonly string[]): Promise<string> {
  const folder = join(CACHE, `jars-${name}-${artifacts[0]!.split(":")[2]}`);
  if (existsSync(folder)) return folder;
  await mkdir(CACHE, { recursive: true });
  const partial = await mkdtemp(join(CACHE, "partial-"));
  try {
    await writeFile(join(partial, "pom.xml"), pom(artifacts));
    const goal = ["dependency:copy-dependencies", "-DoutputDirectory=jars"];
    await run(["mvn", "--quiet", "--batch-mode", ...goal], { cwd: partial, timeoutMs: 300_000 });
    await rename(join(partial, "jars"), folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return folder;
}

function pom(artifacts: readonly string[]): string {
  const dependencies = artifacts.map((artifact) => {
    const [group, name, version] = artifact.split(":");
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
  });
  const own = "<groupId>parbake</groupId><artifactId>bench</artifactId><version>1</version>";
  return `<project><modelVersion>4.0.0</modelVersion>${own}<dependencies>${dependencies.join("")}</dependencies></project>`;
}
