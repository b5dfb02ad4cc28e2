import type { Admin } from "./admin.ts";
import type { BriefSession } from "./brief-session.ts";
import { rollBack } from "./drop.ts";
import { endSessions } from "./ending.ts";
import {
  type Around,
  type OutsideState,
  openDoor,
  outsideQuery,
  type Pristine,
  putSettings,
  readOutside,
} from "./outside.ts";
import { changePassword } from "./role.ts";
import type { Row, Run, Session } from "./session.ts";
import type { StayingSessions } from "./staying.ts";
import type { Template } from "./template.ts";

/** A used space that is put back. */
export interface ResetOptions {
  admin: Admin;
  template: Template;
  name: string;
  pristine: Pristine;
  /** Sessions that stay in spaces, if any do. */
  stays: StayingSessions | undefined;
  signal: AbortSignal;
}

/** A session in a space that everybody else has left for good, with the answer to a question that was asked after that. */
export interface Inside extends BriefSession {
  outside: OutsideState & Around;
}

interface Entering {
  question: string;
  /** The role's new one, as the server keeps it. */
  password: string;
}

/** Ends everybody's work in a space, and goes in. Undefined: something outside of its database is not as it was, and is not put back. */
export async function enter(options: ResetOptions, entering: Entering): Promise<Inside | undefined> {
  const { admin, name, stays, signal } = options;
  const { question, password } = entering;
  const staying = await stays?.take(name);
  if (staying !== undefined) return await enterBy(staying, options, entering);
  const shut = await shutDoor(options, { admin, password, questions: [] });
  if (shut === undefined) return undefined;
  const { outside } = shut;
  const [first = question, ...more] = [...outside.prepared.map(rollBack), question];
  const session = await stays?.open(name, signal);
  if (session === undefined) {
    const brief = await admin.ask(name, first, signal);
    return await closeOnFailure(brief, async () => {
      let { answer } = brief;
      for (const statement of more) answer = await brief.query(statement);
      return { ...brief, outside, answer };
    });
  }
  const inside = thatStays(session, options);
  return await closeOnFailure(inside, async () => {
    let answer: Row[] = [];
    for (const statement of [first, ...more]) answer = await session.query(statement);
    return { ...inside, outside, answer };
  });
}

/** The same in a session that has stayed inside, in one message unless a prepared transaction is in the way. */
async function enterBy(
  session: Session,
  options: ResetOptions,
  { question, password }: Entering,
): Promise<Inside | undefined> {
  const inside = thatStays(session, options);
  return await closeOnFailure(inside, async () => {
    const shut = await shutDoor(options, { admin: session, password, questions: [question] });
    if (shut === undefined) {
      await inside[Symbol.asyncDispose]();
      return undefined;
    }
    const { outside, answers } = shut;
    let [answer = []] = answers;
    const { prepared } = outside;
    for (const gid of prepared) await session.query(rollBack(gid));
    if (prepared.length > 0) answer = await session.query(question);
    return { ...inside, outside, answer };
  });
}

async function closeOnFailure<T>(inside: AsyncDisposable, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await inside[Symbol.asyncDispose]();
    throw error;
  }
}

/** Closing it lets it stay in the space if all is finished. Else it leaves: that space is dropped. */
function thatStays(session: Session, { name, stays }: ResetOptions): Omit<BriefSession, "answer"> {
  let isFinished = false;
  return {
    query: session.query,
    async finish(sql) {
      const rows = await session.query(sql);
      isFinished = true;
      return rows;
    },
    async [Symbol.asyncDispose]() {
      if (isFinished && stays !== undefined) await stays.put(name, session);
      else await session[Symbol.asyncDispose]();
    },
  };
}

/** Ends everybody's work, then asks what is outside, then the questions. */
async function shutDoor(
  { admin: outer, template, name, pristine, signal }: ResetOptions,
  by: { admin: { run: Run }; password: string; questions: string[] },
): Promise<{ outside: OutsideState & Around; answers: Row[][] } | undefined> {
  const [rows = [], ...answers] = await endSessions({
    admin: by.admin,
    name,
    // The old password first: whoever still knows it cannot be let in any more.
    closing: `${changePassword(name, by.password)}; ${openDoor(name, false)}`,
    asking: [outsideQuery(name), ...by.questions],
    withMaintenance: false,
    signal,
  });
  const outside = readOutside(rows);
  const before = pristine.outside;
  if (outside?.fixed !== before.fixed || outside.password !== by.password) return undefined;
  if (outside.start !== before.start || outside.counting !== before.counting) return undefined;
  // Before we connect: what a test set for its database would hold for us as well.
  if (outside.settings !== before.settings) await outer.query(putSettings(name, template.name));
  return { outside, answers };
}
