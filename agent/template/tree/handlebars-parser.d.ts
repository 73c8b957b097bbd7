// The declarations of handlebars cover its main module alone.
declare module "handlebars/dist/cjs/handlebars/compiler/base.js" {
  import type { Program } from "./template-ast.ts";

  /** @throws an error with `lineNumber` (from 1) and `column` (from 0), or with both in its message */
  export function parse(source: string, options: { readonly srcName: string }): Program;

  interface Lexer {
    /** Of regular expressions, each for the beginning of the rest. */
    readonly rules: readonly RegExp[];
    readonly conditions: Readonly<Record<string, { readonly rules: readonly number[] }>> & {
      /** Inside {{ }}. */
      readonly mu: { readonly rules: readonly number[] };
    };
    conditionStack: readonly string[];
    /** What is left. */
    readonly _input: string;
    /** The rules that are tried now, by their positions. */
    _currentRules(this: Lexer): readonly number[];
  }

  export const parser: { readonly lexer: Lexer };
}
