// Sizes as people write them, to bytes and back. Never guesses: GB, 1000³ to some and 1024³ to PostgreSQL, is refused.

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;
export const TIB = 1024 * GIB;

// A letter alone counts in 1024s, as it does for systemd, Docker and the JVM; `Gi` is Kubernetes' spelling.
const FACTOR: Readonly<Record<string, number>> = { "": 1, b: 1, k: KIB, m: MIB, g: GIB, t: TIB };

/** `512MiB`, `1.5 GiB`, `256M`, or a number of bytes, to whole bytes rounded down; null for anything else, GB included. */
export function parseSize(size: string | number): number | null {
  const [, amount, letter] = /^(\d+(?:\.\d+)?) ?(b|[kmgt](?:ib?)?|)$/i.exec(String(size).trim()) ?? [];
  if (amount === undefined || letter === undefined) return null;
  const factor = FACTOR[letter.slice(0, 1).toLowerCase()]!;
  if (factor === 1 && amount.includes(".")) return null;
  const bytes = Math.floor(Number(amount) * factor);
  return Number.isSafeInteger(bytes) ? bytes : null;
}

/** For people: `7.7 GiB`, one decimal at most. Not to be read back: it has been rounded. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let amount = bytes;
  while (units.length > 1 && roundToTenth(amount) >= 1024) {
    amount /= 1024;
    units.shift();
  }
  return `${roundToTenth(amount)} ${units[0]}`;
}

function roundToTenth(amount: number): number {
  return Math.round(amount * 10) / 10;
}
