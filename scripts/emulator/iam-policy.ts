// Whether an IAM policy allows a call, by IAM's evaluation: denied unless a statement allows it, and denied whatever else does
// where one denies it. Knows the elements that parbake's policies have, and refuses to guess at others.

type OneOrMore = string | readonly string[];

export interface Policy {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: OneOrMore;
  readonly Resource: OneOrMore;
  /** By operator, then by condition key. */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMore>>>>;
}

export interface PolicyRequest {
  readonly action: string;
  /** An ARN; `*` where the action has none. */
  readonly resource: string;
  readonly context: Readonly<Record<string, string>>;
}

/** @throws Error where the policy has an element that is not known here */
export function isAllowed({ Version, Statement }: Policy, request: PolicyRequest): boolean {
  if (Version !== "2012-10-17") throw new Error(`a policy of version ${Version}`);
  const effects = Statement.filter((statement) => applies(statement, request)).map(({ Effect }) => Effect);
  return effects.includes("Allow") && !effects.includes("Deny");
}

const ELEMENTS = ["Sid", "Effect", "Action", "Resource", "Condition"];

function applies(statement: Statement, { action, resource, context }: PolicyRequest): boolean {
  const unknown = Object.keys(statement).filter((element) => !ELEMENTS.includes(element));
  if (unknown.length > 0) throw new Error(`a statement with ${unknown.join(", ")}`);
  const { Action, Resource, Condition = {} } = statement;
  return (
    // Actions are the same in capital and in small letters.
    listOf(Action).some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
    listOf(Resource).some((pattern) => matches(pattern, resource)) &&
    Object.entries(Condition).every(([operator, keys]) => isMet(operator, keys, context))
  );
}

function isMet(
  operator: string,
  keys: Readonly<Record<string, OneOrMore>>,
  context: Readonly<Record<string, string>>,
): boolean {
  const compare = OPERATORS[operator];
  if (compare === undefined) throw new Error(`a condition with ${operator}`);
  return Object.entries(keys).every(([key, values]) => {
    const found = Object.hasOwn(context, key) ? context[key] : undefined;
    return found !== undefined && listOf(values).some((value) => compare(value, found));
  });
}

const OPERATORS: Readonly<Record<string, (wanted: string, found: string) => boolean>> = {
  StringEquals: (wanted, found) => wanted === found,
  StringLike: matches,
  ArnLike: matches,
};

/** `*` stands for any text, `?` for one character. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`)
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(text);
}

function listOf(value: OneOrMore): readonly string[] {
  return typeof value === "string" ? [value] : value;
}
