// Gets the next generation of secrets ready, and leaves what anybody reads as it is until the flip. The whole way of a generation,
// after Kubernetes' atomic writer; each number stands again where its step happens:
//
//  1. Name every file and folder of the next generation: what the plan declares and, where it is a part of a plan, what the
//     current generation has besides.
//  2. Refuse what stands where a top-level link must be and is not that link: parbake did not make it.
//  3. Examine each file and folder against the current generation.
//  4. Nothing is new: the current generation stays. Owners and modes are fixed in place, by changes of their own.
//  5. Refuse a generation that, with the current one beside it, needs more memory than the budget has for secrets.
//  6. Write it into a folder of its own, `..gen-N`. A file that is the same is the same inode under a second name; the record of
//     what it was made from lies in it.
//
// From here on the flip is a change like another (change/flip-generation.ts), in the journal before it begins:
//
//  7. Make the top-level links that are new, which dangle until the flip, and a link to the next generation.
//  8. Rename that link to `..data`. This one rename is the flip: readers see all old files before it and all new ones after.
//  9. Settle: remove the links that only the old generation had, and the old generation. Where the run fails before, the way
//     back takes 8 and 7 back and removes the next generation.

import { join } from "node:path";
import { forEachGathering } from "../../collect-refusals.ts";
import { type WrittenFiles, NOTHING_WRITTEN } from "../../host/files/written-file.ts";
import { inEntry, inFolder, isMissingFolder, TRUST_NOBODY_ELSE, type Folder } from "../../host/folder.ts";
import type { Plan } from "../../plan/plan.ts";
import { Refusal } from "../../refusal.ts";
import { formatBytes } from "../../size.ts";
import type { GenerationFlip } from "../change/change.ts";
import {
  findInTheWay,
  nameInGeneration,
  nextGeneration,
  readGeneration,
  topNameOf,
} from "../change/generation-layout.ts";
import type { StagedTarget } from "../files/staged.ts";
import type { ManagedRecord } from "../state/managed.ts";
import type { Target } from "../targets/target.ts";
import type { Selection } from "./choose-secrets.ts";
import { describeFlip, listNewLinks } from "./describe-flip.ts";
import {
  examineFile,
  examineFolder,
  type ExaminedFile,
  type ExaminedFolder,
  type FileTarget,
} from "./examine-generation.ts";
import { dateSecrets, recordGeneration } from "./record-generation.ts";
import { listGenerationFiles, measureGeneration, type SecretsPlace } from "./secrets-place.ts";
import { stagedFile, stagedFolder, withoutChange } from "./staged-generation.ts";
import { isSameStored, type DatedSecret, type StoredGeneration } from "./stored-generation.ts";
import { writeGeneration } from "./write-generation.ts";

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

const NO_GENERATION: StagedGeneration = { staged: [], flip: null, written: NOTHING_WRITTEN };

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

/** What the next generation is made of. */
interface Next {
  /** The current generation; null: there is none yet. */
  readonly old: string | null;
  /** Names of files of the current generation that go along. */
  readonly carried: readonly string[];
  /** Names of files of the current generation that do not. */
  readonly dropped: readonly string[];
  /** The top-level names. */
  readonly tops: ReadonlySet<string>;
}

function stageIn(folder: Folder, wish: GenerationWish): StagedGeneration {
  const next = nameNext(folder, wish);
  if (next.tops.size === 0 && next.old === null) return NO_GENERATION;
  refuseInTheWay(folder, next.tops);
  const examination = { ...wish, folder, generation: next.old };
  const files: ExaminedFile[] = [];
  try {
    // 3.
    forEachGathering(wish.targets.filter(isFileTarget), (target) => {
      files.push(examineFile(examination, target));
    });
    const folders = wish.targets.filter((target) => !isFileTarget(target));
    return stageExamined(
      folder,
      wish,
      next,
      files,
      folders.map((target) => examineFolder(examination, target)),
    );
  } finally {
    for (const { bytes, target } of files) if (target.isSecret) bytes?.fill(0);
  }
}

function isFileTarget(target: Target): target is FileTarget {
  return target.source.kind !== "folder";
}

// 1.
function nameNext(folder: Folder, wish: GenerationWish): Next {
  const nameOf = ({ path }: Target) => nameInGeneration(wish.secretsFolder, path);
  const names = wish.targets.map(nameOf);
  const files = new Set(wish.targets.filter(isFileTarget).map(nameOf));
  const others = listGenerationFiles(wish).filter((name) => !files.has(name));
  // A part of a plan says nothing of the other files.
  const [carried, dropped] = wish.plan.part === null ? [[], others] : [others, []];
  return { old: readGeneration(folder), carried, dropped, tops: new Set([...names, ...carried].map(topNameOf)) };
}

// 2.
function refuseInTheWay(folder: Folder, tops: ReadonlySet<string>): void {
  forEachGathering([...tops], (top) => {
    const problem = findInTheWay(folder, top);
    if (problem !== null) throw new Refusal("cannot-write", problem);
  });
}

function stageExamined(
  folder: Folder,
  wish: GenerationWish,
  next: Next,
  files: readonly ExaminedFile[],
  folders: readonly ExaminedFolder[],
): StagedGeneration {
  const { plan, secretsFolder } = wish;
  const { old, tops } = next;
  const secrets = dateSecrets(plan, wish.selection, wish.stored, wish.fetchedAt);
  const content = { ...wish, ...next, isPart: plan.part !== null, files, folders, secrets };
  // 4.
  if (isSettled(folder, content))
    return {
      ...NO_GENERATION,
      staged: [...folders.map((one) => stagedFolder(one, wish)), ...files.map((one) => stagedFile(one, wish, null))],
    };
  refuseTooLarge(wish, files);
  const generation = tops.size === 0 ? null : nextGeneration(folder);
  return {
    // 6.
    written: generation === null ? NOTHING_WRITTEN : writeGeneration(folder, generation, content),
    staged: [
      ...folders.map((one) => withoutChange(stagedFolder(one, wish))),
      ...files.map((one) => withoutChange(stagedFile(one, wish, generation))),
    ],
    flip: describeFlip(folder, secretsFolder, { next: generation, old, tops }),
  };
}

interface NextContent extends SecretsPlace, Next {
  readonly files: readonly ExaminedFile[];
  readonly folders: readonly ExaminedFolder[];
  readonly secrets: readonly DatedSecret[];
  readonly stored: StoredGeneration | null;
}

/** Whether the current generation is what the next one would be, and every link to it is there. */
function isSettled(folder: Folder, content: NextContent): boolean {
  const { root, secretsFolder, old, dropped, tops, files, folders, stored } = content;
  if (old === null || dropped.length > 0 || listNewLinks(folder, tops).length > 0) return false;
  if ([...files, ...folders].some(({ difference }) => difference === "create" || difference === "update")) return false;
  const generation = join(secretsFolder, old);
  const record = inFolder(root, generation, TRUST_NOBODY_ELSE, (opened) => recordGeneration(opened, content));
  return isSameStored(stored, record);
}

// 5. ramfs has no limit of its own, and what the apps got leaves room for no more than that. Without a number: it is a secret's.
function refuseTooLarge(wish: GenerationWish, files: readonly ExaminedFile[]): void {
  const { root, secretsFolder, plan } = wish;
  const newBytes = files
    .filter(({ difference }) => difference !== "unchanged" && difference !== "kept")
    .reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0);
  // What only goes needs no room, and a config without a secret gives it none.
  if (newBytes === 0 || measureGeneration(wish) + newBytes <= plan.secretsSizeBytes) return;
  const what = `the old and the new files of ${join(root, secretsFolder)} need more than ${formatBytes(plan.secretsSizeBytes)}`;
  throw new Refusal("cannot-write", {
    what,
    fix: "Give them more, which the apps then do without: `secretsSize: 4MiB`.",
  });
}
