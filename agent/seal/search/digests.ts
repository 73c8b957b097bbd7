// What packages brought, by path.

/** `md5:d41d…`, by path from the root. A package of the image's owner has a credential in it as easily as a file: none of theirs. */
export type Digests = ReadonlyMap<string, string>;
