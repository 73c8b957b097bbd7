// What parbake takes of Handlebars: its parser and that one's parts, with the types that they have. What compiles templates to code
// is of no use to a program that runs each of them once.

import * as base from "handlebars/dist/cjs/handlebars/compiler/base.js";
import * as helpers from "handlebars/dist/cjs/handlebars/compiler/helpers.js";
import Blanks from "handlebars/dist/cjs/handlebars/compiler/whitespace-control.js";
import type { Block, Expression, Literal, Location, Mustache, Path, Program } from "./template-ast.ts";

/** Where `~` stands in a tag, or in the two of a block. */
export interface Flags {
  readonly open: boolean;
  readonly close: boolean;
}

/** `{{#name value … as |item|}}`, or `{{else if value}}`. */
export interface Open {
  /** The tag up to its name. */
  readonly open: string;
  readonly path: Path | Literal;
  readonly params: Expression[];
  readonly hash: undefined;
  readonly blockParams: readonly string[] | undefined;
  readonly strip: Flags;
}

export interface Close {
  readonly path: Path | Literal;
  readonly strip: Flags;
}

/** A program before the blanks around its tags are taken. */
export interface RawProgram extends Program {
  readonly strip: object;
  readonly chained?: true;
}

/** `{{else}}` and what follows; `chain`: it is one block, of `{{else if …}}`. */
export interface Chain {
  readonly strip: Flags;
  readonly program: RawProgram;
  readonly chain?: true;
}

interface PathPart {
  readonly part: string;
  readonly original: string;
  readonly separator?: string;
}

/** What gives a node its place; `place` is its own affair. */
interface Parser {
  locInfo(place: null): Location;
}

/** @throws an error with `lineNumber` (from 1) and `column` (from 0), or with both in its message */
type Parse = (source: string, options: { readonly srcName: string }) => Program;

export const parse = base.parse as Parse;

/** As `parse`, with the blanks around tags as they stand. */
export const parseWithoutProcessing = base.parseWithoutProcessing as Parse;

/** Takes the blanks that tags alone on their lines, and those with `~`, take with them. */
export const WhitespaceControl = Blanks as new () => { accept(program: Program): Program };

export const stripFlags = helpers.stripFlags as (open: string, close: string) => Flags;

export const stripComment = helpers.stripComment as (comment: string) => string;

/** @throws an error with `lineNumber` where `..` or `this` comes after a name */
export const preparePath = helpers.preparePath as (
  this: Parser,
  isData: boolean,
  parts: readonly PathPart[],
  place: null,
) => Path;

export const prepareMustache = helpers.prepareMustache as (
  this: Parser,
  path: Expression,
  params: Expression[],
  hash: undefined,
  open: string,
  strip: Flags,
  place: null,
) => Mustache;

/** @throws an error with `lineNumber` where `close` is of another block */
export const prepareBlock = helpers.prepareBlock as (
  this: Parser,
  open: Open,
  program: RawProgram,
  chain: Chain | undefined,
  close: Close | Chain | undefined,
  isInverted: false,
  place: null,
) => Block;
