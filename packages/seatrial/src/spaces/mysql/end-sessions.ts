import { pause } from "../../support/abort.ts";
import { spaceError } from "../errors.ts";
import { errorNumber, SERVER_ERROR } from "./failure.ts";
import { account, literal } from "./quote.ts";
import type { Work } from "./sessions.ts";

/** A killed session ends when it has undone its transaction, and tells nobody. */
const POLL_MS = 2;
const LONGEST_MS = 10_000;

/** Lets nobody log in to a space any more, and ends its sessions: those of its user, and those of others in its database. */
export async function shutOut(work: Work, name: string): Promise<void> {
  const sessions = `SELECT ID AS id FROM information_schema.PROCESSLIST
    WHERE ID <> CONNECTION_ID() AND (USER = ${literal(name)} OR DB = ${literal(name)})`;
  let [, left = []] = await work.run([`ALTER USER IF EXISTS ${account(name)} ACCOUNT LOCK`, sessions]);
  const deadline = Date.now() + LONGEST_MS;
  while (left.length > 0) {
    for (const { id } of left) await kill(work, id ?? "");
    [left = []] = await work.run([sessions]);
    if (left.length === 0) return;
    if (Date.now() > deadline) throw stillThere(name, left.length);
    await pause(POLL_MS, work.signal);
  }
}

async function kill(work: Work, id: string): Promise<void> {
  try {
    await work.run([`KILL ${Number(id)}`]);
  } catch (error) {
    // Ended by itself in between.
    if (errorNumber(error) !== SERVER_ERROR.noSuchThread) throw error;
  }
}

function stillThere(name: string, count: number): Error {
  return spaceError({
    code: "SPACE_NOT_MADE",
    message: `${count} sessions of ${name} have not ended ${LONGEST_MS / 1000} s after they were killed`,
    hint: "a large transaction may still be rolled back: SHOW PROCESSLIST tells",
  });
}
