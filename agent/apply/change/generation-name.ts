// What the folder of one generation of secrets is called. Pure.

const GENERATION = /^\.\.gen-([1-9]\d{0,14})$/;

export function isGenerationName(name: unknown): name is string {
  return typeof name === "string" && GENERATION.test(name);
}

/** The name after all of these; where there is none after them, the first that is free. */
export function nextGenerationName(names: readonly string[]): string {
  const numbers = names.map((name) => Number(GENERATION.exec(name)?.[1] ?? 0));
  const next = `..gen-${Math.max(0, ...numbers) + 1}`;
  if (isGenerationName(next)) return next;
  const taken = new Set(numbers);
  let free = 1;
  while (taken.has(free)) free += 1;
  return `..gen-${free}`;
}
