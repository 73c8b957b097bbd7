// The nodes of Handlebars' syntax tree, as the union by `type` that its own declarations are not.

export interface Location {
  /** The file, as problems name it. */
  readonly source?: string;
  readonly start: { readonly line: number; readonly column: number };
}

interface Node {
  readonly loc: Location;
}

export interface Path extends Node {
  readonly type: "PathExpression";
  /** `@key` rather than `key`. */
  readonly data: boolean;
  /** How many `../` it starts with. */
  readonly depth: number;
  readonly parts: readonly string[];
  readonly original: string;
}

export interface Literal extends Node {
  readonly type: "StringLiteral" | "NumberLiteral" | "BooleanLiteral" | "NullLiteral" | "UndefinedLiteral";
  readonly value?: string | number | boolean | null | undefined;
  readonly original: string | number | boolean | null | undefined;
}

interface Hash {
  readonly pairs: readonly (Node & { readonly key: string; readonly value: Expression })[];
}

/** `(helper a b)`. */
export interface Call extends Node {
  readonly type: "SubExpression";
  readonly path: Path | Literal;
  params: Expression[];
  readonly hash?: Hash;
}

export type Expression = Path | Literal | Call;

export interface Mustache extends Node {
  readonly type: "MustacheStatement";
  path: Expression;
  params: Expression[];
  readonly hash?: Hash;
  /** False for `{{{x}}}` and `{{&x}}`. */
  readonly escaped: boolean;
}

export interface Block extends Node {
  readonly type: "BlockStatement";
  readonly path: Path;
  params: Expression[];
  readonly hash?: Hash;
  readonly program?: Program;
  readonly inverse?: Program;
  /** Where `~` stands in the tags. */
  readonly openStrip: Strip;
  readonly closeStrip: Strip;
}

interface Strip {
  readonly open?: boolean;
  readonly close?: boolean;
}

/** `{{> name}}`. */
export interface Inclusion extends Node {
  readonly type: "PartialStatement";
  readonly name: Expression;
  readonly params: readonly Expression[];
  readonly hash?: Hash;
  /** The blanks before it, where it stands alone on its line. */
  readonly indent: string;
  readonly strip: Strip;
  /** What stands in its place, once it has been looked up. */
  program?: Program;
}

/** Text of the template itself. */
export interface Content extends Node {
  readonly type: "ContentStatement";
  /** What is printed: `original` without the blanks that a tag on a line of its own takes with it. */
  value: string;
  readonly original: string;
}

interface Comment extends Node {
  readonly type: "CommentStatement";
  readonly value: string;
  readonly strip: Strip;
}

interface Other extends Node {
  readonly type: "PartialBlockStatement" | "Decorator" | "DecoratorBlock";
}

export type Statement = Content | Mustache | Block | Inclusion | Comment | Other;

export interface Program {
  readonly type: "Program";
  readonly body: Statement[];
  readonly blockParams?: readonly string[];
}
