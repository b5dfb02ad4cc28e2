/** A name as SQL has it. */
export function identifier(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

/** A text as SQL has it, for sessions in which a backslash escapes. */
export function literal(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("'", "''").replaceAll("\0", "\\0");
  return `'${escaped}'`;
}

/** The account of a space: known from everywhere, as its clients' addresses are not known ahead. */
export function account(name: string): string {
  return `${literal(name)}@'%'`;
}

/** The same as a definer, in the form in which the server prints it. */
export function definer(name: string): string {
  return `${identifier(name)}@\`%\``;
}

/** A database's name in a grant, where `_` and `%` stand for any letters unless the server was told otherwise. */
export function grantedDatabase(name: string, patterns: boolean): string {
  return identifier(patterns ? name.replace(/[\\_%]/g, "\\$&") : name);
}
