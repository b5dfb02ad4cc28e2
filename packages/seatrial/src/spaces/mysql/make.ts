import type { Flavour } from "./flavour.ts";
import { account, grantedDatabase, identifier, literal } from "./quote.ts";
import { type Recipe, statementsOf } from "./recipe.ts";
import type { Work } from "./sessions.ts";

/** Makes a database as the recipe says, and a user who may do everything in it and nothing elsewhere. */
export async function makeDatabase(
  work: Work,
  options: { name: string; password: string; recipe: Recipe; source: string; flavour: Flavour },
): Promise<void> {
  const { name, password, recipe, source, flavour } = options;
  const charset = recipe.charset === "" ? "" : ` CHARACTER SET ${recipe.charset} COLLATE ${recipe.collation}`;
  await runInPackets(work, [
    `CREATE DATABASE ${identifier(name)}${charset}`,
    `CREATE USER ${account(name)} IDENTIFIED BY ${literal(password)}`,
    // Before the views: whoever defines one must be allowed to read what it reads.
    `GRANT ALL PRIVILEGES ON ${grantedDatabase(name, flavour.patterns)}.* TO ${account(name)}`,
    ...statementsOf(recipe, { name, source }),
  ]);
}

/** Well below what servers take at once. */
const PACKET = 500_000;

/** Runs statements in as few round trips as their size allows. */
export async function runInPackets(work: Work, statements: readonly string[]): Promise<void> {
  let packet: string[] = [];
  let size = 0;
  for (const statement of statements) {
    if (size + statement.length > PACKET && packet.length > 0) {
      await work.run(packet);
      packet = [];
      size = 0;
    }
    packet.push(statement);
    size += statement.length;
  }
  await work.run(packet);
}
