// What came back for one declared secret, and how all of it is forgotten once it is written.

import type { SecretValue } from "./secret-value.ts";

export interface FetchedSecret {
  readonly versionId: string;
  /** By the key of the config; `.` is the whole value. */
  readonly values: ReadonlyMap<string, SecretValue>;
}

/** By the secret's name in the config. */
export type FetchedSecrets = ReadonlyMap<string, FetchedSecret>;

export function eraseSecrets(secrets: FetchedSecrets): void {
  for (const { values } of secrets.values()) for (const value of values.values()) value.erase();
}
