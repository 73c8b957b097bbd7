// A number, true or false as a person wrote it: printed as its text (`1.10`, `0027`, `True`), calculated with as its value. Pure.

/** The digits that a double holds for certain. */
export const EXACT_DIGITS = 15;

export class Written {
  readonly text: string;
  readonly value: number | boolean;

  constructor(text: string, value: number | boolean) {
    this.text = text;
    this.value = value;
  }

  /** Whether the value is what the text says; else it is good for printing alone. */
  get isExact(): boolean {
    if (typeof this.value === "boolean" || Number.isSafeInteger(this.value)) return true;
    return Number.isFinite(this.value) && !Number.isInteger(this.value) && digitsOf(this.text) <= EXACT_DIGITS;
  }

  toString(): string {
    return this.text;
  }
}

/** Those that count: neither leading zeros nor an exponent. */
function digitsOf(text: string): number {
  return text.replace(/e.*$/i, "").replace(/[^\d]/g, "").replace(/^0+/, "").length;
}
