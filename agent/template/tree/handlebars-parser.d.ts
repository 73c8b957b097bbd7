// The declarations of handlebars cover its main module alone.
declare module "handlebars/dist/cjs/handlebars/compiler/base.js" {
  import type { Program } from "./template-ast.ts";

  /** @throws an error with `lineNumber` (from 1) and `column` (from 0), or with both in its message */
  export function parse(source: string, options: { readonly srcName: string }): Program;
}
