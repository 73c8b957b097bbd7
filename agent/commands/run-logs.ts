// `parbake logs`: everything that a bug report needs in one archive, without secrets and account ids. Needs no config, no root and no
// network: it takes what the user who asks may read, and says what not.

import { existsSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { analyze } from "../analyze/analysis.ts";
import { askSystemd } from "../analyze/ask-systemd.ts";
import type { Command } from "../cli/invocation.ts";
import { formatLogs } from "../cli/print/print-logs.ts";
import { statusDocument } from "../cli/print/print-status.ts";
import { showing } from "../cli/progress.ts";
import type { Ending } from "../ending.ts";
import { attempt } from "../host/attempt.ts";
import { requireRoot } from "../host/folder.ts";
import { ownUid } from "../host/own-ids.ts";
import { gatherStatus } from "../inspect/gather-status.ts";
import { cleanCollection, type Cleaned } from "../logs/clean-collection.ts";
import { collectConfig, collectDocument, collectRecords, readingOf } from "../logs/collect-own.ts";
import { collectPrograms } from "../logs/collect-programs.ts";
import { bound, FOLDER, join, NOTHING, textEntry, type Collection } from "../logs/collection.ts";
import { formatReadme } from "../logs/readme.ts";
import { writeTar } from "../logs/tar.ts";
import { ENVIRONMENT_FILE } from "../names/own-places.ts";
import { compileBy } from "../process/v8-flags.ts";
import { formatVersion } from "../process/version.ts";
import { Refusal } from "../refusal.ts";
import { readFirstReport, readReport } from "../report/report-file.ts";
import { openBreath } from "../seal/search/breathe.ts";
import { withEnvironmentFile } from "./environment-file.ts";
import { collectFacts } from "./run-facts.ts";
import type { Session } from "./session.ts";
import { writeOutput } from "./write-output.ts";

/** For who asked, and nobody else. */
const MODE = 0o600;

export async function runLogs({ file }: Extract<Command, { kind: "logs" }>, session: Session): Promise<Ending> {
  const { options, progress, emit, emitBytes, say } = session;
  requireRoot(options.root);
  const madeAt = new Date();
  // All that was collected goes through the same few loops.
  compileBy("all");
  const cleaned = await showing(progress, "collecting", async () =>
    cleanCollection(bound(await collect(session)), openBreath(session.deadline, "no archive was written")),
  );
  const archive = pack(cleaned, options.root, madeAt);
  if (file === "-") {
    emitBytes(archive);
    return "done";
  }
  const written = file ?? nameOf(madeAt);
  const problem = writeOutput("logs", written, archive, MODE);
  if (problem !== null) throw new Refusal("cannot-write", problem);
  const document = describe(cleaned, written, archive.length);
  if (options.json) emit(document);
  else say(document, formatLogs);
  return "done";
}

async function collect(session: Session): Promise<Collection> {
  const { options, deadline } = session;
  const { root } = options;
  const reading = readingOf(root);
  const own = [
    textEntry("version.txt", `${formatVersion()} ${process.arch}\n`),
    collectRecords(reading),
    collectConfig(resolve(options.configFile), reading),
    await collectDocument("status.json", () => statusDocument(gatherStatus(root, Date.now())) as object),
  ];
  const why = "--root names an image, which does not run";
  if (root !== "/") return join([...own, { ...NOTHING, missing: [{ what: "systemd, its journal, facts", why }] }]);
  const running = [
    await collectDocument("facts.json", async () => {
      const { facts, ...others } = await collectFacts(asUnit(session));
      return { schema: 1, ...facts, ...others };
    }),
    await collectDocument("analyze.json", async () => {
      const times = await askSystemd(deadline);
      const [last, first] = [readReport(root), readFirstReport(root)];
      const runs = [last, first].filter((report) => report !== null);
      return { schema: 1, runs: runs.map((report) => analyze(report, times)) };
    }),
    await collectPrograms(deadline),
  ];
  return join([...own, ...running]);
}

/** With the environment of the units; what is wrong with it is told in the place of the facts. */
function asUnit(session: Session): Session {
  return existsSync(ENVIRONMENT_FILE) ? withEnvironmentFile(session, ENVIRONMENT_FILE) : session;
}

function pack(cleaned: Cleaned, root: string, madeAt: Date): Buffer {
  const maker = { version: formatVersion(), host: hostname(), madeAt: madeAt.toISOString(), root };
  const readme = formatReadme(cleaned, { ...maker, user: nameUser() });
  const entries = [{ name: "README", bytes: Buffer.from(readme) }, ...cleaned.entries];
  const members = entries.map(({ name, bytes }) => ({ name: `${FOLDER}/${name}`, bytes }));
  return gzipSync(writeTar(members, madeAt.getTime()));
}

/** An id without an account, as containers have them, has no name. */
function nameUser(): string {
  const name = attempt(null, () => userInfo().username);
  return name === null ? String(ownUid()) : `${name} (${ownUid()})`;
}

/** `parbake-logs-ip-10-0-0-1-20260203T040506Z.tar.gz`. */
function nameOf(madeAt: Date): string {
  const time = madeAt.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  return `${FOLDER}-${hostname().replaceAll(/[^\w.-]/g, "_")}-${time}.tar.gz`;
}

function describe({ entries, taken, accounts, missing }: Cleaned, file: string, archiveBytes: number) {
  const files = entries.map(({ name, bytes }) => ({ name, sizeBytes: bytes.length }));
  return { schema: 1, file, archiveBytes, files, taken, accounts, missing };
}
