// What came back for one declared secret.

import type { SecretValue } from "./secret-value.ts";

export interface FetchedSecret {
  readonly versionId: string;
  /** By the key of the config; `.` is the whole value. */
  readonly values: ReadonlyMap<string, SecretValue>;
}

/** By the secret's name in the config. */
export type FetchedSecrets = ReadonlyMap<string, FetchedSecret>;
