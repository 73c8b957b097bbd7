// The narrowed lexer reads what Handlebars' own reads, on texts of all that either makes a difference of.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import fc from "fast-check";
import { parser } from "handlebars/dist/cjs/handlebars/compiler/base.js";
import { narrowLexer } from "../../../../agent/template/tree/narrow-lexer.ts";

type Lexer = typeof parser.lexer;

/** A copy of Handlebars' parser that nobody has narrowed. */
function loadUntouched(): Lexer {
  const require = createRequire(import.meta.url);
  const path = require.resolve("handlebars/dist/cjs/handlebars/compiler/parser.js");
  const loaded = require.cache[path];
  delete require.cache[path];
  const { lexer } = require(path) as typeof parser;
  if (loaded) require.cache[path] = loaded;
  return lexer;
}

const MOST_TOKENS = 200;
const EOF = 5;

function readTokens(lexer: Lexer, text: string): unknown[] {
  const state = lexer as unknown as {
    setInput(text: string): void;
    lex(): unknown;
    yy: object;
    yytext: string;
    yylloc: object;
  };
  state.yy = {};
  state.setInput(text);
  const tokens: unknown[] = [];
  while (tokens.length < MOST_TOKENS) {
    try {
      const token = state.lex();
      tokens.push([token, state.yytext, { ...state.yylloc }]);
      if (token === EOF || token === 1) break;
    } catch (error) {
      tokens.push((error as Error).message);
      break;
    }
  }
  return tokens;
}

const PIECES = [
  "{{ }} { } {{{ }}} {{{{ }}}} {{~ ~}} {{~~ {{{{/x}}}} {{{{x}}}} {{else}} {{~else",
  "# #* #> > / ^ & ! !-- --}} else * | @ @index . .. ../ ./ = ( ) [ ] [a\\]b] \" ' \\ \\\\ - -1 0 1.5 12",
  "true false undefined null trues as ask a e f n t u z A Z _ $ : ? ; , % < ` é \u{1f600}",
]
  .flatMap((line) => line.split(" "))
  .concat(["{{ else }}", "{{~else if", "as |x|", "[a b]", '"a\\"b"', "'a\\'b'"])
  .concat([" ", "\n", "\t", "\r\n", "\f", "\v", "\u00a0", "\u2028"]);

describe("the narrowed lexer", () => {
  before(narrowLexer);

  const untouched = loadUntouched();

  it("is another than the untouched one", () => {
    assert.notEqual(Reflect.get(parser.lexer, "_currentRules"), Reflect.get(untouched, "_currentRules"));
  });

  it("reads the same tokens in the same places", () => {
    const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(text, (made) => {
        assert.deepEqual(readTokens(parser.lexer, made), readTokens(untouched, made));
      }),
      { numRuns: 5_000 },
    );
  });

  for (const opening of ["{{", "{{~", "{{x", "{{x ", "{{#x ", "{{x (y ", "{{x a="])
    it(`reads the same after ${opening} and any two characters`, () => {
      const characters = [
        ...Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)),
        "é",
        "\u00a0",
        "\u2028",
      ];
      for (const first of characters)
        for (const second of ["", "a", "{", "}", "~", "e", " ", first]) {
          const made = `${opening}${first}${second}}} b`;
          assert.deepEqual(readTokens(parser.lexer, made), readTokens(untouched, made), JSON.stringify(made));
        }
    });
});
