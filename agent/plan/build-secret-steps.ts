// A declared secret to the steps that fetch it: one for the version that is meant, one for the version before where a key
// wants that too. Pure.

import type { SecretConfig, SecretFile, SecretKeyConfig } from "../config/config.ts";
import { previousName, secretPath } from "../template/context/template-context.ts";
import type { SecretKey, SecretStep } from "./plan.ts";

export function buildSecretSteps(secret: SecretConfig, folder: string): SecretStep[] {
  const { name, id, region, version, onUnavailable, keys, at } = secret;
  const common = { kind: "secret", id, region, at, ...(onUnavailable ? { onUnavailable } : {}) } as const;
  const wanted = keys.map((key) => {
    const built = buildKey(key, key, folder);
    return key.credential === undefined ? built : { ...built, credential: key.credential };
  });
  const before = keys.flatMap((key) => (key.previous ? [buildKey(key, key.previous, folder)] : []));
  const step: SecretStep = { ...common, name, ...(version ? { version } : {}), keys: wanted };
  if (before.length === 0) return [step];
  return [step, { ...common, name: previousName(name), version: { kind: "previous" }, keys: before }];
}

function buildKey(
  { key, pointer, newline, onChange, at }: SecretKeyConfig,
  { file, owner, group, mode }: SecretFile,
  folder: string,
): SecretKey {
  return {
    key,
    ...(pointer === undefined ? {} : { pointer }),
    ...(newline === undefined ? {} : { newline }),
    path: file === null ? null : secretPath(folder, file),
    owner,
    group,
    mode,
    at,
    ...(onChange === undefined || file === null ? {} : { onChange }),
  };
}
