/** What is wrong with a regular expression, and where. */
export class GoRegexpError extends Error {
  override readonly name = "GoRegexpError";
  /** Where it begins in the expression, in UTF-16 units. */
  readonly offset: number;
  readonly length: number;

  constructor(message: string, place: { offset: number; length: number }) {
    super(message);
    this.offset = place.offset;
    this.length = place.length;
  }
}
