// The ids of AWS accounts in what was collected, and what stands in for them. Twelve digits are more often a time or a size: an id is
// what stands where only one can, and the same digits wherever else they are. Pure.

const PLACES: readonly RegExp[] = [
  /\barn:aws[\w-]*:[\w-]*:[\w-]*:(\d{12}):/g,
  /\b(\d{12})\.dkr\.ecr\b/g,
  /\b(?:aws[_-]?)?(?:account|owner)(?:[_-]?(?:id|number))?\\?["']?[ \t]{0,4}[:= ][ \t]{0,4}\\?["']?(\d{12})(?!\d)/gi,
];

/** By id, in the order in which they are met. A stand-in is as long, so that an ARN stays one. */
export function findAccounts(texts: readonly string[]): ReadonlyMap<string, string> {
  const ids = new Set(
    texts.flatMap((text) => PLACES.flatMap((place) => [...text.matchAll(place)].map(([, id]) => id!))),
  );
  return new Map([...ids].map((id, index) => [id, String(index + 1).padStart(12, "0")]));
}

export function hideAccounts(text: string, accounts: ReadonlyMap<string, string>): string {
  if (accounts.size === 0) return text;
  return text.replaceAll(/(?<!\d)\d{12}(?!\d)/g, (digits) => accounts.get(digits) ?? digits);
}
