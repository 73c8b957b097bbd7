// The words of XML 1.0 (fifth edition) as patterns. A marker's characters pass wherever a value may stand.

const NAME_START =
  ":A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}\\u{200D}\\u{2070}-\\u{218F}" +
  "\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}";
const NAME_PART = `${NAME_START}.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}\\u{2040}\\-`;
const MARKER = "\\uE000\\uE001";

export const NAME = new RegExp(`[${NAME_START}\\uE000][${NAME_PART}${MARKER}]*`, "uy");
export const REFERENCE = new RegExp(`(?:#[0-9]+|#x[0-9A-Fa-f]+|[${NAME_START}][${NAME_PART}]*);`, "uy");
export const BLANKS = /[ \t\r\n]*/y;

/** What neither opens nor closes a declaration inside `<!DOCTYPE …>`. */
export const IN_DOCTYPE = /(?:[^"'<>]+|"[^"]*"|'[^']*'|<!--[^]*?-->|<\?[^]*?\?>)*/y;

/** What stands between `<?xml` and `?>`. */
export const DECLARATION = new RegExp(
  [
    "^",
    attribute("version", `(?:1\\.[0-9]+|[0-9.]*[${MARKER}][0-9.${MARKER}]*)`),
    `(?:${attribute("encoding", `[A-Za-z${MARKER}][A-Za-z0-9._${MARKER}-]*`)})?`,
    `(?:${attribute("standalone", `(?:yes|no|[${MARKER}][0-9${MARKER}]*)`)})?`,
    "[ \\t\\r\\n]*$",
  ].join(""),
);

function attribute(name: string, value: string): string {
  const blanks = "[ \\t\\r\\n]";
  return `${blanks}+${name}${blanks}*=${blanks}*(?:"${value}"|'${value}')`;
}

// oxlint-disable-next-line no-control-regex -- XML cannot hold them
export const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
