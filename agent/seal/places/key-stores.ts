// Whether a key store has a private key, or certificates alone, as that of a distribution's authorities. Pure.

const JKS_MAGIC = 0xfeedfeed;
const JCEKS_MAGIC = 0xcececece;
const PRIVATE_ENTRY = 1;
const CERTIFICATE_ENTRY = 2;

/** JKS: entries one after another, of which the first private one is the answer. */
export function hasPrivateJavaKey(bytes: Buffer): boolean {
  if (bytes.length < 16 || ![JKS_MAGIC, JCEKS_MAGIC].includes(bytes.readUInt32BE(0))) return false;
  const entries = bytes.readUInt32BE(8);
  let at = 12;
  for (let entry = 0; entry < entries && at + 6 <= bytes.length; entry++) {
    const kind = bytes.readUInt32BE(at);
    // A secret key (3) is none that anybody may have, either.
    if (kind !== CERTIFICATE_ENTRY) return kind === PRIVATE_ENTRY || kind === 3;
    at = skipCertificate(bytes, skipText(bytes, at + 4) + 8);
  }
  return false;
}

function skipText(bytes: Buffer, at: number): number {
  return at + 2 <= bytes.length ? at + 2 + bytes.readUInt16BE(at) : bytes.length;
}

function skipCertificate(bytes: Buffer, at: number): number {
  const length = skipText(bytes, at);
  return length + 4 <= bytes.length ? length + 4 + bytes.readUInt32BE(length) : bytes.length;
}

/** RFC 7292: the object identifiers of a key bag (…10.1.1) and of a shrouded one (…10.1.2). */
const KEY_BAGS = [1, 2].map((bag) => Buffer.from([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01, bag]));

/** The keys are encrypted one by one, and their bags are not. */
export function hasPrivatePkcs12Key(bytes: Buffer): boolean {
  return bytes[0] === 0x30 && KEY_BAGS.some((identifier) => bytes.includes(identifier));
}

/** How the first bytes go on after the length, in hexadecimal: `..` stands for any byte. */
const KEY_HEADS = [
  // PKCS #8: its version, and the algorithm: RSA, elliptic curves, Ed25519 and its kin.
  /^30(?:82....|81..|..)02010[01]30..06(?:092a864886f70d010101|072a8648ce3d0201|032b65(?:6e|6f|70|71))/,
  // PKCS #1 and SEC 1.
  /^3082....02010002(?:81|82..)/,
  /^30(?:81..|..)02010104(?:20|30|42)/,
  // RFC 9580: a packet of the type 5, of version 4 to 6.
  /^(?:94..|95....|c5..(?:..)?)0[456]/,
];

/** X.690's and OpenPGP's binary forms, which have no line that says what they are. */
export function isBinaryPrivateKey(bytes: Buffer): boolean {
  const head = bytes.toString("hex", 0, 32);
  return bytes.length >= 32 && KEY_HEADS.some((regex) => regex.test(head));
}
