// A part of a JSON document with its place in it, and the questions that a reader asks of it. What is not as expected becomes
// a problem, and the reading goes on, so that all are told at once. Pure.

import { isAbsolutePath } from "../names/plain-path.ts";
import type { Problem } from "../refusal.ts";

export class JsonValue {
  readonly value: unknown;
  /** `plans[0].steps[2].mode`. */
  readonly place: string;
  readonly #problems: Problem[];
  readonly #fix: string;

  /** @param fix what to do about a document that is wrong anywhere */
  constructor(value: unknown, place: string, problems: Problem[], fix: string) {
    this.value = value;
    this.place = place;
    this.#problems = problems;
    this.#fix = fix;
  }

  get isNull(): boolean {
    return this.value === null;
  }

  get(name: string): JsonValue {
    const fields = this.#fields();
    return this.#child(Object.hasOwn(fields, name) ? fields[name] : undefined, `${this.place}.${name}`);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#fields(), name);
  }

  isObject(): boolean {
    return typeof this.value === "object" && this.value !== null && !Array.isArray(this.value);
  }

  entries(): (readonly [string, JsonValue])[] {
    if (!this.isObject()) this.refuse("an object");
    return Object.entries(this.#fields()).map(([name, value]) => [name, this.#child(value, `${this.place}.${name}`)]);
  }

  items(): JsonValue[] {
    if (Array.isArray(this.value))
      return this.value.map((value: unknown, index) => this.#child(value, `${this.place}[${index}]`));
    this.refuse("a list");
    return [];
  }

  text(): string {
    if (typeof this.value === "string") return this.value;
    this.refuse("a text");
    return "";
  }

  word(isWord: (text: string) => boolean, expected: string): string {
    if (typeof this.value === "string" && isWord(this.value)) return this.value;
    this.refuse(expected);
    return "";
  }

  number(): number {
    if (typeof this.value === "number" && Number.isFinite(this.value)) return this.value;
    this.refuse("a number");
    return 0;
  }

  integer(min: number, max: number): number {
    if (Number.isSafeInteger(this.value) && this.number() >= min && this.number() <= max) return this.number();
    this.refuse(`a whole number from ${min} to ${max}`);
    return min;
  }

  flag(): boolean {
    if (typeof this.value !== "boolean") this.refuse("true or false");
    return this.value === true;
  }

  choice<Choice extends string>(choices: readonly [Choice, ...Choice[]]): Choice {
    const choice = choices.find((known) => known === this.value);
    if (choice === undefined) this.refuse(choices.length === 1 ? `"${choices[0]}"` : `one of ${choices.join(", ")}`);
    return choice ?? choices[0];
  }

  /** `read` of anything but null. */
  nullable<T>(read: (value: JsonValue) => T): T | null {
    return this.isNull ? null : read(this);
  }

  /** Absolute and plain: no `..`, no `//`. */
  path(): string {
    return this.word(isAbsolutePath, "an absolute path without .. and //");
  }

  refuse(expected: string): void {
    this.refuseFor(`${this.place} is ${nameKind(this.value)}, and ${expected} was expected`);
  }

  refuseFor(what: string): void {
    this.#problems.push({ what, fix: this.#fix });
  }

  #fields(): Readonly<Record<string, unknown>> {
    return this.isObject() ? (this.value as Readonly<Record<string, unknown>>) : {};
  }

  #child(value: unknown, place: string): JsonValue {
    return new JsonValue(value, place, this.#problems, this.#fix);
  }
}

// Never the value itself: it may be long, and is not ours.
function nameKind(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value === "string" ? "text" : typeof value}`;
}
