// No two secrets may be one credential, and no file may be where parbake tells systemd of them, or of an app's share. Pure.

import type { Problem } from "../refusal.ts";
import type { Config, SecretKeyConfig } from "./config.ts";
import { isHandOff } from "./hand-off-path.ts";
import { limitedUnit } from "./share-path.ts";

export function checkCredentials({ secrets, files }: Config): Problem[] {
  const fix = "Name the units at the secret's key, `units: [api.service]`, and leave the file out.";
  const clashes = files
    .filter(({ path }) => isHandOff(path))
    .map(({ path, at }) => ({ what: `${path} is parbake's own`, fix, at }));
  return [...clashes, ...checkShares(files), ...checkNames(secrets)];
}

function checkShares(files: Config["files"]): Problem[] {
  const fix = "Say `enforce: true` at the app, and leave the file out; or give the file another name.";
  return files
    .filter(({ path }) => limitedUnit(path) !== null)
    .map(({ path, at }) => ({ what: `${path} is parbake's own`, fix, at }));
}

function checkNames(secrets: Config["secrets"]): Problem[] {
  const byName = new Map<string, SecretKeyConfig>();
  return secrets
    .flatMap(({ keys }) => keys)
    .flatMap((key) => {
      if (key.credential === undefined) return [];
      const { name } = key.credential;
      const earlier = byName.get(name);
      if (earlier === undefined) byName.set(name, key);
      if (earlier === undefined) return [];
      const what = `the credential ${name} is named twice; the other is at ${earlier.at.file}:${earlier.at.line}`;
      return [{ what, fix: "Give one of them another name: `credential: my-name`.", at: key.at }];
    });
}
