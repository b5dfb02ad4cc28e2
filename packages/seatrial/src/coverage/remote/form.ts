/** Headers of a form. */
export const FORM = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };

/** A form as a body. */
export function formOf(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams(fields).toString();
}
