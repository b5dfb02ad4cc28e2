import type { Flavour } from "./flavour.ts";
import { account, identifier, literal } from "./quote.ts";

/** As many letters as a comment of a database may have. */
const LONGEST = 1_000;

/** What writes a text beside a space: MariaDB has comments on databases, MySQL on users, older servers have neither. */
export function labelStatements(flavour: Flavour, name: string, text: string): string[] {
  const comment = literal(text.replaceAll("\0", "").slice(0, LONGEST));
  if (flavour.comments === "database") return [`ALTER DATABASE ${identifier(name)} COMMENT ${comment}`];
  if (flavour.comments === "user") return [`ALTER USER ${account(name)} COMMENT ${comment}`];
  return [];
}
