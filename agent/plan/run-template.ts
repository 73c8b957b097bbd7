// Runs a linted and instrumented template in a Handlebars of its own. What it prints are numbered holes, never values.

import Handlebars from "handlebars";
import type { Problem } from "../refusal.ts";
import { Written } from "../written.ts";
import { INCLUDE, NAMED, PRINT } from "./instrument.ts";
import type { Site } from "./instrument.ts";
import { placeOf } from "./parse-template.ts";
import type { Program } from "./template-ast.ts";
import type { TemplateContext } from "./template-context.ts";
import { HELPERS, isTrue, JsonText, kindOf, RawText, TemplateError, TypedScalar } from "./template-helpers.ts";
import { isContainer } from "./view.ts";

/** One thing to be printed: text, number, TunedValue, JsonText, SecretHole or TypedScalar. */
export interface Print {
  readonly value: unknown;
  readonly site: Site;
}

export interface Run {
  readonly kind: "ran";
  /** Static text, with `U+E000 number U+E001` for each print. */
  readonly output: string;
  readonly prints: readonly Print[];
}

/** What one run shares with its helpers, in the data that no template can name. */
interface RunState {
  readonly sites: readonly Site[];
  readonly prints: Print[];
  /** Of texts that were printed. */
  printedLength: number;
  /** Turns of all loops together. */
  turns: number;
}

/** No config file has so many values; nested loops over long lists could. */
const MAX_PRINTS = 100_000;

/** 16 Mi of characters: no config file is so long. */
const MAX_PRINTED_LENGTH = 2 ** 24;

/** Loops in loops that print nothing would run for days. */
const MAX_TURNS = 1_000_000;

const environment = createEnvironment();
const knownHelpers: Record<string, boolean> = Object.fromEntries(
  [PRINT, INCLUDE, NAMED, ...Object.keys(HELPERS)].map((name) => [name, true]),
);

export function runTemplate(
  program: Program,
  sites: readonly Site[],
  context: TemplateContext,
  file: string,
): Run | { readonly kind: "failed"; readonly problem: Problem } {
  const state: RunState = { sites, prints: [], printedLength: 0, turns: 0 };
  const template = environment.compile(program, {
    strict: true,
    knownHelpersOnly: true,
    knownHelpers: { ...BUILT_IN, ...knownHelpers },
    explicitPartialContext: true,
    preventIndent: true,
    // Parsing has seen to the tags that have a line to themselves: once more, and a partial would lose its first empty line.
    ignoreStandalone: true,
  });
  try {
    return { kind: "ran", output: template(context, { data: { state } }), prints: state.prints };
  } catch (error) {
    return { kind: "failed", problem: explain(error, file) };
  }
}

/** Only our own messages are shown: Handlebars' may quote a value. */
function explain(error: unknown, file: string): Problem {
  if (error instanceof LocatedError) {
    const { message, fix } = error.cause;
    return { what: message, fix, at: error.site };
  }
  const { lineNumber: line, column } = placeOf(error);
  const at = line === undefined || column === undefined ? { file } : { file, line, column: column + 1 };
  return {
    what: "the template does not run",
    fix: "Look for a name that is missing in some of the items that it goes over.",
    at,
  };
}

/** Keeps the innermost place: the helper that failed, not the ones around it. */
class LocatedError extends Error {
  override readonly cause: TemplateError;
  readonly site: Site;

  constructor(cause: TemplateError, site: Site) {
    super("a helper failed");
    this.cause = cause;
    this.site = site;
  }
}

type HelperBody = (this: unknown, values: unknown[], options: Handlebars.HelperOptions, site: Site) => unknown;

/** Each must be named; of Handlebars' own, `log` prints and `lookup` hides names from the linter. */
const BUILT_IN = {
  helperMissing: true,
  blockHelperMissing: true,
  each: true,
  if: true,
  unless: true,
  with: true,
  log: false,
  lookup: false,
};

function createEnvironment(): typeof Handlebars {
  const instance = Handlebars.create();
  for (const name of ["log", "lookup"]) instance.unregisterHelper(name);
  for (const [name, helper] of Object.entries(HELPERS)) {
    instance.registerHelper(
      name,
      located((values, options) => {
        const given = present(name, helper.optional, values);
        return helper.readsSecrets ? helper.run(options.data.root.secrets, ...given) : helper.run(...given);
      }),
    );
  }
  instance.registerHelper(
    PRINT,
    located(([value], options, site) => print(value, options.data.state, site)),
  );
  instance.registerHelper(
    INCLUDE,
    located(function ([blanks], options) {
      return options.fn(this).replace(/^(?=[^\r\n])/gm, String(blanks));
    }),
  );
  instance.registerHelper(
    NAMED,
    located(([value], options) => options.fn(value, { data: options.data, blockParams: [value] })),
  );
  registerBlocks(instance);
  return instance;
}

function registerBlocks(instance: typeof Handlebars): void {
  const { each, with: withValue } = instance.helpers;
  instance.registerHelper(
    "if",
    located(function ([value], options) {
      return isTrue(value) ? options.fn(this) : options.inverse(this);
    }),
  );
  instance.registerHelper(
    "unless",
    located(function ([value], options) {
      return isTrue(value) ? options.inverse(this) : options.fn(this);
    }),
  );
  instance.registerHelper(
    "with",
    located(function ([value], options) {
      // What the config has as false is none to enter, as it is none to #if.
      return value instanceof Written && value.value === false
        ? options.inverse(this)
        : withValue!.call(this, value, options);
    }),
  );
  instance.registerHelper(
    "each",
    located(function ([value], options) {
      if (!isContainer(value)) throw new TemplateError(`#each got ${kindOf(value)}`, "Give it a list or a map.");
      countTurns(value, options.data.state);
      return each!.call(this, value, options);
    }),
  );
}

/** Takes off what `instrument` put on, and says where an error came from. */
function located(body: HelperBody): Handlebars.HelperDelegate {
  return function (this: unknown, ...args) {
    const options: Handlebars.HelperOptions = args.pop();
    const siteNumber: number = args.pop();
    const { sites }: RunState = options.data.state;
    const site = sites[siteNumber]!;
    try {
      return body.call(this, args, options, site);
    } catch (error) {
      throw error instanceof TemplateError ? new LocatedError(error, site) : error;
    }
  };
}

function present(name: string, optional: "first" | "all" | undefined, values: unknown[]): unknown[] {
  const missing = values.findIndex((value, index) => {
    const may = optional === "all" || (optional === "first" && index === 0);
    return !may && (value === undefined || value === null);
  });
  if (missing === -1) return values;
  throw new TemplateError(`argument ${missing + 1} of ${name} is missing or null`, "Wrap it: (default … …).");
}

function countTurns(value: object, state: RunState): void {
  state.turns += Array.isArray(value) ? value.length : Object.keys(value).length;
  if (state.turns <= MAX_TURNS) return;
  throw new TemplateError(`its loops turn more than ${MAX_TURNS} times`, "Make the lists that they go over shorter.");
}

function print(value: unknown, state: RunState, site: Site): string {
  const { prints } = state;
  if (value === undefined || value === null) {
    throw new TemplateError(
      "there is nothing to print here: the value is missing or null",
      "Write {{default … …}} if it may be missing.",
    );
  }
  if (value instanceof RawText) return value.text;
  if (isContainer(value) && !(value instanceof JsonText) && !(value instanceof TypedScalar)) {
    throw new TemplateError(`${kindOf(value)} has no text of its own`, "Use {{#each …}}, {{join …}} or {{json …}}.");
  }
  if (prints.length >= MAX_PRINTS)
    throw new TemplateError(`it prints more than ${MAX_PRINTS} values`, "Make its loops shorter.");
  state.printedLength += value instanceof JsonText ? value.text.length : typeof value === "string" ? value.length : 0;
  if (state.printedLength > MAX_PRINTED_LENGTH)
    throw new TemplateError(
      `it prints more than ${MAX_PRINTED_LENGTH} characters`,
      "Print less, or print it fewer times.",
    );
  return `\uE000${prints.push({ value, site }) - 1}\uE001`;
}
