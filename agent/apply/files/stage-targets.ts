// Gets the change of every target outside of the secrets folder ready. Touches nothing that anybody reads: temporary files, and
// declared folders.

import { forEachGathering } from "../../collect-refusals.ts";
import { AttributeKeeper } from "../../host/files/extended-attributes.ts";
import type { FileStep } from "../../plan/plan.ts";
import { digestOf } from "../state/digest.ts";
import type { ManagedRecord } from "../state/managed.ts";
import { declaredFolders, trustOf, type Target } from "../targets/target.ts";
import { encodeContent } from "./encode-content.ts";
import { inspectFolder, stageFolder, type InspectedFolder } from "./stage-folder.ts";
import { stageManaged } from "./stage-managed.ts";
import type { StagedTarget } from "./staged.ts";

/** Of those that are not below the secrets folder. Adds to `staged` as it goes, so that the caller can undo what was staged
 * before a failure. */
export function stageTargets(
  targets: readonly Target[],
  root: string,
  staged: StagedTarget[],
  managed: ManagedRecord = new Map(),
  keeper = new AttributeKeeper(),
): void {
  const declared = declaredFolders(targets, root);
  const folders = targets.filter(({ source }) => source.kind === "folder");
  const looks = new Map<string, InspectedFolder>(
    forEachGathering(folders, (target) => [
      target.path,
      inspectFolder(root, target.path, { ...trustOf(target), declared }),
    ]),
  );
  forEachGathering(targets, (target) => {
    const { source } = target;
    switch (source.kind) {
      case "folder":
        return staged.push({
          target,
          file: null,
          change: stageFolder(root, target, trustOf(target), looks.get(target.path)),
        });
      case "file":
        return staged.push(stageContent(target, source.step, root, managed, keeper));
      case "secret":
        throw new Error(`${target.path} is a secret's, and not in a generation`);
    }
  });
}

function stageContent(
  target: Target,
  step: FileStep,
  root: string,
  managed: ManagedRecord,
  keeper: AttributeKeeper,
): StagedTarget {
  const { path, uid, gid, mode } = target;
  const bytes = encodeContent(step, new Map());
  const wanted = { path, bytes, uid, gid, mode };
  const wish = { wanted, trust: trustOf(target), entry: managed.get(path), onDrift: step.onDrift };
  const { change, contact, isPlain } = stageManaged(root, wish, keeper);
  const digest = { sha256: digestOf(bytes), sizeBytes: bytes.length };
  return { target, change, file: { contact, digest, isPlain, versionIds: {} } };
}
