// What the config may say, as data: the readers take keys, choices, ranges and defaults from it, and the JSON Schema for editors is
// made of it. Pure.

export type ValueRule =
  /** `least`: of characters. */
  | { readonly kind: "text"; readonly pattern?: RegExp; readonly least?: number }
  /** A text, or a whole number within bounds where some of the values look like one to YAML. `nothing`: may be left empty. */
  | {
      readonly kind: "spelling";
      readonly pattern: RegExp;
      readonly least: number;
      readonly most: number;
      readonly nothing?: true;
    }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  | { readonly kind: "boolean" }
  | { readonly kind: "number"; readonly least: number; readonly most: number }
  | { readonly kind: "list"; readonly of: ValueRule }
  /** Its keys are parbake's. */
  | { readonly kind: "mapping"; readonly keys: KeyRules }
  /** Its keys are the operator's. */
  | { readonly kind: "named"; readonly name?: RegExp; readonly of: ValueRule }
  | { readonly kind: "either"; readonly of: readonly ValueRule[] }
  /** The name of a profile, and the options of the one that the app names: tuning knows them. */
  | { readonly kind: "profile" }
  | { readonly kind: "options" }
  | { readonly kind: "anything" };

export interface KeyRule {
  /** One line, for editors. */
  readonly about: string;
  readonly value: ValueRule;
  /** As people write it. Absent: there is none, or it depends. */
  readonly default?: string | number | boolean;
  readonly examples?: readonly unknown[];
  /** What to do where it is missing. Absent: it may be missing. */
  readonly missing?: string;
}

export type KeyRules = Readonly<Record<string, KeyRule>>;
