// What the folder of one generation of secrets is called. Pure.

const GENERATION = /^\.\.gen-([1-9]\d{0,14})$/;

export function isGenerationName(name: unknown): name is string {
  return typeof name === "string" && GENERATION.test(name);
}

/** The name after all of these. */
export function nextGenerationName(names: readonly string[]): string {
  const numbers = names.map((name) => Number(GENERATION.exec(name)?.[1] ?? 0));
  return `..gen-${Math.max(0, ...numbers) + 1}`;
}
