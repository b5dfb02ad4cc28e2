import { escapeIdentifier, escapeLiteral } from "pg";
import { spaceError } from "../errors.ts";

/** A name, quoted. */
export function identifier(name: string): string {
  return escapeIdentifier(name);
}

/** A text, quoted. NUL, which PostgreSQL does not take in any text, becomes U+FFFD. */
export function literal(text: string): string {
  return escapeLiteral(text.replaceAll("\0", "\uFFFD"));
}

/** Refuses a name that the server would keep as another one (it cuts after 63 bytes without a word), or print with quotes. */
export function checkName(name: string): void {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(name)) return;
  throw spaceError({
    code: "SPACE_NOT_MADE",
    message: `${JSON.stringify(name)} is no name for a database: it takes up to 63 small letters, digits and underscores`,
  });
}

/** A role's object id, as an expression. */
export function roleId(name: string): string {
  return `${literal(identifier(name))}::regrole`;
}
