// What packages brought, by path, and how their records are read.

import { errnoOf } from "../../host/file-error.ts";

/** `md5:d41d…`, by path from the root. A package of the image's owner has a credential in it as easily as a file: none of theirs. */
export type Digests = ReadonlyMap<string, string>;

/** What cannot be read says nothing of any file: then each is judged by what is in it. */
export function attempt<T>(otherwise: T, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return otherwise;
  }
}
