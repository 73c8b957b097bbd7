// Bytes as text, where they are text. Pure.

/** Null: they are not UTF-8. A byte order mark at the beginning stays, for whoever wants to know of it. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError && "code" in error && error.code === "ERR_ENCODING_INVALID_ENCODED_DATA")
      return null;
    throw error;
  }
}

/** Nearly every text is: whoever looks for other characters asks first, as V8 takes half a millisecond to prepare a `\p{…}`. */
export function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}

/** The byte order mark. */
export const MARK = "\uFEFF";

export function withoutMark(text: string): string {
  return text.startsWith(MARK) ? text.slice(MARK.length) : text;
}
