// What is wrong with an expression of `custom`.

/** What is wrong, where (columns from 1), and what to do. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
  readonly column: number;
  readonly fix: string;

  constructor(what: string, column: number, fix: string) {
    super(what);
    this.column = column;
    this.fix = fix;
  }
}
