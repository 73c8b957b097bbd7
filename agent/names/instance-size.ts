// An EC2 instance type's name: its family and its size, and the sizes in their order, each larger than the one before. Pure.

const SMALL = ["nano", "micro", "small", "medium", "large", "xlarge"];

/** Those that families have most, for advice. */
export const USUAL_SIZES = [...SMALL, ...[2, 4, 8, 12, 16, 24, 32, 48, 96].map((times) => `${times}xlarge`)];

/** `m7g.large` → `m7g` and `large`; without a dot all of it is the family. */
export function splitType(type: string): readonly [family: string, size: string] {
  const dot = type.indexOf(".");
  return dot < 0 ? [type, ""] : [type.slice(0, dot), type.slice(dot + 1)];
}

export function familyOf(type: string): string {
  return splitType(type)[0];
}

/**
 * Each is twice the one before: `large` is 4, `xlarge` 5, `2xlarge` 6. Null: no size of a virtual machine. A metal type is no
 * larger than its family's largest, and boots otherwise: it has no place in this order.
 */
export function magnitudeOf(size: string): number | null {
  const index = SMALL.indexOf(size);
  if (index >= 0) return index;
  const [, times] = /^([2-9]|[1-9]\d{1,2})xlarge$/.exec(size) ?? [];
  return times === undefined ? null : SMALL.length - 1 + Math.log2(Number(times));
}

export function isMetal(size: string): boolean {
  return /^metal(?:-\d+xl)?$/.test(size);
}
