// A package that an image has.

export interface Package {
  readonly name: string;
  /** As the package manager compares it: with its epoch, and of rpm with its release. */
  readonly version: string;
  /** In its own words: `amd64`, `x86_64`, `all`, `noarch`. */
  readonly arch: string;
}
