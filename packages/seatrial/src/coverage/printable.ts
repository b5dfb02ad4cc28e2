// Control characters, and those that turn the direction of text, must not steer the reader's terminal or eyes.
const STEERING = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** A name of unknown origin on one line of plain text. */
export function printableName(text: string): string {
  return text.replace(STEERING, "\ufffd");
}
