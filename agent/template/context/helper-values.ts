// What helpers give that is more than text, and how each of it goes into a file. Pure.

import type { Value } from "../../formats/encoders/format-rules.ts";
import type { ScalarType } from "../../formats/format.ts";
import type { SecretHole } from "./template-context.ts";

/** JSON that goes into JSON and YAML as it is, and into other formats as text. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A list or a map: block style where it stands alone on a line of a YAML file, JSON elsewhere. */
export class YamlStructure extends JsonText {
  readonly value: unknown;

  constructor(value: unknown, text: string) {
    super(text);
    this.value = value;
  }
}

/** A value that is to be read as a number, or as true or false, though it is spelled as text. */
export class TypedScalar {
  readonly value: Value | SecretHole;
  readonly type: ScalarType;

  constructor(value: TypedScalar["value"], type: ScalarType) {
    this.value = value;
    this.type = type;
  }
}

/** Text that goes into the file as it is: the one way around the encoder. */
export class RawText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}
