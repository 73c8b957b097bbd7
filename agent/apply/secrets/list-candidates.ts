// The files that secrets land in, and whether what is stored of each would still do, so that nothing is fetched for it. Never
// reads a value.

import type { Folder } from "../../host/folder.ts";
import { nameInGeneration } from "../change/generation-layout.ts";
import type { Target } from "../targets/target.ts";
import { secretsIn, type Candidate } from "./choose-secrets.ts";
import { inGeneration, type SecretsPlace } from "./secrets-place.ts";
import { declare, isAsStored, type StoredGeneration } from "./stored-generation.ts";

/** @param stored null: there is no generation yet, or its record can't be read */
export function listCandidates(
  place: SecretsPlace,
  targets: readonly Target[],
  stored: StoredGeneration | null,
): Candidate[] {
  const files = new Map((stored?.files ?? []).map((file) => [file.name, file]));
  const versions = new Map((stored?.secrets ?? []).map(({ name, versionId }) => [name, versionId]));
  const judge = (target: Target, generation: Folder | null): Candidate => {
    const file = files.get(nameInGeneration(place.secretsFolder, target.path));
    const secrets = secretsIn(target);
    const isReusable =
      file !== undefined && generation !== null && file.declared === declare(target) && isAsStored(generation, file);
    return {
      target,
      secrets,
      isReusable,
      isBehind: secrets.some((name) => file?.versionIds[name] !== versions.get(name)),
    };
  };
  const withSecrets = targets.filter((target) => secretsIn(target).length > 0);
  if (stored === null) return withSecrets.map((target) => judge(target, null));
  return inGeneration(place, (generation) => withSecrets.map((target) => judge(target, generation)));
}
