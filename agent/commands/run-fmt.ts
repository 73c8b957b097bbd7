// `parbake fmt`: config and front matter in one layout. All files are read and laid out before the first is replaced.

import { resolve } from "node:path";
import type { Command } from "../cli/invocation.ts";
import { diffPainter } from "../cli/print/print-diff.ts";
import { formatFormatted } from "../cli/print/print-formatted.ts";
import { loadDiff } from "../cli/print/unified-diff.ts";
import { forEachGathering } from "../collect-refusals.ts";
import { readAllSources } from "../config/read/read-config.ts";
import type { Ending } from "../ending.ts";
import { formatSource, type Source } from "../fmt/format-source.ts";
import { replaceText, type Replacement } from "../fmt/replace-text.ts";
import type { InputKind } from "../host/inputs/explain-read.ts";
import { formatProblem, Refusal, type Problem } from "../refusal.ts";
import { refuseStop } from "../stop.ts";
import type { Session } from "./session.ts";

type Fmt = Extract<Command, { kind: "fmt" }>;

const FILE: InputKind = {
  name: "the file",
  mostBytes: 4 * 1024 * 1024,
  code: "config",
  absent: { code: "config", what: "there is no such file", fix: "Correct its name." },
};

export async function runFmt({ files, check, diff }: Fmt, session: Session): Promise<Ending> {
  const { options, emit, say } = session;
  const sources = readSources(files, session);
  const replacements = await layOutAll(sources, session);
  const isWritten = !check && !diff;
  if (isWritten) await writeAll(replacements, session);
  const changed = replacements.map(({ file }) => file);
  if (options.json) emit({ schema: 1, written: isWritten, files: sources.map(({ file }) => describe(file, changed)) });
  else if (diff) await tellDiffs(replacements, session);
  else say({ changed, count: sources.length }, (told, paint) => formatFormatted(told, isWritten, paint));
  return check && changed.length > 0 ? "differs" : "done";
}

function describe(file: string, changed: readonly string[]): object {
  return { path: file, change: changed.includes(file) ? "layout" : "none" };
}

function readSources(files: readonly string[], { options: { configFile, root }, inputs }: Session): readonly Source[] {
  if (files.length === 0) return readAllSources(configFile, root, inputs);
  const problems = files.filter((file) => !/\.(?:ya?ml|hbs)$/.test(file)).map(describeUnknown);
  if (problems.length > 0) throw new Refusal("usage", problems);
  return forEachGathering([...new Set(files)], (file) => ({ file, text: inputs.read(resolve(file), FILE) }));
}

function describeUnknown(file: string): Problem {
  return {
    what: `${file.slice(0, 200)} is neither a config nor a template`,
    fix: "Name files that end in .yaml, .yml or .hbs.",
  };
}

/** Those that change. @throws Refusal with all that cannot be laid out */
async function layOutAll(sources: readonly Source[], { deadline }: Session): Promise<readonly Replacement[]> {
  const problems: Problem[] = [];
  const laidOut: { readonly source: Source; readonly after: string | null }[] = [];
  for (const source of sources) {
    await refuseStop(deadline);
    laidOut.push({ source, after: formatSource(source, problems) });
  }
  if (problems.length > 0) throw new Refusal("config", problems);
  return laidOut.flatMap(({ source: { file, text }, after }) =>
    after === null || after === text ? [] : [{ file, before: text, after }],
  );
}

async function writeAll(replacements: readonly Replacement[], { options, deadline, log }: Session): Promise<void> {
  for (const replacement of replacements) {
    await refuseStop(deadline);
    for (const problem of replaceText(options.root, replacement)) log("warn", formatProblem(problem));
  }
}

async function tellDiffs(replacements: readonly Replacement[], { say }: Session): Promise<void> {
  const computeDiff = await loadDiff();
  // `content` is compared unchanged, and shown line by line.
  const all = replacements.map(({ file, before, after }) => ({ file, currentText: before, newText: after }));
  say(all, (shown, paint) => {
    const paintDiff = diffPainter(computeDiff, paint);
    return shown.map(({ file, currentText, newText }) => paintDiff(currentText, newText, file)).join("");
  });
}
