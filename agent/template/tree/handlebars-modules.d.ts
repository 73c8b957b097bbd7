// The declarations of handlebars cover its main module alone, and an ambient module can't name types of ours: handlebars-parser.ts
// gives each its type.
declare module "handlebars/dist/cjs/handlebars/compiler/base.js" {
  export const parse: unknown;
  export const parseWithoutProcessing: unknown;
}

declare module "handlebars/dist/cjs/handlebars/compiler/whitespace-control.js" {
  const WhitespaceControl: unknown;
  export default WhitespaceControl;
}

declare module "handlebars/dist/cjs/handlebars/compiler/helpers.js" {
  export const stripFlags: unknown;
  export const stripComment: unknown;
  export const preparePath: unknown;
  export const prepareMustache: unknown;
  export const prepareBlock: unknown;
}
