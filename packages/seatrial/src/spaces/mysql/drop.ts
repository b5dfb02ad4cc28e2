import { spaceError } from "../errors.ts";
import { shutOut } from "./end-sessions.ts";
import { errorNumber, SERVER_ERROR } from "./failure.ts";
import type { Flavour } from "./flavour.ts";
import { account, identifier } from "./quote.ts";
import type { Rows } from "./session.ts";
import type { Work } from "./sessions.ts";

/** Ends a space's sessions and removes database and user. The user goes last: what it defined is gone then. */
export async function dropDatabase(work: Work, name: string, flavour: Flavour): Promise<void> {
  await shutOut(work, name);
  const drop = [`DROP DATABASE IF EXISTS ${identifier(name)}`, `DROP USER IF EXISTS ${account(name)}`];
  try {
    await work.run(drop);
  } catch (error) {
    if (errorNumber(error) !== SERVER_ERROR.lockWaitOver) throw error;
    await endPrepared(work, name, flavour);
    await work.run(drop);
  }
}

/**
 * A transaction that was prepared for its second phase outlives its session and holds its locks. The server does not tell whose it
 * is: it is rolled back when it is the only one.
 */
async function endPrepared(work: Work, name: string, flavour: Flavour): Promise<void> {
  const [prepared = []] = await work.run([flavour.preparedQuery]);
  const [only, ...others] = prepared.map(xidOf);
  if (only !== undefined && others.length === 0) {
    await work.run([`XA ROLLBACK ${only}`]);
    return;
  }
  const count = prepared.length;
  throw spaceError({
    code: "SPACE_NOT_MADE",
    message: `${name} cannot be dropped: ${count === 0 ? "another session" : `one of ${count} prepared XA transactions`} holds locks in it`,
    hint:
      count === 0
        ? "SHOW PROCESSLIST tells which"
        : "let tests that use XA commit or roll back, or give them a server of their own",
  });
}

/** MariaDB answers as its statements take it, MySQL with the bytes of both parts in one. */
function xidOf({ data, formatID, gtrid_length: length }: Rows[number]): string {
  const bytes = data?.match(/^0x([0-9a-f]*)$/i)?.[1];
  if (bytes === undefined) return data ?? "";
  const end = 2 * Number(length);
  return `X'${bytes.slice(0, end)}', X'${bytes.slice(end)}', ${formatID}`;
}

/** Names of databases and users that begin with the prefix. */
export async function listDatabases(work: Work, prefix: string): Promise<string[]> {
  const answers = await work.run([
    "SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA",
    "SELECT User AS name FROM mysql.user WHERE Host = '%'",
  ]);
  const names = answers.flat().map(({ name }) => name ?? "");
  return [...new Set(names.filter((name) => name.startsWith(prefix)))].sort();
}
