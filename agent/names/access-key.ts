// What the parts of an access key of AWS look like: its id, its secret, its session token. Pure.

// Each becomes a part of a header: printable, no blanks.
const PART = /^[\x21-\x7e]{1,8192}$/;

export function isAccessKeyPart(text: string): boolean {
  return PART.test(text);
}
