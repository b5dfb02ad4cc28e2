import { account, identifier, literal } from "./quote.ts";
import type { Rows } from "./session.ts";
import type { Work } from "./sessions.ts";
import { type DatabaseObject, nameQueries, readNames, readShown, showQueries } from "./structure.ts";

/** How a space looks, but for rows: what differs between two that nobody has touched is left out. */
export interface Look {
  /** Everything that a space must have in common with a new one. */
  facts: string;
  /** What counters of tables stand at, by table; a table without an entry begins at 1. */
  counters: ReadonlyMap<string, string>;
  /** About what its tables take on disk. */
  bytes: number;
  /** Somewhere in the server a transaction waits for its second phase, and holds locks until then. */
  hasPrepared: boolean;
}

/** Looks at a space that should have these objects. Fails when one of them is missing. */
export async function lookAt(work: Work, name: string, expected: readonly DatabaseObject[]): Promise<Look> {
  const lists = nameQueries(name);
  const answers = await work.run([
    "XA RECOVER",
    `SHOW GRANTS FOR ${account(name)}`,
    ...lists,
    ...showQueries(name, expected),
  ]);
  const [prepared = [], grants = [], schema = []] = answers;
  const names = readNames(answers.slice(3, 2 + lists.length));
  const isExpected =
    names.length === expected.length &&
    names.every(({ kind, name }, at) => kind === expected[at]?.kind && name === expected[at]?.name);
  const objects = isExpected ? readShown(name, names, answers.slice(2 + lists.length)) : names;
  const counters = new Map<string, string>();
  const facts = objects.map((object) => {
    if (!("text" in object) || object.kind !== "table") return object;
    const { text, counter } = splitCounter(object.text);
    if (counter !== undefined) counters.set(object.name, counter);
    return { ...object, text };
  });
  return {
    facts: JSON.stringify([schema, grantsOf(name, grants), facts.map((fact) => ({ ...fact, bytes: 0 }))]),
    counters,
    bytes: names.reduce((sum, { bytes }) => sum + bytes, 0),
    hasPrepared: prepared.length > 0,
  };
}

/** The text of a table and its counter, which is an option behind columns and engine. */
export function splitCounter(text: string): { text: string; counter: string | undefined } {
  const found = text.match(/\n\)(?: \/\*[^\n]*?\*\/)? ENGINE=\w+( AUTO_INCREMENT=(\d+))/);
  if (found?.[1] === undefined) return { text, counter: undefined };
  return { text: text.replace(found[0], found[0].slice(0, -found[1].length)), counter: found[2] };
}

/** Grants without what each space has of its own: its names, and the hash of its password. */
function grantsOf(name: string, rows: Rows): string[] {
  const ownNames = [identifier(name), identifier(name.replaceAll("_", "\\_")), literal(name)];
  return rows.map((row) =>
    ownNames
      .reduce((text, own) => text.replaceAll(own, "own"), Object.values(row).join(" "))
      .replace(/'(?:[^'\\]|\\.)*'/g, "''"),
  );
}
