// Gets the next generation of secrets ready: all files of the secrets folder, written whole beside the current ones, where a
// single rename makes them the current. What has not changed is the same file under a second name. Touches nothing that anybody
// reads; where nothing has changed there is no new generation.

import { join } from "node:path";
import { type WrittenFiles, NOTHING_WRITTEN } from "../../host/files/written-file.ts";
import type { Plan } from "../../plan/plan.ts";
import { Refusal } from "../../refusal.ts";
import { formatBytes } from "../../size.ts";
import { buildGeneration } from "./write-generation.ts";
import type { GenerationFlip, Replaced } from "../change/change.ts";
import {
  examineFile,
  examineFolder,
  inGeneration,
  listFiles,
  listGenerationFiles,
  measureFiles,
  type Examined,
  type ExaminedFolder,
  type SecretsPlace,
} from "./examine-generation.ts";
import { neededSecrets } from "./needed-secrets.ts";
import { inEntry, inFolder, isMissingFolder, TRUST_NOBODY_ELSE, type Folder } from "../../host/folder.ts";
import { forEachGathering } from "../../collect-refusals.ts";
import {
  DATA,
  isStableLink,
  isThere,
  linkTextOf,
  listStableLinks,
  nextGeneration,
  readGeneration,
  topNameOf,
  trimmed,
} from "../change/generation-layout.ts";
import type { ManagedRecord } from "../state/managed.ts";
import type { Selection } from "./choose-secrets.ts";
import { stagedFile, stagedFolder, withoutChange } from "./staged-generation.ts";
import { dateSecret, isSameStored, recordFile, type DatedSecret, type StoredGeneration } from "./stored-generation.ts";
import type { Source, Target } from "../targets/target.ts";
import { temporaryName } from "../../host/files/temporary.ts";
import type { StagedTarget } from "../files/staged.ts";

interface GenerationWish extends SecretsPlace {
  readonly plan: Plan;
  /** Those below the secrets folder. */
  readonly targets: readonly Target[];
  readonly selection: Selection;
  readonly stored: StoredGeneration | null;
  readonly managed: ManagedRecord;
  /** ISO 8601, UTC. */
  readonly fetchedAt: string;
}

export interface StagedGeneration {
  readonly staged: readonly StagedTarget[];
  readonly flip: GenerationFlip | null;
  /** What the flip swaps in. */
  readonly written: WrittenFiles;
}

export const NO_GENERATION: StagedGeneration = { staged: [], flip: null, written: NOTHING_WRITTEN };

export function stageGeneration(wish: GenerationWish): StagedGeneration {
  const { root, secretsFolder, targets } = wish;
  try {
    return inFolder(root, secretsFolder, TRUST_NOBODY_ELSE, (folder) =>
      inEntry(folder, ".", () => stageIn(folder, wish)),
    );
  } catch (error) {
    if (targets.length === 0 && isMissingFolder(error)) return NO_GENERATION;
    throw error;
  }
}

function stageIn(folder: Folder, wish: GenerationWish): StagedGeneration {
  const { stored, managed, selection } = wish;
  const known = new Map((stored?.files ?? []).map((file) => [file.name, file]));
  const files: Examined[] = [];
  try {
    forEachGathering(wish.targets.filter(isFileTarget), (target) => {
      files.push(examineFile(wish, target, selection, known, managed));
    });
    const folders = wish.targets
      .filter(({ source }) => source.kind === "folder")
      .map((one) => examineFolder(wish, one));
    return stageExamined(folder, wish, files, folders);
  } finally {
    for (const { bytes, target } of files) if (target.isSecret) bytes?.fill(0);
  }
}

function isFileTarget(target: Target): target is Target & { readonly source: Exclude<Source, { kind: "folder" }> } {
  return target.source.kind !== "folder";
}

function stageExamined(
  folder: Folder,
  wish: GenerationWish,
  files: readonly Examined[],
  folders: readonly ExaminedFolder[],
): StagedGeneration {
  const old = readGeneration(folder);
  const names = new Set(files.map(({ name }) => name));
  const others = listGenerationFiles(wish).filter((name) => !names.has(name));
  // A part of a plan says nothing of the other files: they go along.
  const isPart = wish.plan.part !== null;
  const carried = isPart ? others : [];
  const all = [...names, ...carried, ...folders.map(({ name }) => name)];
  const replaced = findReplaced(folder, wish, new Set(all.map(topNameOf)));
  const secrets = dateSecrets(wish);
  if (all.length === 0 && old === null) return NO_GENERATION;
  const isSettled = others.length === carried.length && replaced.length === 0 && !differ(files) && !differ(folders);
  if (old !== null && isSettled && isSameStored(wish.stored, recordAll(wish, files, carried, secrets)))
    return {
      ...NO_GENERATION,
      staged: [...folders.map(stagedFolder), ...files.map((one) => stagedFile(one, wish, null))],
    };
  refuseTooLarge(wish, files);
  const generation = all.length === 0 ? null : nextGeneration(folder);
  const written =
    generation === null
      ? NOTHING_WRITTEN
      : buildGeneration(folder, generation, { ...wish, isPart, old, files, folders, carried, secrets });
  return {
    staged: [
      ...folders.map((one) => withoutChange(stagedFolder(one))),
      ...files.map((one) => withoutChange(stagedFile(one, wish, generation))),
    ],
    flip: describeFlip(folder, wish, { generation, old, replaced, tops: new Set(all.map(topNameOf)) }),
    written,
  };
}

// ramfs has no limit of its own, and what the apps got leaves room for no more than that. Without a number: it is a secret's.
function refuseTooLarge(wish: GenerationWish, files: readonly Examined[]): void {
  const { root, secretsFolder, plan } = wish;
  const oldBytes = inGeneration(wish, (generation) => (generation === null ? 0 : measureFiles(generation)));
  const newBytes = files
    .filter(({ difference }) => difference !== "unchanged" && difference !== "kept")
    .reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0);
  // What only goes needs no room, and a config without a secret gives it none.
  if (newBytes === 0 || oldBytes + newBytes <= plan.secretsSizeBytes) return;
  const what = `the old and the new files of ${join(root, secretsFolder)} need more than ${formatBytes(plan.secretsSizeBytes)}`;
  throw new Refusal("cannot-write", {
    what,
    fix: "Give them more, which the apps then do without: `secretsSize: 4MiB`.",
  });
}

function differ(examined: readonly (Examined | ExaminedFolder)[]): boolean {
  return examined.some(({ difference }) => difference === "create" || difference === "update");
}

function describeFlip(
  folder: Folder,
  { secretsFolder }: GenerationWish,
  next: {
    readonly generation: string | null;
    readonly old: string | null;
    readonly replaced: readonly Replaced[];
    readonly tops: ReadonlySet<string>;
  },
): GenerationFlip {
  const { generation, old, replaced, tops } = next;
  const links = listStableLinks(folder);
  return {
    kind: "generation",
    path: `${trimmed(secretsFolder)}/${DATA}`,
    trust: TRUST_NOBODY_ELSE,
    newGeneration: generation,
    oldGeneration: old,
    linkName: temporaryName(DATA),
    newLinks: [...tops].filter((name) => !isThere(folder, name)),
    deadLinks: links.filter((name) => !tops.has(name)),
    replaced,
  };
}

/** What an earlier parbake, which had no generations, has put where the links are to be. What is nobody's stays, and is in the way. */
function findReplaced(
  folder: Folder,
  { managed, targets, secretsFolder }: GenerationWish,
  tops: ReadonlySet<string>,
): Replaced[] {
  const inTheWay = [...tops].filter((name) => isThere(folder, name) && !isStableLink(folder, name));
  const ours = new Set([...managed.keys(), ...targets.map(({ path }) => path)]);
  forEachGathering(
    inTheWay.flatMap((name) => listFiles(folder, name)),
    (name) => {
      const path = `${trimmed(secretsFolder)}/${name}`;
      if (ours.has(path)) return;
      const what = `${join(folder.shownPath, name)} is not parbake's, and in the way: ${linkTextOf(topNameOf(name))} is to be there`;
      throw new Refusal("cannot-write", { what, fix: "Move it out of the secrets folder." });
    },
  );
  return inTheWay.map((name) => ({ name, linkName: temporaryName(name), keptName: temporaryName(name) }));
}

function dateSecrets({ plan, selection, stored, fetchedAt }: GenerationWish): DatedSecret[] {
  const known = new Map((stored?.secrets ?? []).map((secret) => [secret.name, secret]));
  const needed = neededSecrets(plan).flatMap((step) => {
    const fetched = selection.fetched.get(step.name);
    const before = known.get(step.name);
    if (!fetched) return selection.held.get(step.name) ?? [];
    const now = dateSecret(step, fetched.versionId, fetchedAt);
    const isSame = before?.versionId === now.versionId;
    return isSame ? { ...now, fetchedAt: before.fetchedAt } : now;
  });
  if (plan.part === null) return needed;
  const names = new Set(needed.map(({ name }) => name));
  return [...needed, ...[...known.values()].filter(({ name }) => !names.has(name))];
}

/** What the record of the current generation would be, were it the one that is wanted. */
function recordAll(
  wish: GenerationWish,
  files: readonly Examined[],
  carried: readonly string[],
  secrets: readonly DatedSecret[],
): StoredGeneration {
  return inGeneration(wish, (generation) => ({
    secrets,
    files: [
      ...files.map(({ stored }) => recordFile(generation!, stored)),
      ...(wish.stored?.files ?? []).filter(({ name }) => carried.includes(name)),
    ],
  }));
}
