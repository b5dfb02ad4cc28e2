import { SESSION_CONTEXT, setContext } from "./session.ts";
import { DATABASE, type DatabaseObject } from "./structure.ts";

/** The statements that make objects, each under what was in force when it was first made. `collation` is their database's. */
export function creationsOf(objects: readonly DatabaseObject[], collation: string): string[] {
  const statements: string[] = [];
  let current: Readonly<Record<string, string>> = SESSION_CONTEXT;
  const change = (wanted: Readonly<Record<string, string>>) => {
    const different = Object.entries(wanted).filter(([name, value]) => value !== current[name]);
    if (different.length > 0) statements.push(setContext(Object.fromEntries(different)));
    current = wanted;
  };
  for (const object of objects) {
    change(contextOf(object));
    const isOther = object.collation !== undefined && object.collation !== collation;
    if (isOther) statements.push(`ALTER DATABASE ${DATABASE} COLLATE ${object.collation}`);
    statements.push(object.text);
    if (isOther) statements.push(`ALTER DATABASE ${DATABASE} COLLATE ${collation}`);
  }
  change(SESSION_CONTEXT);
  return statements;
}

function contextOf({ text, context }: DatabaseObject): Record<string, string> {
  const wanted: Record<string, string> = { ...SESSION_CONTEXT, ...context };
  // The text travels in UTF-8, so that another character set for it can hold only where that makes no difference.
  const isSafe = /^utf8/.test(wanted["character_set_client"] ?? "") || /^[\x00-\x7f]*$/.test(text);
  return isSafe ? wanted : { ...wanted, character_set_client: "utf8mb4" };
}
