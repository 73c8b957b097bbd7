// Memory as /proc/meminfo tells it, in bytes. Pure.

export interface Meminfo {
  /** Null: the text has no MemTotal. */
  readonly memTotalBytes: number | null;
  readonly swapBytes: number;
  readonly hugePagesBytes: number;
}

/** Lines such as `MemTotal:       16384 kB`; the counts of huge pages have no unit. */
export function parseMeminfo(text: string): Meminfo {
  const values = new Map<string, number>();
  for (const [, name = "", digits, unit] of text.matchAll(/^(\w+):[ \t]*(\d{1,15})(?:[ \t]+(kB))?[ \t]*$/gm)) {
    values.set(name, Number(digits) * (unit ? 1024 : 1));
  }
  const hugePagesOfDefaultSize = (values.get("HugePages_Total") ?? 0) * (values.get("Hugepagesize") ?? 0);
  return {
    memTotalBytes: values.get("MemTotal") || null,
    swapBytes: values.get("SwapTotal") ?? 0,
    // Hugetlb counts the pages of every size, the product only those of the default one.
    hugePagesBytes: values.get("Hugetlb") ?? hugePagesOfDefaultSize,
  };
}
