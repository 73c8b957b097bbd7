// Puts each partial where it is named, as if its text stood there; every node keeps the place in its own file. Renders nothing.

import { suggest } from "../../nearest.ts";
import type { Position, Problem } from "../../refusal.ts";
import { MAX_NESTING, parseTemplate } from "./parse-template.ts";
import type { Block, Inclusion, Program } from "./template-ast.ts";

export interface TemplateText {
  /** How problems name it. */
  readonly file: string;
  readonly source: string;
}

interface Expanded {
  readonly problems: readonly Problem[];
  /** The partials that were put in, each once. */
  readonly texts: readonly TemplateText[];
  /** By the file of a partial: where it is named. */
  readonly inclusions: ReadonlyMap<string, readonly Position[]>;
}

/** `{{> name}}`; a dot as in `logging.conf` is part of the name. */
const NAME = /^[\w-][\w.-]*$/;

/** Beyond any config file; a few partials that include each other twice would reach it fast. */
const MOST_INCLUSIONS = 1000;
const MOST_LENGTH = 2 ** 20;
const DEEPEST = 10;

interface Inclusions {
  /** That of the template itself. */
  readonly file: string;
  /** By name. */
  readonly partials?: ReadonlyMap<string, TemplateText>;
  readonly keepsLineEnds?: boolean;
}

/** The tree is completed where it stands. */
export function expandPartials(program: Program, inclusions: Inclusions): Expanded {
  const expander = new Expander(inclusions);
  expander.program(program, [inclusions.file], 0);
  return expander;
}

class Expander implements Expanded {
  readonly problems: Problem[] = [];
  readonly texts: TemplateText[] = [];
  readonly inclusions = new Map<string, Position[]>();
  readonly #partials: ReadonlyMap<string, TemplateText>;
  readonly #keepsLineEnds: boolean;
  readonly #file: string;
  #count = 0;
  #length = 0;

  constructor({ file, partials = new Map(), keepsLineEnds = false }: Inclusions) {
    this.#file = file;
    this.#partials = partials;
    this.#keepsLineEnds = keepsLineEnds;
  }

  /**
   * @param files that of the program, and those that it is included by, outermost first
   * @param depth blocks around it
   */
  program(program: Program | undefined, files: readonly string[], depth: number): void {
    for (const node of program?.body ?? []) {
      if (node.type === "BlockStatement") this.#block(node, files, depth + 1);
      else if (node.type === "PartialStatement") this.#include(node, files, depth);
    }
  }

  #block(node: Block, files: readonly string[], depth: number): void {
    if (depth > MAX_NESTING) {
      const what = `blocks are nested more than ${MAX_NESTING} deep, those around the partial counted`;
      this.problems.push({ what, fix: "Make the templates flatter.", at: this.#placeOf(node) });
      return;
    }
    this.program(node.program, files, depth);
    this.program(node.inverse, files, depth);
  }

  #include(node: Inclusion, files: readonly string[], depth: number): void {
    const at = this.#placeOf(node);
    const refuse = (what: string, fix: string) => this.problems.push({ what, fix, at });
    const name = nameOf(node);
    if (name === null)
      return void refuse(
        "a partial is named by one word that stands in the template",
        "Write {{> name}}; it is name.hbs of the same folder.",
      );
    if (node.params.length > 0 || node.hash)
      refuse(
        `the partial ${name} is given arguments`,
        "Take them out: a partial sees whatever can be seen where it is named.",
      );
    const text = this.#partials.get(name);
    if (text === undefined)
      return void refuse(
        `there is no partial ${name}.hbs in the folder of this template`,
        this.#othersThan(files).length === 0 ? `Create ${name}.hbs beside it.` : suggest(name, this.#othersThan(files)),
      );
    if (files.includes(text.file))
      return void refuse(
        `the partial ${name} includes itself`,
        `Take it out: ${[...files, text.file].map(baseName).join(" → ")}.`,
      );
    if (!this.#mayInclude(text, files))
      return void refuse(
        "there are too many partials in one another",
        `At most ${DEEPEST} deep, ${MOST_INCLUSIONS} in all, and 1 MiB together.`,
      );
    this.#put(node, text, files, at, depth);
  }

  #placeOf({ loc: { source, start } }: Block | Inclusion): Position {
    return { file: source ?? this.#file, line: start.line, column: start.column + 1 };
  }

  #othersThan(files: readonly string[]): string[] {
    return [...this.#partials].filter(([, { file }]) => !files.includes(file)).map(([name]) => name);
  }

  #mayInclude({ source }: TemplateText, files: readonly string[]): boolean {
    this.#count += 1;
    this.#length += source.length;
    return files.length <= DEEPEST && this.#count <= MOST_INCLUSIONS && this.#length <= MOST_LENGTH;
  }

  #put(node: Inclusion, text: TemplateText, files: readonly string[], at: Position, depth: number): void {
    const isNew = !this.inclusions.has(text.file);
    if (isNew) this.texts.push(text);
    this.inclusions.set(text.file, [...(this.inclusions.get(text.file) ?? []), at]);
    const parsed = parseTemplate(text.source, text.file, this.#keepsLineEnds);
    if (parsed.kind === "broken") {
      if (isNew) this.problems.push(parsed.problem);
      return;
    }
    node.program = parsed.program;
    this.program(parsed.program, [...files, text.file], depth);
  }
}

function nameOf({ name }: Inclusion): string | null {
  if (name.type === "SubExpression") return null;
  const text = String(name.original);
  return NAME.test(text) ? text : null;
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1);
}

/** Whoever fixes a partial must know who includes it. */
export function nameIncluders(problem: Problem, inclusions: ReadonlyMap<string, readonly Position[]>): Problem {
  const places = inclusions.get(problem.at?.file ?? "") ?? [];
  const [first, ...others] = [...new Set(places.map(({ file, line, column }) => `${file}:${line}:${column}`))];
  if (first === undefined) return problem;
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  return { ...problem, what: `${problem.what} (included at ${first}${more})` };
}

/** Files that share a template or a partial share what is odd about it: told of the first. */
export function oncePerPlace(problems: readonly Problem[]): Problem[] {
  const told = new Map<string, Problem>();
  for (const problem of problems) {
    const { what, fix, at } = problem;
    const key = at?.line === undefined ? JSON.stringify([what, at]) : JSON.stringify([fix, at]);
    if (!told.has(key)) told.set(key, problem);
  }
  return [...told.values()];
}
