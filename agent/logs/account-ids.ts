// The ids of AWS accounts in what was collected, and what stands in for them. Twelve digits are more often a time or a size: an id is
// what stands where only one can, and the same digits wherever else they are. Pure.

const PLACES: readonly RegExp[] = [
  /\barn:aws[\w-]*:[\w-]*:[\w-]*:(\d{12}):/g,
  /(?<!\d)(\d{12})\.(?:[\w-]+\.){0,6}(?:amazonaws|aws\.amazon|on\.aws|awsapps)\b/g,
  /\b(\d{12})\.dkr\.ecr\b/g,
  // The URL of a queue.
  /\.amazonaws\.com(?:\.cn)?(?::\d+)?\/(\d{12})(?!\d)/g,
  /\b(?:aws[_-]?)?(?:account|owner)(?:[_-]?(?:id|number))?\\?["']?[ \t]{0,4}[:= ][ \t]{0,4}\\?["']?(\d{12}|\d{4}-\d{4}-\d{4})(?!\d)/gi,
];

/** By id, in the order in which they are met. A stand-in is as long, so that an ARN stays one. */
export function findAccounts(texts: readonly string[]): ReadonlyMap<string, string> {
  const ids = new Set(
    texts.flatMap((text) => PLACES.flatMap((place) => [...text.matchAll(place)].map(([, id]) => digitsOf(id!)))),
  );
  return new Map([...ids].map((id, index) => [id, String(index + 1).padStart(12, "0")]));
}

export function hideAccounts(text: string, accounts: ReadonlyMap<string, string>): string {
  if (accounts.size === 0) return text;
  return text.replaceAll(ID, (id) => accounts.get(digitsOf(id)) ?? id);
}

/** AWS's console has hyphens in it. */
const ID = /(?<!\d)\d{12}(?!\d)|(?<![\d-])\d{4}-\d{4}-\d{4}(?![\d-])/g;

function digitsOf(id: string): string {
  return id.replaceAll("-", "");
}
