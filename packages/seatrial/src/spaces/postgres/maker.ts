import { orAborted } from "../../support/abort.ts";
import { createCleanup } from "../../support/cleanup.ts";
import { isToolError } from "../../support/error.ts";
import { spaceError } from "../errors.ts";
import type { MakerOptions, SpaceMaker } from "../maker.ts";
import { type Admin, openAdmin } from "./admin.ts";
import { dropSpace } from "./drop.ts";
import { canReset } from "./facts.ts";
import { makeSpace } from "./make.ts";
import type { Pristine } from "./outside.ts";
import { resetSpace } from "./reset.ts";
import { serverWords, sqlState } from "./session.ts";
import { identifier, literal } from "./sql.ts";
import { createStayingSessions } from "./staying.ts";
import { createStrategyChoice } from "./strategy.ts";
import { buildTemplate } from "./template.ts";

/** How long dropping the template may take. */
const CLOSE_MS = 30_000;
/** Of the server's connections, what may be taken by sessions that stay in spaces of one definition. */
const STAYING_SHARE = 1 / 8;

/** Connects to the server, builds and seals the template, and resolves when databases can be made of it. */
export async function openMaker(options: MakerOptions): Promise<SpaceMaker> {
  const { plan, prefix, signal } = options;
  signal.throwIfAborted();
  const cleanup = createCleanup();
  try {
    const admin = await openAdmin(options);
    cleanup.add(async () => await admin[Symbol.asyncDispose]());
    const template = await buildTemplate(admin, options);
    cleanup.add(() => dropSpace(admin, template.name, AbortSignal.timeout(CLOSE_MS)));
    const strategies = createStrategyChoice(admin.facts);
    const stays = plan.reuse === "connected" ? staysOf(admin, options) : undefined;
    if (stays !== undefined) cleanup.add(async () => await stays[Symbol.asyncDispose]());
    const pristine = new Map<string, Pristine>();
    /** Work that goes on although nobody waits for it any more, by name: nothing else may touch that space until its end. */
    const working = new Map<string, Promise<unknown>>();
    cleanup.add(async () => void (await Promise.allSettled(working.values())));

    /** Does one thing at a time to a space. Aborting leaves the statement that is under way to its end. */
    async function work<T>(name: string, during: AbortSignal, action: () => Promise<T>): Promise<T> {
      during.throwIfAborted();
      const before = working.get(name) ?? Promise.resolve();
      const next = before.then(action, action).catch((error: unknown) => {
        throw during.aborted ? during.reason : explained(error, name);
      });
      const settled = next
        .catch(() => undefined)
        .finally(() => {
          if (working.get(name) === settled) working.delete(name);
        });
      working.set(name, settled);
      return await orAborted(next, during);
    }

    async function ask(sql: string, during: AbortSignal) {
      during.throwIfAborted();
      return await orAborted(admin.query(sql), during);
    }

    return {
      make: (name, during) =>
        work(name, during, async () => {
          const result = await makeSpace({ admin, template, strategies, name, signal: during });
          if (result.pristine !== undefined) pristine.set(name, result.pristine);
          return result.made;
        }),
      reset: ({ name, values }, during) =>
        work(name, during, async () => {
          const before = pristine.get(name);
          pristine.delete(name);
          if (before === undefined) return false;
          const after = await resetSpace({ admin, template, name, pristine: before, stays, signal: during });
          if (after === undefined) return false;
          pristine.set(name, after.pristine);
          values["password"] = after.password;
          return true;
        }),
      drop: (name, during) =>
        work(name, during, async () => {
          pristine.delete(name);
          await stays?.leave(name);
          await dropSpace(admin, name, during);
        }),
      vacate: (name, during) => work(name, during, async () => await stays?.leave(name)),
      async list(begin, during) {
        const rows = await ask(
          `SELECT datname AS name FROM pg_database UNION SELECT rolname FROM pg_roles ORDER BY name`,
          during,
        );
        const names = rows.map((row) => row["name"] ?? "");
        return names.filter((name) => name.startsWith(begin) && !name.startsWith(prefix));
      },
      label: (name, text, during) =>
        work(name, during, async () => {
          await admin.query(labelling(name, text)).catch((error: unknown) => {
            if (sqlState(error) !== LOCK_TIMEOUT) throw error;
          });
        }),
      async size({ name }, during) {
        const [row] = await ask(`SELECT pg_database_size(${literal(name)}) AS bytes`, during);
        return row?.["bytes"] == null ? undefined : Number(row["bytes"]);
      },
      async [Symbol.asyncDispose]() {
        try {
          await cleanup[Symbol.asyncDispose]();
        } catch (error) {
          // A server that is gone has nothing left to remove.
          if (!isAllOfLoss(error)) throw error;
        }
      },
    };
  } catch (error) {
    await Promise.allSettled([cleanup[Symbol.asyncDispose]()]);
    throw signal.aborted ? signal.reason : explained(error, plan.name);
  }
}

/** A test may have locked its database, and everybody's work would wait behind the label until that test ends. */
function labelling(name: string, text: string): string {
  return `SET LOCAL lock_timeout = '200ms'; COMMENT ON DATABASE ${identifier(name)} IS ${literal(text)}`;
}

/** SQLSTATE of a lock that was not to be had in time. */
const LOCK_TIMEOUT = "55P03";

function staysOf({ openStaying, facts }: Admin, { plan, onWarning }: MakerOptions) {
  if (openStaying !== undefined)
    return createStayingSessions(openStaying, Math.floor(STAYING_SHARE * facts.connections));
  const why = canReset(facts)
    ? "this server does not let a role of ours in, so that its sessions could not be told from the tests'"
    : "spaces of this server cannot be put back";
  onWarning?.(`${plan.name}: reuse: connected has no effect, since ${why}`);
  return undefined;
}

/** Each step of closing may have met the loss. */
function isAllOfLoss(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isAllOfLoss);
  return isToolError(error, "SPACE_SERVER_LOST");
}

function explained(error: unknown, name: string): unknown {
  if (sqlState(error) === undefined) return error;
  return spaceError({
    code: "SPACE_NOT_MADE",
    message: `PostgreSQL refused for ${name}: ${serverWords(error)}`,
    cause: error,
  });
}
