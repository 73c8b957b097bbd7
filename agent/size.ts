// Sizes as people write them, to bytes and back. Never guesses: GB, 1000³ to some and 1024³ to PostgreSQL, is refused, and so
// is a number without a unit.

import { parseDecimal } from "./number.ts";

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;
export const TIB = 1024 * GIB;

// A letter alone counts in 1024s, as it does for systemd, Docker and the JVM; `Gi` is Kubernetes' spelling.
const FACTOR: Readonly<Record<string, number>> = { b: 1, k: KIB, m: MIB, g: GIB, t: TIB };

/** What parseSize reads. */
export const SIZE = /^(?:0|((?:0|[1-9]\d{0,15})(?:\.\d{1,16})?) ?([bB]|[kKmMgGtT](?:[iI][bB]?)?))$/;

/** A percentage below 100 of the memory. */
export const SHARE = /^(?:0|[1-9]\d?)(?:\.\d{1,16})?%$/;

/** `512MiB`, `1.5 GiB`, `256M`, `4096B`, to whole bytes rounded down; 0 needs no unit; null for anything else, GB included. */
export function parseSize(size: string): number | null {
  if (size === "0") return 0;
  const [, written = "", letter = ""] = SIZE.exec(size) ?? [];
  const [amount, factor] = [parseDecimal(written), FACTOR[letter.slice(0, 1).toLowerCase()]];
  if (amount === null || factor === undefined) return null;
  if (factor === 1 && !Number.isInteger(amount)) return null;
  const bytes = Math.floor(amount * factor);
  return Number.isSafeInteger(bytes) ? bytes : null;
}

/** `5%` → 0.05; null: no percentage below 100. */
export function parseShare(text: string): number | null {
  return SHARE.test(text) ? parseDecimal(text.slice(0, -1))! / 100 : null;
}

const DECIMAL: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** What to write instead of a text that is no size. */
export function adviseSize(text: string): string {
  const [, written = "", letter = ""] = /^([\d.]+) ?([kmgt])?b?$/i.exec(text) ?? [];
  const amount = parseDecimal(written);
  if (amount === null || amount === 0) return "Write it with its unit: 512MiB, 1.5GiB.";
  const factor = DECIMAL[letter.toLowerCase()];
  if (factor === undefined) return `Write it with its unit: ${withUnit(amount)}.`;
  const upper = letter.toUpperCase();
  const bytes = Math.round(amount * factor);
  return `${upper}B is ${upper}iB to some programs and a power of 1000 to others: write ${written}${upper}iB or ${bytes}B.`;
}

/** By what people mean: 4 is of GiB or of MiB, 512 is of MiB, and 536870912 can only be of bytes. */
function withUnit(amount: number): string {
  if (amount < 64) return `${amount}MiB or ${amount}GiB`;
  if (amount < MIB || !Number.isInteger(amount)) return `${amount}MiB`;
  return amount % MIB === 0 ? `${amount / MIB}MiB` : `${amount}B`;
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
